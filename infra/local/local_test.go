package local

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/binding"
	"github.com/addreams/addreams/app/dotenv"
	"github.com/addreams/addreams/infra/localcloud"
)

func TestChanged(t *testing.T) {
	cases := map[string]struct {
		output string
		want   bool
	}{
		"all is the same": {"Updating (local):\n\nResources:\n    5 unchanged\n\nDuration: 1s\n", false},
		"one is updated":  {"Updating (local):\n\nResources:\n    ~ 1 updated\n    4 unchanged\n", true},
		"all is new":      {"Resources: \n\nResources:\n    + 5 created\n", true},
		"nothing is said": {"", true},
	}
	for situation, tc := range cases {
		t.Run(situation, func(t *testing.T) { assert.Equal(t, tc.want, changed(tc.output)) })
	}
}

func TestIndented(t *testing.T) {
	var out bytes.Buffer
	w := &indented{out: &out}
	for _, piece := range []string{"Updat", "ing\n\n", " + bucket\n + data", "base \n"} {
		n, err := w.Write([]byte(piece))
		require.NoError(t, err)
		assert.Equal(t, len(piece), n)
	}
	assert.Equal(t, "      Updating\n       + bucket\n       + database\n", out.String())
}

func TestWriteSecrets(t *testing.T) {
	root, dir := t.TempDir(), t.TempDir()
	read := func() map[string]string {
		t.Helper()
		path, err := writeSecrets(root, dir)
		require.NoError(t, err)
		info, err := os.Stat(path)
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o600), info.Mode().Perm(), "only its owner reads it")
		secrets, err := dotenv.Read(path)
		require.NoError(t, err)
		return secrets
	}

	made := read()
	assert.Equal(t, localcloud.SandboxKey, made["QWEN_API_KEY"])
	assert.Equal(t, localcloud.StripeKey, made["STRIPE_SECRET_KEY"])
	assert.NotEmpty(t, made["CREDIT_PACKS"], "a local checkout can be tried")
	assert.Greater(t, len(made["BETTER_AUTH_SECRET"]), 32)
	assert.Greater(t, len(made["MIGRATE_TOKEN"]), 32)
	assert.Equal(t, made["MIGRATE_TOKEN"], kept(t, dir))
	keys, err := binding.ParseKeys(made["ACCOUNT_TOKEN_KEYS"])
	require.NoError(t, err)
	assert.Len(t, keys, 1)
	assert.Equal(t, made, read(), "sessions and OAuth tokens outlive a restart")

	require.NoError(t, os.WriteFile(filepath.Join(root, ".dev.vars"), []byte("QWEN_API_KEY=\nBETTER_AUTH_SECRET=\n"), 0o600))
	assert.Equal(t, made, read(), "a name without a value is not given")

	content := "QWEN_API_KEY=sk-real\nGOOGLE_CLIENT_ID=\"id with = and # in it\"\nGOOGLE_CLIENT_SECRET=GOCSPX-a$Bc_d\nMIGRATE_TOKEN=a-token-of-my-own-that-is-long-enough\n"
	require.NoError(t, os.WriteFile(filepath.Join(root, ".dev.vars"), []byte(content), 0o600))
	given := read()
	assert.Equal(t, "sk-real", given["QWEN_API_KEY"])
	assert.Equal(t, "id with = and # in it", given["GOOGLE_CLIENT_ID"])
	assert.Equal(t, "GOCSPX-a$Bc_d", given["GOOGLE_CLIENT_SECRET"], "as it was written down")
	assert.Equal(t, made["BETTER_AUTH_SECRET"], given["BETTER_AUTH_SECRET"])
	assert.Equal(t, "a-token-of-my-own-that-is-long-enough", given["MIGRATE_TOKEN"])
	assert.Equal(t, given["MIGRATE_TOKEN"], kept(t, dir), "the curl that is printed sends the token that counts")

	require.NoError(t, os.WriteFile(filepath.Join(root, ".dev.vars"), []byte("sk-secret in the wrong place"), 0o600))
	_, err = writeSecrets(root, dir)
	require.ErrorContains(t, err, ".dev.vars can't be read")
	assert.NotContains(t, err.Error(), "sk-secret")
}

// kept returns the token in the file that the printed curl reads.
func kept(t *testing.T, dir string) string {
	t.Helper()
	path := migrateTokenFile(dir)
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm(), "only its owner reads it")
	token, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(token)
}
