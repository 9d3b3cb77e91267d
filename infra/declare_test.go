package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/binding"
)

var stacks = []string{local, "dev", production}

func TestDeclareNames(t *testing.T) {
	cases := map[string]struct {
		stack                    string
		database, bucket, script string
	}{
		"prod has the product's names":      {production, "addreams-db", "addreams-generations", "addreams-api"},
		"dev has its own":                   {"dev", "addreams-db-dev", "addreams-generations-dev", "addreams-api-dev"},
		"a pull request's carry its number": {"pr-17", "addreams-db-pr-17", "addreams-generations-pr-17", "addreams-api-pr-17"},
		"local has its own, on any machine": {local, "addreams-db-local", "addreams-generations-local", "addreams-api-local"},
	}
	for situation, c := range cases {
		t.Run(situation, func(t *testing.T) {
			file := c.stack
			if file == "pr-17" {
				file = "dev"
			}
			got, err := declareStack(t, c.stack, complete(t, file))
			require.NoError(t, err)
			assert.Equal(t, c.database, got["database"].Inputs["name"].StringValue())
			assert.Equal(t, c.bucket, got["bucket"].Inputs["name"].StringValue())
			assert.Equal(t, c.script, got["worker"].Inputs["name"].StringValue())
			assert.Equal(t, c.script, got["schedule"].Inputs["scriptName"].StringValue())
		})
	}
}

func TestDeclareGuardsData(t *testing.T) {
	for _, stack := range stacks {
		t.Run(stack, func(t *testing.T) {
			got, err := declareStack(t, stack, complete(t, stack))
			require.NoError(t, err)
			for _, name := range []string{"database", "bucket"} {
				assert.Equal(t, stack == production, got[name].RegisterRPC.GetProtect(), "%s protected", name)
				assert.Equal(t, stack == production, got[name].RegisterRPC.GetRetainOnDelete(), "%s retained", name)
			}
		})
	}
}

func TestDeclareBindings(t *testing.T) {
	for _, stack := range stacks {
		t.Run(stack, func(t *testing.T) {
			configured := complete(t, stack).
				with("qwenVideoModel", "wan").with("trustedOrigins", "https://www.example.com").
				secret("googleClientId", "id").secret("googleClientSecret", "gs").
				secret("githubClientId", "id").secret("githubClientSecret", "hs").
				secret("migrateToken", someSecret).secret("accountTokenKeys", someKeys).
				with("dailyGenerations", "1000").secret("clientAddressSecret", someSecret)
			got, err := declareStack(t, stack, configured)
			require.NoError(t, err)
			bound := boundNames(got["worker"].Inputs)
			for _, b := range binding.All() {
				assert.Equal(t, []binding.Kind{b.Kind}, bound[b.Name], b.Name)
			}
			assert.Len(t, bound, len(binding.All()), "nothing is bound that the application does not name")
		})
	}
}

func TestDeclareLeavesOutWhatIsNotSet(t *testing.T) {
	got, err := declareStack(t, "dev", complete(t, "dev"))
	require.NoError(t, err)
	bound := boundNames(got["worker"].Inputs)
	for _, b := range binding.All() {
		if b.Required {
			assert.Contains(t, bound, b.Name)
		}
	}
	for _, name := range []string{binding.GoogleClientID, binding.GitHubClientSecret, binding.MigrateToken, binding.QwenVideoModel} {
		assert.NotContains(t, bound, name)
	}
}

func TestDeclareKeepsSecrets(t *testing.T) {
	for _, stack := range stacks {
		t.Run(stack, func(t *testing.T) {
			got, err := declareStack(t, stack, complete(t, stack))
			require.NoError(t, err)
			for name, resource := range got {
				assert.NotContains(t, inClear(t, resource.Inputs), someSecret, name)
			}
			assert.True(t, got["worker"].Inputs["content"].IsSecret(), "the bundle is a secret, for the sake of readable diffs")
		})
	}
}

func TestDeclareReach(t *testing.T) {
	prod, err := declareStack(t, production, complete(t, production))
	require.NoError(t, err)
	assert.Equal(t, "api.example.com", prod["api.example.com"].Inputs["hostname"].StringValue(), "a domain is named after its hostname")
	assert.Contains(t, prod, "rate-limit")

	moved, err := declareStack(t, production, complete(t, production).with("hostname", "v2.example.com").with("publicUrl", "https://v2.example.com"))
	require.NoError(t, err)
	assert.NotContains(t, moved, "api.example.com")
	assert.Contains(t, moved, "v2.example.com")

	dev, err := declareStack(t, "dev", complete(t, "dev"))
	require.NoError(t, err)
	assert.Len(t, dev, 4, "database, bucket, worker and schedule")
}

// boundNames tells how often, and as what, each name is bound.
func boundNames(inputs resource.PropertyMap) map[string][]binding.Kind {
	kinds := map[resource.PropertyKey]binding.Kind{
		"d1DatabaseBindings": binding.D1, "r2BucketBindings": binding.R2,
		"plainTextBindings": binding.Plain, "secretTextBindings": binding.Secret,
	}
	bound := map[string][]binding.Kind{}
	for array, kind := range kinds {
		for _, element := range revealed(inputs[array]).ArrayValue() {
			name := revealed(element).ObjectValue()["name"].StringValue()
			bound[name] = append(bound[name], kind)
		}
	}
	return bound
}

// revealed takes a secret's wrapping off.
func revealed(value resource.PropertyValue) resource.PropertyValue {
	if value.IsSecret() {
		return revealed(value.SecretValue().Element)
	}
	return value
}

// inClear writes out what is not secret.
func inClear(t *testing.T, inputs resource.PropertyMap) string {
	t.Helper()
	text, err := json.Marshal(plain(resource.NewObjectProperty(inputs)))
	require.NoError(t, err)
	return string(text)
}

// plain turns a value into what JSON writes, with every secret told as such.
func plain(value resource.PropertyValue) any {
	switch {
	case value.IsSecret():
		return "[secret]"
	case value.IsArray():
		list := []any{}
		for _, element := range value.ArrayValue() {
			list = append(list, plain(element))
		}
		return list
	case value.IsObject():
		object := map[string]any{}
		for key, property := range value.ObjectValue() {
			if !strings.HasPrefix(string(key), "__") {
				object[string(key)] = plain(property)
			}
		}
		return object
	}
	return value.V
}
