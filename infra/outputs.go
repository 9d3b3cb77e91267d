package main

import (
	"github.com/pulumi/pulumi-cloudflare/sdk/v5/go/cloudflare"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// exportOutputs states what the stack is, for people and for the scripts that test a deployment. The migrations are
// those that the Worker needs: once it is up, they are applied.
func exportOutputs(
	ctx *pulumi.Context, s settings, code release,
	database *cloudflare.D1Database, bucket *cloudflare.R2Bucket, worker *cloudflare.WorkersScript,
) {
	ctx.Export("url", pulumi.String(s.publicURL))
	ctx.Export("accountId", pulumi.String(s.account))
	ctx.Export("databaseId", database.ID())
	ctx.Export("bucket", bucket.Name)
	ctx.Export("worker", worker.Name)
	ctx.Export("workersDev", pulumi.Bool(s.workersDev))
	ctx.Export("observability", pulumi.Bool(s.observability))
	ctx.Export("bundleSha256", pulumi.String(code.digest))
	ctx.Export("schemaVersion", pulumi.String(code.schema.version))
	ctx.Export("migrations", pulumi.ToStringArray(code.schema.files))
	ctx.Export("restoreCommand", pulumi.String(restoreCommand(s.stack)))
}
