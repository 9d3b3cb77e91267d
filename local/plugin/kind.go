package main

import (
	"context"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
)

// field describes how a property of a resource behaves.
type field struct {
	required bool
	replaces bool // a change replaces the resource
	computed bool // the API sets it if the program does not
	set      bool // a list whose order has no meaning
}

type fields map[resource.PropertyKey]field

// operations are the API calls of a type of resource. T holds its inputs and outputs.
type operations[T any] struct {
	create func(ctx context.Context, inputs T) (id string, outputs T, err error)

	// read reads the resource: by its old state or, for an import, by the ID that the user gave and a zero T. It returns an
	// empty ID if the resource does not exist any more.
	read func(ctx context.Context, id string, old T) (string, T, error)

	// update is nil if every change replaces the resource.
	update func(ctx context.Context, id string, old, inputs T) (T, error)
	delete func(ctx context.Context, id string, old T) error
}

// kind is a type of resource, as the provider uses it.
type kind interface {
	check(inputs resource.PropertyMap) []plugin.CheckFailure
	diff(inputs, old resource.PropertyMap) plugin.DiffResult
	preview(inputs, old resource.PropertyMap) resource.PropertyMap
	create(ctx context.Context, inputs resource.PropertyMap) (resource.ID, resource.PropertyMap, error)
	read(ctx context.Context, id resource.ID, old resource.PropertyMap) (plugin.ReadResult, error)
	update(ctx context.Context, id resource.ID, old, inputs resource.PropertyMap) (resource.PropertyMap, error)
	delete(ctx context.Context, id resource.ID, old resource.PropertyMap) error
}

// typed is a kind made of fields and operations.
type typed[T any] struct {
	fields
	operations[T]
}

func (f fields) check(inputs resource.PropertyMap) []plugin.CheckFailure {
	var failures []plugin.CheckFailure
	for key := range inputs {
		if _, known := f[key]; !known && key != defaultsKey {
			failures = append(failures, plugin.CheckFailure{Property: key, Reason: fmt.Sprintf("An argument named %q is not expected here.", key)})
		}
	}
	for key, one := range f {
		if value := inputs[key]; one.required && (value.IsNull() || plain(value) == "") {
			failures = append(failures, plugin.CheckFailure{Property: key, Reason: fmt.Sprintf("Missing required argument: %q has no value.", key)})
		}
	}
	return failures
}

// preview returns the expected outputs: the inputs, and computed properties with their old value or as unknown.
func (f fields) preview(inputs, old resource.PropertyMap) resource.PropertyMap {
	outputs := resource.PropertyMap{}
	for key, one := range f {
		if value, given := inputs[key]; given {
			outputs[key] = value
		} else if value, before := old[key]; before && one.computed {
			outputs[key] = value
		} else if one.computed {
			outputs[key] = resource.MakeComputed(resource.NewStringProperty(""))
		}
	}
	return outputs
}

func (k typed[T]) create(ctx context.Context, inputs resource.PropertyMap) (resource.ID, resource.PropertyMap, error) {
	values, err := decode[T](inputs)
	if err != nil {
		return "", nil, err
	}
	id, outputs, err := k.operations.create(ctx, values)
	if err != nil {
		return "", nil, err
	}
	properties, err := encode(outputs, inputs)
	return resource.ID(id), properties, err
}

func (k typed[T]) read(ctx context.Context, id resource.ID, old resource.PropertyMap) (plugin.ReadResult, error) {
	values, err := decode[T](old)
	if err != nil {
		return plugin.ReadResult{}, err
	}
	found, outputs, err := k.operations.read(ctx, string(id), values)
	if err != nil || found == "" {
		return plugin.ReadResult{}, err
	}
	properties, err := encode(outputs, old)
	if err != nil {
		return plugin.ReadResult{}, err
	}

	return plugin.ReadResult{ID: resource.ID(found), Inputs: noteDefaults(k.inputsOf(properties)), Outputs: properties}, nil
}

// inputsOf returns the outputs that a program could have set.
func (f fields) inputsOf(outputs resource.PropertyMap) resource.PropertyMap {
	inputs := resource.PropertyMap{}
	for key, value := range outputs {
		if one, known := f[key]; known && !one.computed {
			inputs[key] = value
		}
	}
	return inputs
}

func (k typed[T]) update(ctx context.Context, id resource.ID, old, inputs resource.PropertyMap) (resource.PropertyMap, error) {
	before, err := decode[T](old)
	if err != nil {
		return nil, err
	}
	values, err := decode[T](inputs)
	if err != nil {
		return nil, err
	}
	outputs, err := k.operations.update(ctx, string(id), before, values)
	if err != nil {
		return nil, err
	}

	return encode(outputs, inputs)
}

func (k typed[T]) delete(ctx context.Context, id resource.ID, old resource.PropertyMap) error {
	values, err := decode[T](old)
	if err != nil {
		return err
	}
	return k.operations.delete(ctx, string(id), values)
}
