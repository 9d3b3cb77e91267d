package main

import (
	"github.com/pulumi/pulumi-cloudflare/sdk/v5/go/cloudflare"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/addreams/addreams/infra/config"
)

// declareDomain puts the Worker on its hostname, if one is configured. The resource is named after the hostname: the
// provider updates a changed hostname in place, and would leave the old one attached.
func declareDomain(ctx *pulumi.Context, account string, domain config.Domain, worker *cloudflare.WorkersScript) error {
	if domain.Hostname == "" {
		return nil
	}
	_, err := cloudflare.NewWorkersDomain(ctx, domain.Hostname, &cloudflare.WorkersDomainArgs{
		AccountId: pulumi.String(account),
		ZoneId:    pulumi.String(domain.Zone),
		Hostname:  pulumi.String(domain.Hostname),
		Service:   worker.Name,
	})
	return err
}
