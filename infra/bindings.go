package main

import (
	"maps"

	"github.com/pulumi/pulumi-cloudflare/sdk/v5/go/cloudflare"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/addreams/addreams/app/binding"
	"github.com/addreams/addreams/infra/config"
	"github.com/addreams/addreams/infra/release"
)

// bindings are the Worker's, by kind.
type bindings struct {
	databases cloudflare.WorkersScriptD1DatabaseBindingArray
	buckets   cloudflare.WorkersScriptR2BucketBindingArray
	plain     cloudflare.WorkersScriptPlainTextBindingArray
	secrets   cloudflare.WorkersScriptSecretTextBindingArray
}

// bind gives a value to every binding that the application names. One without a value is left out, because the provider
// refuses an empty text.
func bind(stack config.Stack, code release.Release, database *cloudflare.D1Database, bucket *cloudflare.R2Bucket) bindings {
	variables := maps.Clone(stack.Variables)
	variables[binding.BundleDigest] = code.Digest // these two show a reviewer that code or schema changes
	variables[binding.SchemaVersion] = code.Schema.Version

	var bound bindings
	for _, b := range binding.All() {
		name := pulumi.String(b.Name)
		switch b.Kind {
		case binding.D1:
			bound.databases = append(bound.databases, cloudflare.WorkersScriptD1DatabaseBindingArgs{Name: name, DatabaseId: database.ID()})
		case binding.R2:
			bound.buckets = append(bound.buckets, cloudflare.WorkersScriptR2BucketBindingArgs{Name: name, BucketName: bucket.Name})
		case binding.Plain:
			if value, set := variables[b.Name]; set {
				bound.plain = append(bound.plain, cloudflare.WorkersScriptPlainTextBindingArgs{Name: name, Text: pulumi.String(value)})
			}
		case binding.Secret:
			if value, set := stack.Secrets[b.Name]; set {
				bound.secrets = append(bound.secrets, cloudflare.WorkersScriptSecretTextBindingArgs{Name: name, Text: value})
			}
		}
	}
	return bound
}
