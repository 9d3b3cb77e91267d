package main

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// asked is a source without a value that notes which keys are read.
type asked map[string]bool

func (a asked) Stack() string              { return "dev" }
func (a asked) IsConfigSecret(string) bool { return false }
func (a asked) GetConfig(key string) (string, bool) {
	if own, ours := strings.CutPrefix(key, namespace); ours {
		a[own] = true
	}
	return "", false
}

// TestProjectDeclaresEveryKey keeps Pulumi.yaml to what the program reads: no key more, none less, each with its type,
// default and description, and the secret ones marked.
func TestProjectDeclaresEveryKey(t *testing.T) {
	read := asked{}
	_, err := readSettings(read)
	require.Error(t, err)
	project, err := workspace.LoadProject("../Pulumi.yaml")
	require.NoError(t, err)
	assert.ElementsMatch(t, slices.Collect(maps.Keys(read)), slices.Collect(maps.Keys(project.Config)))

	secret := map[string]bool{}
	for _, key := range secretKeys {
		secret[key] = true
	}
	for key, declared := range project.Config {
		assert.NotNil(t, declared.Type, "%s has a type", key)
		assert.NotNil(t, declared.Default, "%s has a default", key)
		assert.NotEmpty(t, declared.Description, "%s has a description", key)
		assert.Equal(t, secret[key], strings.HasPrefix(declared.Description, "(secret"), "%s says whether it is a secret", key)
	}
}

// TestStacksHoldNoSecret checks the committed files of the stacks: what a person forgets to encrypt stays out of the
// history.
func TestStacksHoldNoSecret(t *testing.T) {
	files, err := filepath.Glob("../Pulumi.*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		text, err := fs.ReadFile(os.DirFS(".."), filepath.Base(file))
		require.NoError(t, err)
		for _, key := range secretKeys {
			assert.NotRegexp(t, `(?m)^\s*`+namespace+key+`:[ \t]*\S`, string(text), "%s: %s may only stand there as `secure:`", file, key)
		}
	}
}
