package main

import (
	"github.com/pulumi/pulumi-cloudflare/sdk/v5/go/cloudflare"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/addreams/addreams/app/binding"
)

// What the runtime promises the Worker.
const (
	compatibilityDate = "2026-02-10"
	compatibilityFlag = "nodejs_compat"
)

// declareWorker declares the Worker with all that it is given. Its migrations run before every upload, and what the
// provider cannot declare is set after it.
func declareWorker(
	ctx *pulumi.Context, s settings, code release, database *cloudflare.D1Database, bucket *cloudflare.R2Bucket,
) (*cloudflare.WorkersScript, error) {
	hooks, err := workerHooks(ctx, s, code)
	if err != nil {
		return nil, err
	}
	options := []pulumi.ResourceOption{pulumi.ResourceHooks(hooks), pulumi.Protect(s.protect)}
	adopt, err := adoptScript(ctx, s)
	if err != nil {
		return nil, err
	}
	if adopt {
		options = append(options, pulumi.Import(pulumi.ID(s.account+"/"+s.names.script)))
	}
	bound := bind(s, code, database, bucket)
	return cloudflare.NewWorkersScript(ctx, "worker", &cloudflare.WorkersScriptArgs{
		AccountId:          pulumi.String(s.account),
		Name:               pulumi.String(s.names.script),
		Module:             pulumi.Bool(true),
		Content:            pulumi.ToSecret(pulumi.String(code.bundle)).(pulumi.StringOutput),
		CompatibilityDate:  pulumi.String(compatibilityDate),
		CompatibilityFlags: pulumi.ToStringArray([]string{compatibilityFlag}),
		Logpush:            pulumi.Bool(s.logpush),
		Placements:         placement(s),
		D1DatabaseBindings: bound.databases,
		R2BucketBindings:   bound.buckets,
		PlainTextBindings:  bound.plain,
		SecretTextBindings: bound.secrets,
	}, options...)
}

func placement(s settings) cloudflare.WorkersScriptPlacementArray {
	if !s.smartPlacement {
		return nil
	}
	return cloudflare.WorkersScriptPlacementArray{cloudflare.WorkersScriptPlacementArgs{Mode: pulumi.String("smart")}}
}

// bindings are the Worker's, by kind.
type bindings struct {
	databases cloudflare.WorkersScriptD1DatabaseBindingArray
	buckets   cloudflare.WorkersScriptR2BucketBindingArray
	plain     cloudflare.WorkersScriptPlainTextBindingArray
	secrets   cloudflare.WorkersScriptSecretTextBindingArray
}

// bind gives a value to every binding that the application names. One without a value is left out: the provider
// refuses an empty text.
func bind(s settings, code release, database *cloudflare.D1Database, bucket *cloudflare.R2Bucket) bindings {
	var bound bindings
	released := code.bindings()
	for _, b := range binding.All() {
		name := pulumi.String(b.Name)
		switch b.Kind {
		case binding.D1:
			bound.databases = append(bound.databases, cloudflare.WorkersScriptD1DatabaseBindingArgs{Name: name, DatabaseId: database.ID()})
		case binding.R2:
			bound.buckets = append(bound.buckets, cloudflare.WorkersScriptR2BucketBindingArgs{Name: name, BucketName: bucket.Name})
		case binding.Plain:
			if value := s.plain[b.Name] + released[b.Name]; value != "" {
				bound.plain = append(bound.plain, cloudflare.WorkersScriptPlainTextBindingArgs{Name: name, Text: pulumi.String(value)})
			}
		case binding.Secret:
			if value, configured := s.secrets[b.Name]; configured {
				bound.secrets = append(bound.secrets, cloudflare.WorkersScriptSecretTextBindingArgs{Name: name, Text: value})
			}
		}
	}
	return bound
}
