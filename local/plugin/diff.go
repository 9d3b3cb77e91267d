package main

import (
	"fmt"
	"reflect"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
)

// diff compares what the program wants with the last known state. Absent, false, empty text and empty list count as the same,
// as they do for the Terraform provider.
func (f fields) diff(inputs, old resource.PropertyMap) plugin.DiffResult {
	result := plugin.DiffResult{Changes: plugin.DiffNone, DetailedDiff: map[string]plugin.PropertyDiff{}}
	for key, one := range f {
		value, given := inputs[key]
		if one.computed && !given {
			continue
		}
		changes := one.compare(string(key), old[key], value)
		if len(changes) == 0 {
			continue
		}

		result.Changes = plugin.DiffSome
		result.ChangedKeys = append(result.ChangedKeys, key)
		for path, change := range changes {
			if one.replaces {
				change = change.AsReplace()
			}
			result.DetailedDiff[path] = plugin.PropertyDiff{Kind: change, InputDiff: true}
		}
		if one.replaces {
			result.ReplaceKeys = append(result.ReplaceKeys, key)
		}
	}

	return result
}

// compare returns the changes from old to value, by path.
func (f field) compare(path string, old, value resource.PropertyValue) map[string]plugin.DiffKind {
	if value.ContainsUnknowns() {
		return map[string]plugin.DiffKind{path: plugin.DiffUpdate}
	}

	before, after := plain(old), plain(value)
	if isZero(before) && isZero(after) {
		return nil
	}
	if f.set {
		return compareSets(path, asList(before), asList(after))
	}

	switch {
	case reflect.DeepEqual(before, after):
		return nil
	case isZero(before):
		return map[string]plugin.DiffKind{path: plugin.DiffAdd}
	case isZero(after):
		return map[string]plugin.DiffKind{path: plugin.DiffDelete}
	}
	return map[string]plugin.DiffKind{path: plugin.DiffUpdate}
}

func compareSets(path string, before, after []any) map[string]plugin.DiffKind {
	changes := map[string]plugin.DiffKind{}
	for i, element := range before {
		if !contains(after, element) {
			changes[fmt.Sprintf("%s[%d]", path, i)] = plugin.DiffDelete
		}
	}
	for i, element := range after {
		if contains(before, element) {
			continue
		}
		place := fmt.Sprintf("%s[%d]", path, i)
		if _, taken := changes[place]; taken {
			changes[place] = plugin.DiffUpdate
		} else {
			changes[place] = plugin.DiffAdd
		}
	}

	return changes
}

func contains(list []any, wanted any) bool {
	for _, element := range list {
		if reflect.DeepEqual(element, wanted) {
			return true
		}
	}
	return false
}

func asList(value any) []any {
	list, _ := value.([]any)
	return list
}

func isZero(value any) bool {
	switch value := value.(type) {
	case nil:
		return true
	case string:
		return value == ""
	case bool:
		return !value
	case []any:
		return len(value) == 0
	}
	return false
}
