package generate_test

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/sqlite"
	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/migrate/catalog"
	"github.com/addreams/addreams/app/migrate/generate"
	"github.com/addreams/addreams/migrations"
)

// product returns a database with the product's schema, and with more statements run on it.
func product(t *testing.T, more ...string) *sqlite.Database {
	t.Helper()
	db, err := sqlite.Open(sqlite.Memory)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	engine, err := migrate.New(db, migrations.FS, migrate.Options{Allow: []string{migrate.All}})
	require.NoError(t, err)
	_, err = engine.Apply(t.Context())
	require.NoError(t, err)
	for _, statement := range more {
		_, err := d1.Query(t.Context(), db, statement)
		require.NoError(t, err)
	}
	return db
}

func pull(t *testing.T, db d1.Database, existing string) generate.Pulled {
	t.Helper()
	entries, err := catalog.Read(t.Context(), db)
	require.NoError(t, err)
	pulled, err := generate.Pull(t.Context(), entries, []byte(existing), "schema.sql")
	require.NoError(t, err)
	return pulled
}

func productSchema(t *testing.T) string {
	t.Helper()
	text, err := fs.ReadFile(migrations.FS, "schema.sql")
	require.NoError(t, err)
	return string(text)
}

// schema.sql is in the order and form in which db pull writes it.
func TestPullChangesNothing(t *testing.T) {
	pulled := pull(t, product(t), productSchema(t))

	assert.Equal(t, productSchema(t), pulled.Text, "make the order and form of schema.sql this one, or let db pull write it from a migrated database")
	assert.Empty(t, pulled.Changes)
}

func TestPullWithoutAFile(t *testing.T) {
	pulled := pull(t, product(t), "")

	draft, err := generate.New(t.Context(), generate.Input{Folder: migrations.FS, Schema: []byte(pulled.Text), SchemaName: "schema.sql"})
	require.NoError(t, err)
	assert.Empty(t, draft.Statements)
	assert.Contains(t, pulled.Text, "CREATE TABLE user (\n\tid text PRIMARY KEY NOT NULL,\n\tname text NOT NULL,\n")
	assert.Contains(t, pulled.Text, "CREATE INDEX session_user_idx ON session (user_id);\n")
	assert.Contains(t, pulled.Text, "\tFOREIGN KEY (user_id) REFERENCES user(id) ON UPDATE NO ACTION ON DELETE NO ACTION\n);\n")
	assert.Equal(t, pulled.Text, pull(t, product(t), pulled.Text).Text, "the same, pulled again")
}

// What has changed is written anew, with the comments that still fit.
func TestPullKeepsComments(t *testing.T) {
	pulled := pull(t, product(t, "ALTER TABLE quota ADD COLUMN note text", "ALTER TABLE verification DROP COLUMN session_id", "DROP INDEX session_user_idx"), productSchema(t))

	assert.Contains(t, pulled.Text, "the provider's calls by day. Times are in milliseconds.\nCREATE TABLE quota (\n")
	assert.Contains(t, pulled.Text, "\tready_at integer DEFAULT 0 NOT NULL, -- before, nothing more is taken\n"+
		"\texpires_at integer NOT NULL, -- from then on, the count is 0\n\tnote text\n);\n")
	assert.Contains(t, pulled.Text, "\tprovider_id text -- that an OAuth state was issued for")
	assert.NotContains(t, pulled.Text, "session_id")
	assert.NotContains(t, pulled.Text, "session_user_idx")
	assert.Equal(t, []string{"+ column quota.note (text)", "- column verification.session_id (text)", "- index of session (on session(user_id))"}, migrate.Lines(pulled.Changes))
	assert.True(t, strings.HasPrefix(pulled.Text, "-- The schema that the migrations make."))
}

// SQLite takes a name after DEFAULT for a text: "free" is the text free, and stays one.
func TestPullKeepsQuotedDefaults(t *testing.T) {
	db := product(t, `CREATE TABLE plan (kind text DEFAULT "free", tier text DEFAULT `+"`low`"+`)`)

	pulled := pull(t, db, productSchema(t))

	assert.Empty(t, pull(t, db, pulled.Text).Changes)
}

// A comment on the last line of a statement is about that one, and not about the next.
func TestPullKeepsTheCommentBehindAStatement(t *testing.T) {
	existing := strings.Replace(productSchema(t), "ON account (user_id);", "ON account (user_id); -- for the deletion of an account", 1)

	assert.Equal(t, existing, pull(t, product(t), existing).Text)
}

// What stands below the last statement is about no object, and stays.
func TestPullKeepsTheCommentAtTheEnd(t *testing.T) {
	existing := productSchema(t) + "\n-- To come: plans.\n\n-- And invoices.\n"

	assert.Equal(t, existing, pull(t, product(t), existing).Text)
}

func TestPullOfABrokenFile(t *testing.T) {
	entries, err := catalog.Read(t.Context(), product(t))
	require.NoError(t, err)

	_, err = generate.Pull(t.Context(), entries, []byte("CREATE TABLE user (id tex"), "schema.sql")

	assert.ErrorContains(t, err, "schema.sql line 1: the statement that begins in line 1 is not complete")
}
