// Package hook is what runs around each upload of the Worker, as the engine's resource hooks:
// https://www.pulumi.com/docs/iac/concepts/resources/options/hooks/. Here alone the program calls Cloudflare itself. It
// declares no resource.
package hook

import (
	"errors"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/addreams/addreams/app/binding"
	"github.com/addreams/addreams/infra/config"
	"github.com/addreams/addreams/infra/release"
)

// Register registers the hooks of the Worker. Before an upload: checks that may refuse it, and the migrations, which stop
// it if they fail. After it: the settings that the provider cannot declare. No delete hook is bound, because `pulumi
// destroy` would then need the program.
func Register(ctx *pulumi.Context, stack config.Stack, schema release.Schema) (*pulumi.ResourceHookBinding, error) {
	if ctx.RunningWithMocks() { // the mocks refuse hooks
		return &pulumi.ResourceHookBinding{}, nil
	}
	var failed error
	register := func(name string, run pulumi.ResourceHookFunction) *pulumi.ResourceHook {
		hook, err := ctx.RegisterResourceHook(name, run, &pulumi.ResourceHookOptions{OnDryRun: true})
		failed = errors.Join(failed, err)
		return hook
	}

	adopt := register("adopt", adoption{account: stack.Account, script: stack.Worker.Name}.run)
	guard := register("guard", guard{stack: stack.Name, Guard: stack.Guard}.run)
	migrate := register("migrate", migration{
		ctx: ctx, stack: stack.Name, account: stack.Account, allow: stack.Release.AllowDestructive, schema: schema,
	}.run)
	finish := register("finish", settings{
		ctx: ctx, account: stack.Account, worker: stack.Worker,
		bucket: stack.Bucket.Name, retention: stack.Variables[binding.HistoryRetention],
	}.run)

	return &pulumi.ResourceHookBinding{
		BeforeCreate: []*pulumi.ResourceHook{adopt, guard, migrate},
		BeforeUpdate: []*pulumi.ResourceHook{guard, migrate},
		AfterCreate:  []*pulumi.ResourceHook{finish},
		AfterUpdate:  []*pulumi.ResourceHook{finish},
	}, failed
}

// boundDatabase returns the ID of the database that the Worker's inputs bind; it is unknown before the database exists.
func boundDatabase(inputs resource.PropertyMap) (id string, known bool) {
	return boundValue(inputs, "d1DatabaseBindings", "databaseId")
}

// boundBucket returns the name of the bucket that the Worker's inputs bind; it is unknown before the bucket exists.
func boundBucket(inputs resource.PropertyMap) (name string, known bool) {
	return boundValue(inputs, "r2BucketBindings", "bucketName")
}

// boundValue reads one property of the first element of an array of bindings.
func boundValue(inputs resource.PropertyMap, array, property resource.PropertyKey) (string, bool) {
	bindings := inputs[array]
	if !bindings.IsArray() || len(bindings.ArrayValue()) == 0 {
		return "", false
	}
	value := bindings.ArrayValue()[0].ObjectValue()[property]
	if !value.IsString() {
		return "", false
	}
	return value.StringValue(), true
}
