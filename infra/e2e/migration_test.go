package e2e

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAdditiveMigration(t *testing.T) {
	w := newWorld(t, "dev")
	w.up()
	old := w.ask()

	w.migration("0900_add_note.sql", "CREATE TABLE note (id TEXT PRIMARY KEY, body TEXT NOT NULL);")
	preview := w.run("preview")
	assert.Contains(t, preview, "0900_add_note.sql  additive  + table note")
	assert.Equal(t, old, w.ask(), "a preview changes nothing")

	said := w.up()
	assert.Contains(t, said, "0900_add_note.sql  applied")
	assert.Contains(t, said, "db restore --stack dev --bookmark", "how to undo it is said")
	assert.Contains(t, w.ask().Tables, "note")
	assert.NotEqual(t, old.Schema, w.ask().Schema, "the Worker knows its schema")
	assert.Equal(t, "0900_add_note.sql", w.query("SELECT name FROM d1_migrations ORDER BY id DESC LIMIT 1")[0]["name"], "wrangler agrees")
}

func TestFailingMigration(t *testing.T) {
	w := newWorld(t, "dev")
	w.up()
	// It fails only because of the existing rows.
	w.query(`INSERT INTO verification (id, identifier, value, expires_at, created_at, updated_at)
		VALUES ('a', 'same', '', 0, 0, 0), ('b', 'same', '', 0, 0, 0)`)
	w.write("worker.mjs", worker("two"))
	w.migration("0900_one_each.sql", "CREATE TABLE half (id TEXT);\n-- safe: unique index one_each: this stack's Worker writes nothing there\nCREATE UNIQUE INDEX one_each ON verification (identifier);")

	said := w.refused("up", "--yes", "--skip-preview")
	assert.Contains(t, said, "0900_one_each.sql")
	assert.Contains(t, said, "UNIQUE constraint failed")
	got := w.ask()
	assert.Equal(t, "one", got.Version, "the old Worker goes on serving")
	assert.NotContains(t, got.Tables, "half", "nothing of the file is left")

	w.query("DELETE FROM verification WHERE id = 'b'")
	w.up()
	assert.Equal(t, "two", w.ask().Version, "the next up recovers")
	assert.Contains(t, w.ask().Tables, "half")
}

func TestDestructiveMigration(t *testing.T) {
	w := newWorld(t, "dev")
	w.migration("0900_add_note.sql", "CREATE TABLE note (id TEXT PRIMARY KEY);")
	w.up()
	w.query("INSERT INTO note (id) VALUES ('a')")
	w.migration("0901_drop_note.sql", "DROP TABLE note;")

	said := w.refused("preview")
	assert.Contains(t, said, "migrations: 0901_drop_note.sql  irreversible  - table note (1 column)", "a reviewer sees what it would do")
	assert.Contains(t, said, "0901_drop_note.sql is destructive")
	assert.Contains(t, said, "allowDestructive", "it says how to allow it")
	w.refused("up", "--yes", "--skip-preview")
	assert.Len(t, w.query("SELECT id FROM note"), 1)

	w.set("allowDestructive", "0901_drop_note.sql")
	w.up()
	assert.NotContains(t, w.ask().Tables, "note")
}

func TestRefusedMigrations(t *testing.T) {
	cases := map[string]struct {
		change func(w *world)
		want   string
	}{
		"an edited file": {
			func(w *world) {
				w.migration("0900_add_note.sql", "CREATE TABLE note (id TEXT PRIMARY KEY, more TEXT);")
			},
			"0900_add_note.sql is edited",
		},
		"a file before one that is applied": {
			func(w *world) { w.migration("0899_too_late.sql", "CREATE TABLE late (id TEXT);") },
			"0899_too_late.sql is out of order",
		},
		"a file that is gone": {
			func(w *world) { require.NoError(w.t, os.Remove(w.path("migrations/0900_add_note.sql"))) },
			"0900_add_note.sql is missing",
		},
		"a parent dropped, with children that cascade": {
			func(w *world) {
				w.set("allowDestructive", "0901_rebuild.sql")
				w.migration("0901_rebuild.sql", "CREATE TABLE fresh AS SELECT * FROM generation;\nDROP TABLE generation;\nALTER TABLE fresh RENAME TO generation;")
			},
			"0901_rebuild.sql line 2 is cascading",
		},
	}
	w := newWorld(t, "dev")
	w.migration("0900_add_note.sql", "CREATE TABLE note (id TEXT PRIMARY KEY);")
	w.up()
	before := w.ask()
	sound := os.DirFS(w.path("migrations"))
	kept := t.TempDir()
	require.NoError(t, os.CopyFS(kept, sound))

	for situation, tc := range cases {
		tc.change(w)
		w.write("worker.mjs", worker(situation))

		assert.Contains(t, w.refused("preview"), tc.want, situation)
		assert.Contains(t, w.refused("up", "--yes", "--skip-preview"), tc.want, situation)
		assert.Equal(t, before, w.ask(), "%s: nothing has changed", situation)

		require.NoError(t, os.RemoveAll(w.path("migrations")))
		require.NoError(t, os.CopyFS(w.path("migrations"), os.DirFS(kept)))
		w.set("allowDestructive", "")
	}

	w.up()
	assert.NotEqual(t, before.Version, w.ask().Version, "the fixed migration deploys")
}
