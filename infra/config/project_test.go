package config_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/binding"
	"github.com/addreams/addreams/infra/config"
	"github.com/addreams/addreams/infra/config/configtest"
)

// TestProjectDeclaresEveryKey compares Pulumi.yaml with what the program reads: no key more and none less, each with its
// type, default and description.
func TestProjectDeclaresEveryKey(t *testing.T) {
	var read []string

	_, err := configtest.Run("dev", configtest.Configuration{}, func(ctx *pulumi.Context) error {
		read = config.Keys(ctx)
		return nil
	})
	require.NoError(t, err)

	project, err := workspace.LoadProject("../../Pulumi.yaml")
	require.NoError(t, err)
	assert.ElementsMatch(t, read, slices.Collect(maps.Keys(project.Config)))
	for key, declared := range project.Config {
		assert.NotNil(t, declared.Type, "%s has a type", key)
		assert.NotNil(t, declared.Default, "%s has a default", key)
		assert.NotEmpty(t, declared.Description, "%s has a description", key)
	}
}

// TestProjectAgreesWithBindings compares the settings of bindings in Pulumi.yaml with app/binding.
func TestProjectAgreesWithBindings(t *testing.T) {
	project, err := workspace.LoadProject("../../Pulumi.yaml")
	require.NoError(t, err)
	marks := map[string]string{}
	for _, b := range binding.All() {
		if b.Setting == "" {
			continue
		}
		declared, found := project.Config[b.Setting]
		if !assert.True(t, found, "Pulumi.yaml: add the key\n  %s:\n    type: string\n    default: %q\n    description: %s", b.Setting, b.Default, b.Meaning) {
			continue
		}
		assert.Equal(t, b.Default, fmt.Sprint(declared.Default), "Pulumi.yaml: the default of %s", b.Setting)
		switch {
		case b.Kind == binding.Secret && b.MustSet:
			marks[b.Setting] = "(secret, required) "
		case b.Kind == binding.Secret:
			marks[b.Setting] = "(secret) "
		}
	}

	for key, declared := range project.Config {
		if mark := marks[key]; mark != "" {
			assert.True(t, strings.HasPrefix(declared.Description, mark), "Pulumi.yaml: the description of %s begins with %q", key, mark)
		} else {
			assert.NotContains(t, declared.Description, "(secret", "Pulumi.yaml: %s is not a secret", key)
		}
	}
}

// TestStacksHoldNoSecret checks the committed files of the stacks: what a person forgets to encrypt stays out of the
// history.
func TestStacksHoldNoSecret(t *testing.T) {
	files, err := filepath.Glob("../../Pulumi.*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, b := range binding.All() {
			if b.Kind == binding.Secret {
				assert.NotRegexp(t, `(?m)^\s*`+config.Namespace+b.Setting+`:[ \t]*\S`, string(text), "%s: %s may only be there as `secure:`", file, b.Setting)
			}
		}
	}
}

// TestEveryBindingHasARule keeps the rules and the bindings together.
func TestEveryBindingHasARule(t *testing.T) {
	used := map[binding.Rule]bool{}
	for _, b := range binding.All() {
		if b.Setting != "" {
			assert.True(t, config.HasRule(b.Rule), "infra/config/rule.go: add a rule %q, for %s", b.Rule, b.Name)
			used[b.Rule] = true
		}
	}
	assert.Len(t, used, config.RuleCount(), "each rule of infra/config/rule.go is used by a binding")
}
