package e2e

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/infra/engine"
)

// TestPullRequestHoldsNothingOfDev creates a pull request's stack beside a deployed dev, as the workflow does, and looks for
// each of dev's values in everything that the pull request has: its settings and its decrypted state.
func TestPullRequestHoldsNothingOfDev(t *testing.T) {
	dev := newWorld(t, "dev")
	plain := map[string]string{
		"trustedOrigins": "https://dev.example.com", "publicUrl": "https://api-dev.example.com", "qwenRegion": "bj", "qwenTimeoutMs": "44444",
		"qwenImageModel": "qwen-image-plus", "schedule": "7 */2 * * *",
	}
	secrets := map[string]string{
		"betterAuthSecret": firstSecret, "qwenApiKey": "sk-of-dev-0123456789", "googleClientId": "1-dev.apps.googleusercontent.com",
		"googleClientSecret": "GOCSPX-of-dev", "githubClientId": "Iv1.of-dev", "githubClientSecret": "github-secret-of-dev", "migrateToken": secondSecret,
		"accountTokenKeys": "dev:b2YtZGV2LW9mLWRldi1vZi1kZXYtb2YtZGV2LW9mLWQ=",
	}
	for key, value := range plain {
		dev.set(key, value)
	}
	for key, value := range secrets {
		dev.secret(key, value)
	}
	dev.up()
	devs, err := os.ReadFile(dev.path("pulumi/passphrase"))
	require.NoError(t, err)
	ci := dev.build("./infra/cmd/ci")

	pull := pullRequest(t, dev, ci)
	pull.up()
	pull.push(ci)
	assert.Contains(t, pull.up(), "5 unchanged", "the next push makes the same settings")

	all := pull.run("stack", "export", "--show-secrets") + pull.run("config", "--show-secrets", "--json") + pull.run("stack", "output", "--show-secrets")
	held := []string{dev.cloud.ID, dev.cloud.Token, string(devs), "-dev"}
	for _, values := range []map[string]string{plain, secrets} {
		for key, value := range values {
			require.Contains(t, dev.run("config", "--show-secrets", "--json"), value, key)
			held = append(held, value)
		}
	}
	for _, value := range held {
		assert.False(t, strings.Contains(all, value), "%s is dev's", value)
	}
	assert.Contains(t, all, "addreams-api-pr-7", "it was looked in the right place")
	assert.Contains(t, all, `"sandbox"`)
	assertKeysAreApart(t, dev, pull, ci)
}

// pullRequest returns stack pr-7, with its own account and state, after the steps of preview-stack.yml.
func pullRequest(t *testing.T, dev *world, ci string) *world {
	t.Helper()
	exported := filepath.Join(dev.dir, "github-env")
	passphrase := dev.command(ci, "passphrase", "pr-7")
	passphrase.Env = append(passphrase.Env, previewKey, "GITHUB_ENV="+exported)
	said, err := passphrase.CombinedOutput()
	require.NoError(t, err, "%s", said)
	written, err := os.ReadFile(exported)
	require.NoError(t, err)
	own := regexp.MustCompile(`PULUMI_CONFIG_PASSPHRASE=(\S+)`).FindStringSubmatch(string(written))
	require.NotNil(t, own)

	pull := emptyWorld(t, "pr-7", "pulumi/passphrase", own[1])
	pull.push(ci)
	return pull
}

const previewKey = "PREVIEW_KEY=previews-key-0123456789abcdefghijklmnop"

// push creates the settings in a fresh checkout, which has no file of the stack.
func (w *world) push(ci string) {
	w.t.Helper()
	require.NoError(w.t, os.RemoveAll(w.path("pulumi/project/Pulumi.pr-7.yaml")))
	w.configure()
	settings := w.command(ci, "settings", "pr-7", "--subdomain", "acme", "--account", w.cloud.ID)
	settings.Env = append(settings.Env, previewKey)
	printed, err := settings.Output()
	require.NoError(w.t, err)
	w.run("config", "set-all", "--json", string(printed))
}

// assertKeysAreApart checks with `ci keys` that neither passphrase decrypts what the other stack has.
func assertKeysAreApart(t *testing.T, dev, pull *world, ci string) {
	t.Helper()
	folder := t.TempDir()
	for path, name := range map[string]string{
		dev.path("pulumi/project/Pulumi.yaml"):       "Pulumi.yaml",
		dev.path("pulumi/project/Pulumi.dev.yaml"):   "Pulumi.dev.yaml",
		pull.path("pulumi/project/Pulumi.pr-7.yaml"): "Pulumi.pr-7.yaml",
	} {
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		write(t, folder, name, string(content))
	}
	for _, w := range []*world{dev, pull} {
		passphrase, err := os.ReadFile(w.path("pulumi/passphrase"))
		require.NoError(t, err)
		for _, name := range []string{"dev", "pr-7"} {
			command := w.command(ci, "keys", name, "--folder", folder)
			command.Env = append(command.Env, "PULUMI_CONFIG_PASSPHRASE="+string(passphrase))
			said, err := command.CombinedOutput()
			assert.Equal(t, (name == "dev") == (w == dev), err == nil, "%s", said)
		}
	}

	stacks, err := engine.ReadStacks(folder)
	require.NoError(t, err)
	assert.NotEmpty(t, stacks["pr-7"].EncryptionSalt)
}
