package e2e

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/infra/r2"
)

// wranglers are the migrations of the TypeScript service.
var wranglers = []string{"0000_windy_nicolaos.sql", "0001_true_risque.sql", "0002_good_sue_storm.sql"}

// TestAdoption takes over what wrangler made: the database with its ledger and rows, the bucket with its objects, and
// the script.
func TestAdoption(t *testing.T) {
	w := newWorld(t, "prod")
	id := w.asWranglerLeftIt()
	w.set("zoneId", zone, "hostname", "api.example.com",
		"adoptDatabaseId", id, "adoptBucket", "true", "adoptScript", "true") // the last is retired, and may stay

	refused := w.refused("preview")
	assert.Contains(t, refused, "a Worker addreams-api already exists")
	w.importAsTold(refused)
	assert.Equal(t, "from TypeScript", w.askText(), "the import changes nothing in the account")

	preview := w.run("preview")
	assert.Contains(t, preview, "2 to import")
	for _, never := range []string{"to delete", "to replace", "replaced"} {
		assert.NotContains(t, preview, never)
	}
	for _, file := range wranglers {
		assert.Contains(t, preview, file+"  recorded by wrangler", "what wrangler applied is not applied again")
	}
	assert.Contains(t, preview, "0003_", "what is new is pending")

	w.up()
	assert.Equal(t, []map[string]any{{"id": "ada", "email": "ada@example.com"}}, w.query("SELECT id, email FROM user"), "users are untouched")
	assert.Equal(t, []map[string]any{{"token": "t0ken", "user_id": "ada"}}, w.query("SELECT token, user_id FROM session"), "sessions are untouched")
	assert.Equal(t, "png", w.object("addreams-generations", "users/ada/1.png"), "images are untouched")
	assert.Equal(t, "one", w.ask().Version)
	assert.Len(t, w.query("SELECT name FROM d1_migrations WHERE name < '0003'"), 3)
	assert.NotContains(t, w.up(), "updated", "once taken over, it is as any other stack")
}

// importAsTold runs the command that a refusal names.
func (w *world) importAsTold(refusal string) {
	w.t.Helper()
	command := regexp.MustCompile(`pulumi (import .*)`).FindStringSubmatch(refusal)
	require.NotNil(w.t, command, refusal)
	w.run(strings.Fields(command[1])...)
}

// asWranglerLeftIt creates what a deployment with wrangler leaves behind, and returns the database's ID.
func (w *world) asWranglerLeftIt() string {
	w.t.Helper()
	ctx := w.t.Context()
	var database struct{ UUID string }
	require.NoError(w.t, w.cloud.Account().Create(ctx, "/d1/database", map[string]string{"name": "addreams-db"}, &database))
	w.query("CREATE TABLE d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)")

	for _, file := range wranglers {
		sql, err := os.ReadFile(filepath.Join(w.path("migrations"), file))
		require.NoError(w.t, err)
		w.query(string(sql))
		w.query("INSERT INTO d1_migrations (name) VALUES ('" + file + "')")
	}
	w.query("INSERT INTO user (id, name, email, email_verified, created_at, updated_at) VALUES ('ada', 'Ada', 'ada@example.com', 1, 1700000000, 1700000000)")
	w.query("INSERT INTO session (id, user_id, token, expires_at, created_at, updated_at) VALUES ('s', 'ada', 't0ken', 2000000000, 1700000000, 1700000000)")
	require.NoError(w.t, w.cloud.Account().Create(ctx, "/r2/buckets", map[string]string{"name": "addreams-generations"}, nil))
	w.putObject("addreams-generations", "users/ada/1.png", "png")
	w.uploadScript("addreams-api", "export default { fetch() { return new Response('from TypeScript'); } };")
	return database.UUID
}

func TestHostnameChange(t *testing.T) {
	w := newWorld(t, "dev")
	w.set("zoneId", zone, "hostname", "api.example.com")
	w.up()
	assert.Equal(t, []string{"api.example.com"}, w.domains())

	w.set("hostname", "v2.example.com", "publicUrl", "https://v2.example.com")
	w.up()
	assert.Equal(t, []string{"v2.example.com"}, w.domains(), "the old one is not left attached")
}

func TestDestroyProtected(t *testing.T) {
	w := newWorld(t, "prod")
	w.set("zoneId", zone, "hostname", "api.example.com")
	w.up()

	assert.Contains(t, w.refused("destroy", "--yes"), "protected")
	assert.Equal(t, []string{"addreams-db"}, w.databases())
	assert.Equal(t, "one", w.ask().Version)

	w.set("databaseName", "addreams-db-renamed")
	said := w.refused("preview")
	assert.Contains(t, said, "would be replaced by an empty one", "it is explained")

	w.set("databaseName", "addreams-db", "accountId", strings.Repeat("0", 32))
	assert.Contains(t, w.refused("preview"), "would be replaced by an empty one", "so is another account")
}

func TestPreviewStack(t *testing.T) {
	w := newWorld(t, "pr-7")
	w.up()
	assert.Equal(t, []string{"addreams-db-pr-7"}, w.databases())
	w.putObject("addreams-generations-pr-7", "users/ada/1.png", "png")

	w.refused("destroy", "--yes", "--skip-preview") // a bucket with objects cannot be destroyed
	require.NoError(t, r2.Empty(t.Context(), w.cloud.Account(), "addreams-generations-pr-7"))
	w.run("destroy", "--yes", "--skip-preview")
	assert.Empty(t, w.databases())
}

func TestPreviewStackNeverReachesProd(t *testing.T) {
	w := newWorld(t, "pr-7")
	w.up()
	var databases []struct{ UUID string }
	require.NoError(t, w.cloud.Account().Get(t.Context(), "/d1/database", &databases))

	// This is as if prod's database had been imported into this stack.
	w.set("productionIds", databases[0].UUID, "qwenImageModel", "changed")
	assert.Contains(t, w.refused("preview"), "is prod's")
	assert.Contains(t, w.refused("up", "--yes", "--skip-preview"), "is prod's")
	assert.NotEqual(t, "changed", w.ask().Model)
}

func TestDrift(t *testing.T) {
	w := newWorld(t, "dev")
	w.up()
	w.run("refresh", "--preview-only", "--expect-no-changes")

	w.uploadScript("addreams-api-dev", "export default { fetch() { return new Response('changed by hand'); } };")
	assert.Contains(t, w.refused("refresh", "--preview-only", "--expect-no-changes"), "worker", "a script changed by hand is found")
	w.run("refresh", "--yes", "--skip-preview")
	w.up()
	assert.Equal(t, "one", w.ask().Version, "and put right")
}
