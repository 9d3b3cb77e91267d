// Package main is the Pulumi program: what exists in a Cloudflare account for one stack of AdDreams, one file a
// resource group. It owns the infrastructure's settings and its order; of the application it knows the names of the
// bindings, the migration engine and the migrations, and nothing else.
package main

import (
	"errors"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() { pulumi.Run(declare) }

// declare is the list of what exists in the account.
func declare(ctx *pulumi.Context) error {
	settings, unsound := readSettings(ctx)
	code, missing := readRelease(settings)
	if err := errors.Join(unsound, missing); err != nil {
		return err
	}
	database, err := declareDatabase(ctx, settings)
	if err != nil {
		return err
	}
	bucket, err := declareBucket(ctx, settings)
	if err != nil {
		return err
	}
	worker, err := declareWorker(ctx, settings, code, database, bucket)
	if err != nil {
		return err
	}
	if err := declareSchedule(ctx, settings, worker); err != nil {
		return err
	}
	if err := declareDomain(ctx, settings, worker); err != nil {
		return err
	}
	if err := declareRateLimit(ctx, settings); err != nil {
		return err
	}
	exportOutputs(ctx, settings, code, database, bucket, worker)
	return nil
}
