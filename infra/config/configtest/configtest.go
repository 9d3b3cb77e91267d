// Package configtest runs the Pulumi program, or a part of it, in a test: with a configuration of the test's own, and with
// mocks instead of the engine.
package configtest

import (
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag/colors"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumiconfig "github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/infra/config"
	"github.com/addreams/addreams/infra/names"
)

// Values of settings that only a deployment knows.
const (
	Account  = "0123456789abcdef0123456789abcdef"
	Zone     = "fedcba9876543210fedcba9876543210"
	Database = "8f14e45f-ceea-467f-9b3c-0123456789ab"
	Secret   = "correct-horse-battery-staple-0123456789"
	Keys     = "k2:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=,k1://////////////////////////////////////////8=" // of OAuth tokens
)

// Configuration is a stack's: full key to value, and which of the values are stored as secrets.
type Configuration struct {
	Values  map[string]string
	Secrets map[string]bool
}

// With returns the configuration with another value in plain text.
func (c Configuration) With(key, value string) Configuration {
	c.Values = maps.Clone(c.Values)
	c.Values[qualified(key)] = value
	return c
}

// Secret returns the configuration with another value that is stored as a secret.
func (c Configuration) Secret(key, value string) Configuration {
	c = c.With(key, value)
	c.Secrets = maps.Clone(c.Secrets)
	c.Secrets[qualified(key)] = true
	return c
}

func qualified(key string) string {
	if strings.Contains(key, ":") {
		return key
	}
	return config.Namespace + key
}

// Project returns the directory that has Pulumi.yaml.
func Project(t *testing.T) string {
	t.Helper()
	directory, err := os.Getwd()
	require.NoError(t, err)
	for {
		if _, err := os.Stat(filepath.Join(directory, "Pulumi.yaml")); err == nil {
			return directory
		}
		require.NotEqual(t, "/", directory, "there is no Pulumi.yaml")
		directory = filepath.Dir(directory)
	}
}

// Committed returns the defaults of Pulumi.yaml overridden by the stack's file, and a small bundle.
func Committed(t *testing.T, stack string) Configuration {
	t.Helper()
	root := Project(t)
	values, read := committed.Load(stack)
	if !read {
		values, _ = committed.LoadOrStore(stack, readCommitted(t, root, stack))
	}

	bundle := filepath.Join(t.TempDir(), "worker.mjs")
	require.NoError(t, os.WriteFile(bundle, []byte("export default {}"), 0o600))
	return Configuration{Values: values.(map[string]string), Secrets: map[string]bool{}}.
		With("bundle", bundle).
		With("migrations", filepath.Join(root, "migrations"))
}

// committed keeps what readCommitted has read, by stack: the engine's library takes long to check a project file.
var committed sync.Map

func readCommitted(t *testing.T, root, stack string) map[string]string {
	t.Helper()
	sink := diag.DefaultSink(io.Discard, io.Discard, diag.FormatOptions{Color: colors.Never})
	project, err := workspace.LoadProject(filepath.Join(root, "Pulumi.yaml"))
	require.NoError(t, err)
	own, err := workspace.LoadProjectStack(sink, project, filepath.Join(root, "Pulumi."+stack+".yaml"))
	require.NoError(t, err)

	values := map[string]string{}
	for key, declared := range project.Config {
		values[config.Namespace+key] = fmt.Sprint(declared.Default)
	}
	for key, value := range own.Config {
		text, err := value.Value(pulumiconfig.NopDecrypter)
		require.NoError(t, err)
		values[key.String()] = text
	}
	return values
}

// Complete adds to Committed what a deployment of the stack has to set.
func Complete(t *testing.T, stack string) Configuration {
	t.Helper()
	c := Committed(t, stack).
		With("accountId", Account).
		With("publicUrl", "https://api.example.com").
		Secret("cloudflare:apiToken", Secret).
		Secret("betterAuthSecret", Secret).
		Secret("qwenApiKey", Secret)
	if stack == names.Production {
		c = c.With("zoneId", Zone).With("hostname", "api.example.com").With("trustedOrigins", "https://www.example.com")
	}
	return c
}

// Declared is what a program registers with the engine, by resource name.
type Declared map[string]pulumi.MockResourceArgs

// Run runs a program on a stack with mocks.
func Run(stack string, configuration Configuration, program pulumi.RunFunc) (Declared, error) {
	r := &recorder{resources: Declared{}}
	configure := func(info *pulumi.RunInfo) {
		info.Config = configuration.Values
		info.ConfigSecretKeys = slices.Collect(maps.Keys(configuration.Secrets))
	}
	err := pulumi.RunErr(program, pulumi.WithMocks("addreams", stack, r), configure)
	return r.resources, err
}

// recorder stands in for the engine: it records what is registered, and gives every resource an ID.
type recorder struct {
	sync.Mutex
	resources Declared
}

func (r *recorder) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	r.Lock()
	defer r.Unlock()
	if args.Custom {
		r.resources[args.Name] = args
	}
	return "<id of " + args.Name + ">", args.Inputs, nil
}

func (r *recorder) Call(pulumi.MockCallArgs) (resource.PropertyMap, error) { return nil, nil }
