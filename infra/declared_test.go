package main

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
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
)

// declared is what a stack registers with the engine, by resource name.
type declared map[string]pulumi.MockResourceArgs

// recorder stands for the engine: it notes what is registered, and gives every resource an id.
type recorder struct {
	sync.Mutex
	resources declared
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

// declareStack runs the program with mocks.
func declareStack(t *testing.T, stack string, configuration configuration) (declared, error) {
	t.Helper()
	r := &recorder{resources: declared{}}
	configure := func(info *pulumi.RunInfo) {
		info.Config = configuration.values
		info.ConfigSecretKeys = slices.Collect(maps.Keys(configuration.secrets))
	}
	err := pulumi.RunErr(declare, pulumi.WithMocks("addreams", stack, r), configure)
	return r.resources, err
}

// configuration is a stack's: full key to value, and which of them are stored as secrets.
type configuration struct {
	values  map[string]string
	secrets map[string]bool
}

func (c configuration) with(key, value string) configuration {
	c.values = maps.Clone(c.values)
	c.values[qualified(key)] = value
	return c
}

func (c configuration) secret(key, value string) configuration {
	c = c.with(key, value)
	c.secrets = maps.Clone(c.secrets)
	c.secrets[qualified(key)] = true
	return c
}

func qualified(key string) string {
	if strings.Contains(key, ":") {
		return key
	}
	return namespace + key
}

// committed reads the defaults of Pulumi.yaml with the stack's file over them, and a bundle that stands for the real.
func committed(t *testing.T, stack string) configuration {
	t.Helper()
	sink := diag.DefaultSink(io.Discard, io.Discard, diag.FormatOptions{Color: colors.Never})
	project, err := workspace.LoadProject("../Pulumi.yaml")
	require.NoError(t, err)
	own, err := workspace.LoadProjectStack(sink, project, "../Pulumi."+stack+".yaml")
	require.NoError(t, err)
	c := configuration{values: map[string]string{}, secrets: map[string]bool{}}
	for key, declared := range project.Config {
		c = c.with(key, fmt.Sprint(declared.Default))
	}
	for key, value := range own.Config {
		text, err := value.Value(config.NopDecrypter)
		require.NoError(t, err)
		c = c.with(key.String(), text)
	}
	bundle := filepath.Join(t.TempDir(), "worker.mjs")
	require.NoError(t, os.WriteFile(bundle, []byte("export default {}"), 0o600))
	return c.with("bundle", bundle)
}

// What stands for the settings that only a deployment knows.
const (
	someAccount = "0123456789abcdef0123456789abcdef"
	someZone    = "fedcba9876543210fedcba9876543210"
	someSecret  = "correct-horse-battery-staple-0123456789"
)

// complete adds to what is committed what a deployment of the stack has to set.
func complete(t *testing.T, stack string) configuration {
	t.Helper()
	c := committed(t, stack).
		with("accountId", someAccount).
		with("publicUrl", "https://api.example.com").
		secret("cloudflare:apiToken", someSecret).
		secret("betterAuthSecret", someSecret).
		secret("qwenApiKey", someSecret)
	if stack == production {
		c = c.with("zoneId", someZone).with("hostname", "api.example.com").with("trustedOrigins", "https://www.example.com")
	}
	return c
}
