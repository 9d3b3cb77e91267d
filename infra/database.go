package main

import (
	"github.com/pulumi/pulumi-cloudflare/sdk/v5/go/cloudflare"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// declareDatabase declares the D1 database. A changed name or account would replace it, and leave its rows behind.
func declareDatabase(ctx *pulumi.Context, s settings) (*cloudflare.D1Database, error) {
	options := s.stateful()
	if s.adopt.databaseID != "" {
		options = append(options, pulumi.Import(pulumi.ID(s.account+"/"+s.adopt.databaseID)))
	}
	return cloudflare.NewD1Database(ctx, "database", &cloudflare.D1DatabaseArgs{
		AccountId: pulumi.String(s.account),
		Name:      pulumi.String(s.names.database),
	}, options...)
}

// stateful are the options of what holds users' data.
func (s settings) stateful() []pulumi.ResourceOption {
	return []pulumi.ResourceOption{pulumi.Protect(s.protect), pulumi.RetainOnDelete(s.protect)}
}
