// Package main is the Pulumi program: what one stack of AdDreams has in a Cloudflare account, one file per resource. It
// contacts nothing. Package config reads the settings, and package hook runs what the declarations cannot express.
package main

import (
	"errors"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/addreams/addreams/infra/config"
	"github.com/addreams/addreams/infra/hook"
	"github.com/addreams/addreams/infra/release"
)

func main() { pulumi.Run(declare) }

// declare lists what exists in the account.
func declare(ctx *pulumi.Context) error {
	stack, invalid := config.Read(ctx)
	code, missing := release.Read(stack.Release)
	if err := errors.Join(invalid, missing); err != nil {
		return err
	}

	// Existing ones are taken over by their IDs, with the engine's import option.
	database, err := declareDatabase(ctx, stack.Account.ID, stack.Database)
	if err != nil {
		return err
	}
	bucket, err := declareBucket(ctx, stack.Account.ID, stack.Bucket)
	if err != nil {
		return err
	}

	// Around each upload the hooks check it, migrate the database, and then set what the provider cannot declare.
	hooks, err := hook.Register(ctx, stack, code.Schema)
	if err != nil {
		return err
	}
	worker, err := declareWorker(ctx, stack.Account.ID, stack.Worker, code.Bundle, bind(stack, code, database, bucket), hooks)
	if err != nil {
		return err
	}

	if err := declareSchedule(ctx, stack.Account.ID, stack.Schedule, worker); err != nil {
		return err
	}
	if err := declareDomain(ctx, stack.Account.ID, stack.Domain, worker); err != nil {
		return err
	}
	if err := declareRateLimit(ctx, stack.RateLimit); err != nil {
		return err
	}

	exportOutputs(ctx, stack, code, database, bucket, worker)
	return nil
}
