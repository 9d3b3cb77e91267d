package main

import (
	"github.com/pulumi/pulumi-cloudflare/sdk/v5/go/cloudflare"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/addreams/addreams/infra/config"
)

// declareBucket declares the R2 bucket of generated images and reference photos. It sets no location: Cloudflare returns
// the location in lower case, and the provider would take that for a change and replace the bucket.
func declareBucket(ctx *pulumi.Context, account string, bucket config.Bucket) (*cloudflare.R2Bucket, error) {
	options := stateful(bucket.Protect)
	if bucket.Adopt {
		options = append(options, pulumi.Import(pulumi.ID(account+"/"+bucket.Name)))
	}
	return cloudflare.NewR2Bucket(ctx, "bucket", &cloudflare.R2BucketArgs{
		AccountId: pulumi.String(account),
		Name:      pulumi.String(bucket.Name),
	}, options...)
}
