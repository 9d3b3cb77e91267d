package e2e

import (
	"bytes"
	"encoding/json"
	"image/png"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/infra/localcloud"
	"github.com/addreams/addreams/infra/r2"
)

// TestProduct follows the real Worker on stack local: a user makes an image, and what is stored survives deployments, also
// failed ones.
func TestProduct(t *testing.T) {
	w := newWorld(t, "local")
	w.useBundle()
	w.set("publicUrl", w.cloud.Worker, "trustedOrigins", w.cloud.Worker)
	w.up()

	user := w.signUp()
	made := user.call(http.MethodPost, "/api/workflows/image-from-text", map[string]any{"prompt": "a lighthouse at dawn"}, http.StatusOK)
	id := made["generationId"].(string)
	assertKept := func() {
		t.Helper()
		listed := user.call(http.MethodGet, "/api/history", nil, http.StatusOK)["items"].([]any)
		require.Len(t, listed, 1)
		assert.Equal(t, id, listed[0].(map[string]any)["id"])
		assert.Equal(t, "succeeded", listed[0].(map[string]any)["status"])
		_, err := png.Decode(bytes.NewReader(user.bytes("/api/history/" + id + "/asset")))
		assert.NoError(t, err, "the asset is a picture")
	}
	assertKept()

	w.query("INSERT INTO generation (id, user_id, workflow, status, input_json, created_at, updated_at) SELECT 'stale', id, 'image-from-text', 'pending', '{}', 1, 1 FROM user")
	require.NoError(t, w.cloud.Trigger(t.Context(), "addreams-api-local"), "what make cron does")
	assert.Equal(t, []map[string]any{{"status": "failed"}}, w.query("SELECT status FROM generation WHERE id = 'stale'"))
	w.query("DELETE FROM generation WHERE id = 'stale'")
	assertKept()

	said := w.up()
	assert.Contains(t, said, "5 unchanged")

	w.migration("0900_add_note.sql", "CREATE TABLE note (id TEXT PRIMARY KEY);")
	w.set("qwenImageModel", "qwen-image-plus")
	preview := w.run("preview", "--diff")
	assert.Contains(t, preview, "0900_add_note.sql")
	assert.Contains(t, preview, "qwen-image-plus")
	assert.NotContains(t, w.tables(), "note", "a preview changes nothing")

	w.forgetRequests()
	w.up()
	assert.Contains(t, w.tables(), "note")
	assert.Less(t, w.lastRequest("POST", "/raw"), w.lastRequest("PUT", "/workers/scripts/addreams-api-local"),
		"the migration is applied before the new Worker is there")
	assertKept()

	w.migration("0901_fails.sql", "CREATE UNIQUE INDEX only_one ON credit_ledger (user_id, workflow);\nCREATE TABLE half (id TEXT);")
	w.query(`INSERT INTO credit_ledger (id, user_id, workflow, delta, reason, created_at)
		SELECT id || '2', user_id, workflow, delta, 'test', created_at FROM credit_ledger LIMIT 1`)
	w.set("qwenImageModel", "qwen-image-max")
	w.refused("up", "--yes", "--skip-preview")
	assert.NotContains(t, w.tables(), "half")
	assertKept()

	require.NoError(t, os.Remove(w.path("migrations/0901_fails.sql")))
	w.up()
	assertKept()

	require.NoError(t, r2.Empty(t.Context(), w.cloud.Account(), "addreams-generations-local"))
	w.run("destroy", "--yes", "--skip-preview")
	assert.Empty(t, w.databases())
	assert.NotContains(t, w.export(), localcloud.SandboxKey)
}

// useBundle deploys the real Worker instead of the small one.
func (w *world) useBundle() {
	w.t.Helper()
	bundle, err := os.ReadFile(filepath.Join(root, "dist", "worker.mjs"))
	require.NoError(w.t, err, "make bundle")
	w.write("worker.mjs", string(bundle))
}

func (w *world) tables() []string {
	w.t.Helper()
	var names []string
	for _, row := range w.query("SELECT name FROM sqlite_master WHERE type = 'table'") {
		names = append(names, row["name"].(string))
	}
	return names
}

// lastRequest returns the index of the last request of its kind.
func (w *world) lastRequest(method, path string) int {
	w.t.Helper()
	place := -1
	for i, r := range w.requests() {
		if r.Method == method && bytes.HasSuffix([]byte(r.Path), []byte(path)) {
			place = i
		}
	}
	require.GreaterOrEqual(w.t, place, 0, "%s %s was asked", method, path)
	return place
}

// user is a client with a cookie jar.
type user struct {
	w      *world
	client *http.Client
}

func (w *world) signUp() user {
	w.t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(w.t, err)
	u := user{w, &http.Client{Jar: jar}}
	u.call(http.MethodPost, "/api/auth/sign-up/email",
		map[string]any{"name": "Ada", "email": "ada@example.com", "password": "correct horse"}, http.StatusOK)
	return u
}

// call sends JSON and reads the JSON answer.
func (u user) call(method, path string, body any, status int) map[string]any {
	u.w.t.Helper()
	encoded, err := json.Marshal(body)
	require.NoError(u.w.t, err)
	answer := u.send(method, path, bytes.NewReader(encoded), status)
	var decoded map[string]any
	require.NoError(u.w.t, json.Unmarshal(answer, &decoded), "%s", answer)
	return decoded
}

func (u user) bytes(path string) []byte {
	u.w.t.Helper()
	return u.send(http.MethodGet, path, nil, http.StatusOK)
}

func (u user) send(method, path string, body io.Reader, status int) []byte {
	u.w.t.Helper()
	request, err := http.NewRequestWithContext(u.w.t.Context(), method, u.w.cloud.Worker+path, body)
	require.NoError(u.w.t, err)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Origin", u.w.cloud.Worker)
	response, err := u.client.Do(request)
	require.NoError(u.w.t, err)
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	require.NoError(u.w.t, err)
	require.Equal(u.w.t, status, response.StatusCode, "%s %s: %s", method, path, answer)
	return answer
}
