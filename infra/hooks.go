package main

import (
	"errors"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// workerHooks are the steps around every upload of the Worker: a guard and the migrations before it, either of which
// stops it, and the rest of its settings after it. They run in the engine's own order: see
// https://www.pulumi.com/docs/iac/concepts/resources/options/hooks/. No delete hook is bound, since that would make
// `pulumi destroy` need the program.
func workerHooks(ctx *pulumi.Context, s settings, code release) (*pulumi.ResourceHookBinding, error) {
	if ctx.RunningWithMocks() { // the mocks refuse hooks
		return &pulumi.ResourceHookBinding{}, nil
	}
	guard, err := register(ctx, "guard", func(hook *pulumi.ResourceHookArgs) error {
		return errors.Join(guardBindings(s, hook.NewInputs), guardDatabase(s, hook.OldInputs, hook.NewInputs))
	})
	if err != nil {
		return nil, err
	}
	migrate, err := register(ctx, "migrate", migrateHook(ctx, s, code.schema))
	if err != nil {
		return nil, err
	}
	finish, err := register(ctx, "finish", finishHook(ctx, s))
	if err != nil {
		return nil, err
	}
	before, after := []*pulumi.ResourceHook{guard, migrate}, []*pulumi.ResourceHook{finish}
	return &pulumi.ResourceHookBinding{BeforeCreate: before, BeforeUpdate: before, AfterCreate: after, AfterUpdate: after}, nil
}

func register(ctx *pulumi.Context, name string, hook pulumi.ResourceHookFunction) (*pulumi.ResourceHook, error) {
	return ctx.RegisterResourceHook(name, hook, &pulumi.ResourceHookOptions{OnDryRun: true})
}

// boundDatabase is the id of the database that the Worker's inputs bind; unknown before the database is created.
func boundDatabase(inputs resource.PropertyMap) (id string, known bool) {
	return boundValue(inputs, "d1DatabaseBindings", "databaseId")
}

// boundBucket is the name of the bucket likewise.
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
