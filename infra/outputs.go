package main

import (
	"github.com/pulumi/pulumi-cloudflare/sdk/v5/go/cloudflare"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/addreams/addreams/infra/config"
	"github.com/addreams/addreams/infra/hook"
	"github.com/addreams/addreams/infra/release"
)

// exportOutputs says what the stack is, for people and for the commands that test a deployment. The migrations are those
// that the Worker needs: once it is up, they are applied.
func exportOutputs(
	ctx *pulumi.Context, stack config.Stack, code release.Release,
	database *cloudflare.D1Database, bucket *cloudflare.R2Bucket, worker *cloudflare.WorkersScript,
) {
	ctx.Export("url", pulumi.String(stack.Worker.URL))
	ctx.Export("accountId", pulumi.String(stack.Account.ID))
	ctx.Export("databaseId", database.ID())
	ctx.Export("bucket", bucket.Name)
	ctx.Export("worker", worker.Name)
	ctx.Export("workersDev", pulumi.Bool(stack.Worker.WorkersDev))
	ctx.Export("observability", pulumi.Bool(stack.Worker.Observability))
	ctx.Export("bundleSha256", pulumi.String(code.Digest))
	ctx.Export("schemaVersion", pulumi.String(code.Schema.Version))
	ctx.Export("migrations", pulumi.ToStringArray(code.Schema.Files))
	ctx.Export("restoreCommand", pulumi.String(hook.RestoreCommand(stack.Name)))
}
