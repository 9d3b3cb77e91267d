package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/binding"
	"github.com/addreams/addreams/infra/config"
	"github.com/addreams/addreams/infra/config/configtest"
)

var update = flag.Bool("update", false, "write the plans instead of comparing them")

// plan is what a reviewer reads about a stack: everything that it declares, as far as the repository has it.
type plan struct {
	Stack      string             `json:"stack"`
	Resources  map[string]planned `json:"resources"`
	Migrations map[string]string  `json:"migrations"` // file to SHA-256
}

type planned struct {
	Type           string `json:"type"`
	Protect        bool   `json:"protect,omitempty"`
	RetainOnDelete bool   `json:"retainOnDelete,omitempty"`
	Inputs         any    `json:"inputs"`
}

// TestPlan keeps infra/plan/<stack>.json up to date with what the program declares, so that a code review shows the
// difference. Account, zone, addresses, secrets and the bundle are placeholders.
func TestPlan(t *testing.T) {
	for _, stack := range stacks {
		t.Run(stack, func(t *testing.T) {
			rendered := render(t, stack)
			path := filepath.Join("plan", stack+".json")
			if *update {
				require.NoError(t, os.MkdirAll("plan", 0o755))
				require.NoError(t, os.WriteFile(path, rendered, 0o644))
				return
			}
			kept, err := os.ReadFile(path)
			require.NoError(t, err, "run `make plan`")
			assert.True(t, bytes.Equal(kept, rendered), "%s is out of date: run `make plan`, read the difference and commit it", path)
			assert.NotContains(t, string(kept), configtest.Secret)
		})
	}
}

func render(t *testing.T, stack string) []byte {
	t.Helper()
	configured := configtest.Complete(t, stack)

	got, err := declareStack(stack, configured)
	require.NoError(t, err)
	p := plan{Stack: stack, Resources: map[string]planned{}, Migrations: map[string]string{}}
	for name, resource := range got {
		p.Resources[name] = planned{
			Type:           resource.TypeToken,
			Protect:        resource.RegisterRPC.GetProtect(),
			RetainOnDelete: resource.RegisterRPC.GetRetainOnDelete(),
			Inputs:         planInputs(resource.Inputs),
		}
	}
	files, err := filepath.Glob(filepath.Join(configured.Values[config.Namespace+"migrations"], "[0-9]*.sql"))
	require.NoError(t, err)
	for _, file := range files {
		content, err := os.ReadFile(file)
		require.NoError(t, err)
		p.Migrations[filepath.Base(file)] = fmt.Sprintf("%x", sha256.Sum256(content))
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	require.NoError(t, encoder.Encode(p))
	return text.Bytes()
}

// planInputs returns a resource's inputs, with only the names of secrets, and without the digest of the placeholder for the
// bundle.
func planInputs(inputs resource.PropertyMap) any {
	shown := plain(resource.NewObjectProperty(inputs)).(map[string]any)
	if secrets, bound := inputs["secretTextBindings"]; bound {
		names := []string{}
		for _, element := range revealed(secrets).ArrayValue() {
			names = append(names, revealed(element).ObjectValue()["name"].StringValue())
		}
		shown["secretTextBindings"] = names
	}
	if texts, bound := shown["plainTextBindings"].([]any); bound {
		for _, text := range texts {
			if text := text.(map[string]any); text["name"] == binding.BundleDigest {
				text["text"] = "[digest of dist/worker.mjs]"
			}
		}
	}

	return shown
}
