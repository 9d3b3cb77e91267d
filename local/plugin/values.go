package main

import (
	"encoding/json"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// plain returns a property's value as a JSON value, without the secrets and outputs around it; an unknown value is nil.
func plain(v resource.PropertyValue) any {
	switch {
	case v.IsSecret():
		return plain(v.SecretValue().Element)
	case v.IsOutput():
		return plain(v.OutputValue().Element)
	case v.IsArray():
		list := make([]any, 0, len(v.ArrayValue()))
		for _, element := range v.ArrayValue() {
			list = append(list, plain(element))
		}
		return list
	case v.IsObject():
		return plainMap(v.ObjectValue())
	case v.IsComputed():
		return nil
	}
	return v.V
}

// defaultsKey is where the Terraform bridge records the inputs that it filled in. The genuine plugin has it in every object.
const defaultsKey = "__defaults"

func plainMap(properties resource.PropertyMap) map[string]any {
	object := make(map[string]any, len(properties))
	for key, value := range properties {
		if key != defaultsKey {
			object[string(key)] = plain(value)
		}
	}
	return object
}

// decode reads properties into a struct, whose json tags are their names.
func decode[T any](properties resource.PropertyMap) (T, error) {
	var value T
	content, err := json.Marshal(plainMap(properties))
	if err != nil {
		return value, err
	}
	return value, json.Unmarshal(content, &value)
}

// encode is the inverse of decode. Properties that are secret in the pattern are secret in the result.
func encode[T any](value T, pattern resource.PropertyMap) (resource.PropertyMap, error) {
	content, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	var object map[string]any
	if err := json.Unmarshal(content, &object); err != nil {
		return nil, err
	}

	properties := resource.NewPropertyMapFromMap(object)
	for key, value := range properties {
		if pattern[key].ContainsSecrets() {
			properties[key] = resource.MakeSecret(value)
		}
	}
	return properties, nil
}

// noteDefaults adds the bridge's key to the map and to every object in it.
func noteDefaults(properties resource.PropertyMap) resource.PropertyMap {
	noted := resource.PropertyMap{defaultsKey: resource.NewArrayProperty([]resource.PropertyValue{})}
	for key, value := range properties {
		noted[key] = noteDefaultsIn(value)
	}
	return noted
}

func noteDefaultsIn(value resource.PropertyValue) resource.PropertyValue {
	switch {
	case value.IsSecret():
		return resource.MakeSecret(noteDefaultsIn(value.SecretValue().Element))
	case value.IsArray():
		list := make([]resource.PropertyValue, 0, len(value.ArrayValue()))
		for _, element := range value.ArrayValue() {
			list = append(list, noteDefaultsIn(element))
		}
		return resource.NewArrayProperty(list)
	case value.IsObject():
		return resource.NewObjectProperty(noteDefaults(value.ObjectValue()))
	}
	return value
}
