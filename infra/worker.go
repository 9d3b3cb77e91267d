package main

import (
	"github.com/pulumi/pulumi-cloudflare/sdk/v5/go/cloudflare"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/addreams/addreams/infra/config"
)

// declareWorker declares the Worker with its bindings. The bundle is a secret only so that a diff does not print it.
func declareWorker(
	ctx *pulumi.Context, account string, worker config.Worker, bundle string, bound bindings, hooks *pulumi.ResourceHookBinding,
) (*cloudflare.WorkersScript, error) {
	var placements cloudflare.WorkersScriptPlacementArray
	if worker.SmartPlacement {
		placements = cloudflare.WorkersScriptPlacementArray{cloudflare.WorkersScriptPlacementArgs{Mode: pulumi.String("smart")}}
	}

	return cloudflare.NewWorkersScript(ctx, "worker", &cloudflare.WorkersScriptArgs{
		AccountId:          pulumi.String(account),
		Name:               pulumi.String(worker.Name),
		Module:             pulumi.Bool(true),
		Content:            pulumi.ToSecret(pulumi.String(bundle)).(pulumi.StringOutput),
		CompatibilityDate:  pulumi.String(config.CompatibilityDate),
		CompatibilityFlags: pulumi.ToStringArray([]string{"nodejs_compat"}),
		Logpush:            pulumi.Bool(worker.Logpush),
		Placements:         placements,
		D1DatabaseBindings: bound.databases,
		R2BucketBindings:   bound.buckets,
		PlainTextBindings:  bound.plain,
		SecretTextBindings: bound.secrets,
	}, pulumi.ResourceHooks(hooks), pulumi.Protect(worker.Protect))
}
