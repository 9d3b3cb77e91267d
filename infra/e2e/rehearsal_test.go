package e2e

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/infra/engine"
	"github.com/addreams/addreams/infra/review"
)

// ciphertext was encrypted with a key that does not exist here.
const ciphertext = "AAABAJ5mRk2Z3yqg8F0q0bXl0k1S5cU3bS1vT2w="

// TestRehearsal previews a change to prod without access to prod: with prod's committed file, whose secrets cannot be
// decrypted here.
func TestRehearsal(t *testing.T) {
	t.Parallel()
	built, err := tools()
	require.NoError(t, err)
	project, err := filepath.Abs(root)
	require.NoError(t, err)
	base, change := checkout(t, project), checkout(t, project)
	committed := "encryptionsalt: v1:c2FsdHNhbHQ=:v1:UahrRkd+jNq7/wSJ:PKVDaLFkai6bBlAvljd4giBOVehj3A==\nconfig:\n" +
		"  addreams:protect: true\n  addreams:workersDev: false\n  addreams:rateLimit: 100\n" +
		"  addreams:accountId: 0123456789abcdef0123456789abcdef\n  addreams:adoptDatabaseId: 8f14e45f-ceea-467f-9b3c-0123456789ab\n" +
		"  addreams:betterAuthSecret:\n    secure: " + ciphertext + "\n  addreams:trustedOrigins:\n    secure: " + ciphertext + "\n  cloudflare:apiToken:\n    secure: " + ciphertext + "\n"
	write(t, base, "Pulumi.prod.yaml", committed)
	write(t, change, "Pulumi.prod.yaml", committed+"  addreams:schedule: \"*/10 * * * *\"\n"+
		"  addreams:googleClientId:\n    secure: "+ciphertext+"\n  addreams:googleClientSecret:\n    secure: "+ciphertext+"\n")
	write(t, change, "migrations/0900_add_note.sql", "CREATE TABLE note (id TEXT PRIMARY KEY);")
	dir := t.TempDir()

	var said bytes.Buffer
	printed, err := engine.Rehearsal{
		Stack: "prod", Base: built.In(base), Change: built.In(change), Local: project, Dir: dir, Out: &said,
	}.Preview(t.Context())

	require.NoError(t, err, said.String())
	preview, err := review.Read(bytes.NewReader(printed))
	require.NoError(t, err)
	var comment strings.Builder
	require.NoError(t, review.Write(&comment, "prod", preview, review.Bundle{}))
	assert.Contains(t, comment.String(), "### `prod`: 2 to update\n", said.String())
	assert.Contains(t, comment.String(), "| update | WorkersCronTrigger `schedule` | schedules |")
	assert.Contains(t, comment.String(), "| update | WorkersScript `worker` | plainTextBindings, secretTextBindings |")
	assert.Contains(t, comment.String(), "**Migrations**\n```\n0900_add_note.sql  additive")
	assert.NotContains(t, comment.String(), "**Errors**")
	assertNowhere(t, dir, ciphertext)
}

// checkout returns a folder with what a deployment reads of the project, apart from its program.
func checkout(t *testing.T, project string) string {
	t.Helper()
	dir := t.TempDir()
	content, err := os.ReadFile(filepath.Join(project, "Pulumi.yaml"))
	require.NoError(t, err)
	write(t, dir, "Pulumi.yaml", string(content))
	write(t, dir, "dist/worker.mjs", worker("one"))
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "infra"), 0o700))
	require.NoError(t, os.CopyFS(filepath.Join(dir, "migrations"), os.DirFS(filepath.Join(project, "migrations"))))
	return dir
}

func write(t *testing.T, dir, name, content string) {
	t.Helper()
	path := filepath.Join(dir, name)
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
}

// assertNowhere checks that no file in a folder has one of the texts.
func assertNowhere(t *testing.T, dir string, texts ...string) {
	t.Helper()
	require.NoError(t, filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err != nil || !info.Mode().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		for _, text := range texts {
			assert.NotContains(t, string(content), text, path)
		}
		return nil
	}))
}
