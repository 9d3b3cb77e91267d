package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/infra/engine"
)

const somePreviewKey = "previews-key-0123456789abcdefghijklmnop"

// TestSettingsAreThePullRequestsOwn checks what a pull request's stack is given. That it gets none of dev's values is
// tested with the real engine: infra/e2e.
func TestSettingsAreThePullRequestsOwn(t *testing.T) {
	t.Setenv(previewKey, somePreviewKey)
	of := func(stack string) map[string]setting {
		said, err := run(t, "", "settings", stack, "--subdomain", "acme", "--account", strings.Repeat("a", 32))
		require.NoError(t, err)
		var settings map[string]setting
		require.NoError(t, json.Unmarshal([]byte(said), &settings))
		return settings
	}

	first, again, other := of("pr-17"), of("pr-17"), of("pr-18")

	assert.Equal(t, first, again, "sessions outlive a push")
	assert.NotEqual(t, first["addreams:betterAuthSecret"], other["addreams:betterAuthSecret"])
	assert.NotContains(t, first["addreams:betterAuthSecret"].Value, somePreviewKey)
	assert.Equal(t, setting{"sandbox", true}, first["addreams:qwenApiKey"])
	assert.Equal(t, setting{strings.Repeat("a", 32), false}, first["addreams:accountId"])
	assert.GreaterOrEqual(t, len(first["addreams:betterAuthSecret"].Value), 32)
	for key, given := range first {
		assert.NotRegexp(t, "(?i)google|github|migrateToken|hostname|zone|adopt|Name$", key)
		assert.Equal(t, regexp.MustCompile("Secret$|Key$").MatchString(key), given.Secret, key)
	}

	t.Setenv("QWEN_SANDBOX_KEY", "sk-of-the-previews")
	assert.Equal(t, setting{"sk-of-the-previews", true}, of("pr-17")["addreams:qwenApiKey"])
	t.Setenv(previewKey, "")
	assert.NotEqual(t, of("pr-17")["addreams:betterAuthSecret"], of("pr-17")["addreams:betterAuthSecret"], "without a key it is random")
}

// TestSettingsHaveEveryRequiredSecret keeps them to Pulumi.yaml: a stack that lacks one does not come up.
func TestSettingsHaveEveryRequiredSecret(t *testing.T) {
	declared, err := workspace.LoadProject("../../../Pulumi.yaml")
	require.NoError(t, err)
	settings := previewSettings("pr-17", "acme", "", func(string) string { return "" })

	for key, setting := range declared.Config {
		given, found := settings["addreams:"+key]
		assert.Equal(t, strings.HasPrefix(setting.Description, "(secret, required)"), found && given.Secret, key)
	}
}

func TestSettingsAreExplained(t *testing.T) {
	t.Setenv(previewKey, somePreviewKey)

	said, err := run(t, "", "settings", "pr-17", "--subdomain", "acme", "--explain")

	require.NoError(t, err)
	words, printed, found := strings.Cut(said, "{")
	require.True(t, found)
	assert.Contains(t, words, "addreams:publicUrl = https://addreams-api-pr-17.acme.workers.dev\n")
	assert.Contains(t, words, "addreams:betterAuthSecret = (secret)\n")
	assert.Contains(t, words, "makes no image")
	var settings map[string]setting
	require.NoError(t, json.Unmarshal([]byte("{"+printed), &settings))
	assert.NotContains(t, words, settings["addreams:betterAuthSecret"].Value)
}

func TestSettingsRefuseAnothersAccount(t *testing.T) {
	const prods = "0123456789abcdef0123456789abcdef"
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("Pulumi.yaml", []byte("name: addreams\nruntime: go\n"), 0o600))
	require.NoError(t, os.WriteFile("Pulumi.prod.yaml", []byte("config:\n  addreams:accountId: "+prods+"\n"), 0o600))

	_, err := run(t, "", "settings", "pr-17", "--subdomain", "acme", "--account", prods)

	require.ErrorContains(t, err, "that of stack prod: pull requests' stacks need an account of their own")
}

func TestPassphrase(t *testing.T) {
	file := filepath.Join(t.TempDir(), "env")
	t.Setenv("GITHUB_ENV", file)
	given := func(stack string) string {
		require.NoError(t, os.WriteFile(file, []byte("A=b\n"), 0o600))

		said, err := run(t, "", "passphrase", stack)
		require.NoError(t, err)
		written, err := os.ReadFile(file)
		require.NoError(t, err)
		set := regexp.MustCompile(`^A=b\nPULUMI_CONFIG_PASSPHRASE=(\S+)\n$`).FindStringSubmatch(string(written))
		require.NotNil(t, set)
		assert.Equal(t, "::add-mask::"+set[1]+"\n", said, "the log does not show it")
		return set[1]
	}

	t.Setenv(previewKey, "short")

	_, err := run(t, "", "passphrase", "pr-17")
	require.ErrorContains(t, err, "set PREVIEW_KEY, 32 characters or more")
	t.Setenv(previewKey, somePreviewKey)

	_, err = run(t, "", "passphrase", "prod")
	require.ErrorContains(t, err, "pr-<number>")

	assert.Equal(t, given("pr-17"), given("pr-17"))
	assert.NotEqual(t, given("pr-17"), given("pr-18"))
	assert.NotEqual(t, given("pr-17"), derive(somePreviewKey, "pr-17", "cookies"), "each purpose has its own")
}

// TestKeys lets a passphrase open a file whose salt it is.
func TestKeys(t *testing.T) {
	const secret = "  addreams:qwenApiKey:\n    secure: AAABAAAA\n"
	cases := map[string]struct {
		dev, prod, passphrase, stack string
		want                         string // "" for no objection
	}{
		"each has its own":                 {"encryptionsalt: one", "encryptionsalt: two", "one", "dev", ""},
		"prod's opens with dev's":          {"encryptionsalt: one", "encryptionsalt: one", "one", "dev", "what opens the secrets of dev opens those of prod"},
		"another environment's passphrase": {"encryptionsalt: one", "encryptionsalt: two", "two", "dev", "does not open Pulumi.dev.yaml"},
		"a pull request's opens dev's":     {"encryptionsalt: one", "", "one", "pr-17", "what opens the secrets of pr-17 opens those of dev"},
		"a pull request's opens nothing":   {"encryptionsalt: one", "encryptionsalt: two", "three", "pr-17", ""},
		"one key service":                  {"secretsprovider: awskms://alias/a", "secretsprovider: awskms://alias/a", "", "dev", "what opens the secrets of dev opens those of prod"},
		"two key services":                 {"secretsprovider: awskms://alias/a", "secretsprovider: awskms://alias/b", "", "dev", ""},
		"Pulumi Cloud's own key":           {"", "", "", "dev", "Pulumi.dev.yaml has no secrets provider of its own"},
		"nothing is secret yet":            {"-", "", "", "dev", ""},
	}

	for situation, tc := range cases {
		t.Run(situation, func(t *testing.T) {
			folder := t.TempDir()
			write := func(name, content string) {
				require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600))
			}
			write("Pulumi.yaml", "name: addreams\nruntime: go\n")
			write("Pulumi.dev.yaml", "config:\n"+secret+tc.dev+"\n")
			if tc.dev == "-" {
				write("Pulumi.dev.yaml", "config:\n  addreams:workersDev: true\n")
			}
			write("Pulumi.prod.yaml", "config:\n  addreams:protect: true\n"+tc.prod+"\n")
			stacks, err := engine.ReadStacks(folder)
			require.NoError(t, err)

			err = checkKeys(tc.stack, stacks, func(file engine.File) bool { return file.EncryptionSalt != "" && file.EncryptionSalt == tc.passphrase })

			if tc.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, tc.want)
		})
	}
}

// TestKeysAreTried uses a file as Pulumi writes it; trying a passphrase takes a second, so it is done once.
func TestKeysAreTried(t *testing.T) {
	const salt = "encryptionsalt: v1:c2FsdHNhbHQ=:v1:UahrRkd+jNq7/wSJ:PKVDaLFkai6bBlAvljd4giBOVehj3A==\n" // of the passphrase "one"
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "Pulumi.yaml"), []byte("name: addreams\nruntime: go\n"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "Pulumi.prod.yaml"), []byte(salt), 0o600))
	t.Setenv("PULUMI_CONFIG_PASSPHRASE", "one")

	_, err := run(t, "", "keys", "pr-17", "--folder", folder)

	require.ErrorContains(t, err, "what opens the secrets of pr-17 opens those of prod")
}

func TestKeysOfOneState(t *testing.T) {
	cases := map[string]struct{ stack, listed, want string }{
		"alone":                        {"prod", `[{"name":"prod"}]`, ""},
		"not there yet":                {"prod", `[]`, ""},
		"with dev":                     {"prod", `[{"name":"dev"},{"name":"prod"}]`, "the state of prod holds stack dev too"},
		"with dev, in Pulumi Cloud":    {"prod", `[{"name":"acme/addreams/dev"}]`, "the state of prod holds stack dev too"},
		"pull requests beside another": {"pr-7", `[{"name":"acme/addreams/pr-8"},{"name":"acme/addreams/pr-7"}]`, ""},
		"a pull request beside prod":   {"pr-7", `[{"name":"pr-7"},{"name":"prod"}]`, "the state of pr-7 holds stack prod too"},
		"prod beside a pull request":   {"prod", `[{"name":"pr-7"},{"name":"prod"}]`, "the state of prod holds stack pr-7 too"},
		"a name that only begins so":   {"pr-7", `[{"name":"pr-7-prod"}]`, "holds stack pr-7-prod too"},
		"not a list":                   {"prod", `error: no backend`, "is not what its command prints"},
	}
	for situation, tc := range cases {
		t.Run(situation, func(t *testing.T) {
			folder, listed := t.TempDir(), filepath.Join(t.TempDir(), "stacks.json")
			require.NoError(t, os.WriteFile(listed, []byte(tc.listed), 0o600))

			_, err := run(t, "", "keys", tc.stack, "--folder", folder, "--listed", listed)

			if tc.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, tc.want)
		})
	}
}
