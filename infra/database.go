package main

import (
	"github.com/pulumi/pulumi-cloudflare/sdk/v5/go/cloudflare"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/addreams/addreams/infra/config"
)

// declareDatabase declares the D1 database. A changed name or account would replace it, and leave its rows behind.
func declareDatabase(ctx *pulumi.Context, account string, database config.Database) (*cloudflare.D1Database, error) {
	options := stateful(database.Protect)
	if database.AdoptID != "" {
		options = append(options, pulumi.Import(pulumi.ID(account+"/"+database.AdoptID)))
	}
	return cloudflare.NewD1Database(ctx, "database", &cloudflare.D1DatabaseArgs{
		AccountId: pulumi.String(account),
		Name:      pulumi.String(database.Name),
	}, options...)
}

// stateful returns the options of a resource that holds users' data.
func stateful(protect bool) []pulumi.ResourceOption {
	return []pulumi.ResourceOption{pulumi.Protect(protect), pulumi.RetainOnDelete(protect)}
}
