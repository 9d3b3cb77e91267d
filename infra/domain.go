package main

import (
	"github.com/pulumi/pulumi-cloudflare/sdk/v5/go/cloudflare"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// declareDomain puts the Worker on its hostname, where one is configured. The resource is named after the hostname:
// the provider updates a changed hostname in place, and would leave the old one attached for ever.
func declareDomain(ctx *pulumi.Context, s settings, worker *cloudflare.WorkersScript) error {
	if s.hostname == "" {
		return nil
	}
	_, err := cloudflare.NewWorkersDomain(ctx, s.hostname, &cloudflare.WorkersDomainArgs{
		AccountId: pulumi.String(s.account),
		ZoneId:    pulumi.String(s.zone),
		Hostname:  pulumi.String(s.hostname),
		Service:   worker.Name,
	})
	return err
}
