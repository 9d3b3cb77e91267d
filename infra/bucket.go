package main

import (
	"github.com/pulumi/pulumi-cloudflare/sdk/v5/go/cloudflare"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// declareBucket declares the R2 bucket of generated images and reference photos. It names no location: Cloudflare
// answers one in lower case, which the provider takes for a change that replaces the bucket.
func declareBucket(ctx *pulumi.Context, s settings) (*cloudflare.R2Bucket, error) {
	options := s.stateful()
	if s.adopt.bucket {
		options = append(options, pulumi.Import(pulumi.ID(s.account+"/"+s.names.bucket)))
	}
	return cloudflare.NewR2Bucket(ctx, "bucket", &cloudflare.R2BucketArgs{
		AccountId: pulumi.String(s.account),
		Name:      pulumi.String(s.names.bucket),
	}, options...)
}
