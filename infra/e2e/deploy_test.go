package e2e

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/infra/engine"
)

func TestFirstUp(t *testing.T) {
	w := newWorld(t, "dev")

	preview := w.run("preview")
	assert.Contains(t, preview, "0000_windy_nicolaos.sql", "the preview of a first deployment names its migrations")
	assert.Empty(t, w.databases(), "a preview creates nothing")

	w.up()
	got := w.ask()
	assert.Equal(t, "one", got.Version)
	assert.Equal(t, "qwen-image-max", got.Model)
	assert.Subset(t, got.Tables, []string{"user", "session", "d1_migrations"})
	assert.Equal(t, digest(firstSecret), got.Key)

	outputs := w.run("stack", "output", "--json", "--show-secrets")
	for _, output := range []string{
		"url", "accountId", "databaseId", "bucket", "worker", "workersDev", "observability", "bundleSha256", "schemaVersion", "migrations", "restoreCommand",
	} {
		assert.Contains(t, outputs, `"`+output+`"`)
	}
	assert.NotContains(t, outputs, firstSecret)
	assert.NotContains(t, outputs, w.cloud.Token)
}

// TestInstalledPlugin has a plugin where Pulumi itself installs them, as whoever deploys from this machine has, and the link
// that an earlier version of this project made to its folder.
func TestInstalledPlugin(t *testing.T) {
	requireEngine(t)
	w := configuredWorld(t, "dev")
	linked := w.path("pulumi/home/plugins/resource-cloudflare-v" + engine.PluginVersion)
	standIn, err := filepath.EvalSymlinks(filepath.Join(linked, "pulumi-resource-cloudflare"))
	require.NoError(t, err)
	installed := filepath.Join(t.TempDir(), "plugins", filepath.Base(linked))
	require.NoError(t, os.MkdirAll(installed, 0o700))
	program, err := os.ReadFile(standIn)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(installed, "pulumi-resource-cloudflare"), program, 0o700))
	require.NoError(t, os.RemoveAll(linked))
	require.NoError(t, os.Symlink(installed, linked))

	t.Setenv("PULUMI_HOME", filepath.Dir(filepath.Dir(installed)))
	project, err := filepath.Abs(root)
	require.NoError(t, err)
	built, err := engine.BuildTools(t.Context(), project, os.Stderr)
	require.NoError(t, err)
	w.engine, err = engine.New(built, w.path("pulumi"), "dev", w.cloud, io.Discard)
	require.NoError(t, err)
	w.up()

	used, err := filepath.EvalSymlinks(filepath.Join(linked, "pulumi-resource-cloudflare"))
	require.NoError(t, err)
	assert.Equal(t, filepath.Join(installed, "pulumi-resource-cloudflare"), used)
	assert.Equal(t, "one", w.ask().Version)
}

func TestWrongConfiguration(t *testing.T) {
	w := newWorld(t, "dev")
	w.set("publicUrl", "http://api.example.com", "qwenRegion", "eu", "schedule", "often")
	w.secret("betterAuthSecret", "tiny")
	w.forgetRequests()
	said := w.refused("up", "--yes", "--skip-preview")

	for _, part := range []string{
		"has 4 problems; nothing was deployed",
		"pulumi config set addreams:publicUrl https://api.example.com",
		"pulumi config set addreams:qwenRegion sg",
		`pulumi config set addreams:schedule "*/5 * * * *"`,
		`pulumi config set --secret addreams:betterAuthSecret "$(openssl rand -base64 32)"`,
	} {
		assert.Contains(t, said, part)
	}
	assert.Empty(t, w.requests())
}

func TestUpUnchanged(t *testing.T) {
	w := newWorld(t, "dev")
	w.up()
	w.forgetRequests()

	said := w.up()
	assert.Contains(t, said, "5 unchanged") // four resources and the stack
	assert.Empty(t, w.requests(), "nothing to do is nothing to ask")
}

func TestChangedVariable(t *testing.T) {
	w := newWorld(t, "dev")
	w.up()

	w.set("qwenImageModel", "qwen-image-plus")
	preview := w.run("preview", "--diff")
	assert.Contains(t, preview, "qwen-image-plus", "a reviewer sees the new value")
	assert.Equal(t, "qwen-image-max", w.ask().Model)

	w.up()
	assert.Equal(t, "qwen-image-plus", w.ask().Model)
}

// TestRetention lets the bucket drop what outlived every generation, and keeps the rules of others.
func TestRetention(t *testing.T) {
	w := newWorld(t, "dev")
	w.up()
	const others = "Default Multipart Abort Rule"
	assert.Equal(t, map[string]int{others: 0}, w.lifecycle())

	w.set("historyRetentionDays", "365")
	w.up()
	assert.Equal(t, map[string]int{others: 0, "addreams-leftovers": (365 + 30) * 86_400}, w.lifecycle())
	w.set("historyRetentionDays", "90")
	w.up()
	assert.Equal(t, map[string]int{others: 0, "addreams-leftovers": (90 + 30) * 86_400}, w.lifecycle())

	w.set("historyRetentionDays", "0")
	w.up()
	assert.Equal(t, map[string]int{others: 0}, w.lifecycle())
}

func TestRotatedSecret(t *testing.T) {
	w := newWorld(t, "dev")
	w.up()

	w.secret("betterAuthSecret", secondSecret)
	preview := w.run("preview", "--diff")
	assert.NotContains(t, preview, secondSecret)
	w.up()

	assert.Equal(t, digest(secondSecret), w.ask().Key, "it takes effect")
	state := w.export()
	assert.NotContains(t, state, firstSecret)
	assert.NotContains(t, state, secondSecret)
	assert.NotContains(t, state, w.cloud.Token)
}

func TestChangedBundle(t *testing.T) {
	w := newWorld(t, "dev")
	w.up()

	w.write("worker.mjs", worker("two"))
	preview := w.run("preview", "--diff")
	assert.NotContains(t, preview, "sqlite_master", "the bundle is not in a diff")
	assert.Contains(t, preview, hex.EncodeToString(sum(worker("two"))), "its digest is")

	w.up()
	assert.Equal(t, "two", w.ask().Version)
}

func digest(text string) string { return hex.EncodeToString(sum(text)) }

func sum(text string) []byte {
	sum := sha256.Sum256([]byte(text))
	return sum[:]
}

// TestMisspeltSetting reads what the real engine hands to the program: a key that nothing reads is reported, not ignored.
func TestMisspeltSetting(t *testing.T) {
	w := newWorld(t, "dev")
	w.set("trustedOrigin", "https://app.example.com")
	w.forgetRequests()

	said := w.refused("preview")

	assert.Contains(t, said, "addreams:trustedOrigin is not a setting")
	assert.Contains(t, said, "pulumi config rm addreams:trustedOrigin")
	assert.Empty(t, w.requests())
}
