package main

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/sqlite"
)

// sqliteFile makes a SQLite file without a ledger.
func sqliteFile(t *testing.T, path string, statements ...string) {
	t.Helper()
	db, err := sqlite.Open(path)
	require.NoError(t, err)
	for _, statement := range statements {
		_, err := d1.Query(t.Context(), db, statement)
		require.NoError(t, err)
	}
	require.NoError(t, db.Close())
}

// A project that begins with a database: the first migration is written, and the baseline records it.
func TestDBPullOnAnEmptyProject(t *testing.T) {
	elsewhere(t)
	require.NoError(t, os.Mkdir("migrations", 0o700))
	sqliteFile(t, "x.sqlite", "CREATE TABLE `book` (`id` integer primary key, `nm` text)", "CREATE INDEX `book_nm` ON `book` (`nm`)")

	out := must(t, "db", "pull", "--sqlite", "x.sqlite", "--migrations", "migrations")

	assert.Contains(t, out, "record that with go run ./app/cmd/addreams db baseline --sqlite x.sqlite --migrations migrations\n")
	assert.Equal(t, "CREATE TABLE book (\n\tid integer PRIMARY KEY,\n\tnm text\n);\n\nCREATE INDEX book_nm ON book (nm);\n", readText(t, "migrations/schema.sql"))
	assert.Contains(t, must(t, "db", "baseline", "--sqlite", "x.sqlite", "--migrations", "migrations"), "0000_first.sql   baseline")
	assert.Contains(t, must(t, "db", "generate", "--check"), "Nothing to generate")
	assert.Contains(t, must(t, "db", "pull", "--sqlite", "x.sqlite", "--migrations", "migrations"), "migrations/schema.sql is as it should be; nothing was written.")
}

// A table of another tool in the ledger's place is named before anything is written. With another name it is a table like others.
func TestDBPullBesideAnotherLedger(t *testing.T) {
	elsewhere(t)
	require.NoError(t, os.Mkdir("migrations", 0o700))
	sqliteFile(t, "x.sqlite", "CREATE TABLE book (id integer PRIMARY KEY)", "CREATE TABLE d1_migrations (id integer PRIMARY KEY, name text, hash text)")
	on := []string{"--sqlite", "x.sqlite", "--migrations", "migrations"}
	for _, name := range []string{"pull", "baseline", "status", "migrate"} {
		_, err := addreams(t, "", append([]string{"db", name}, on...)...)

		require.EqualError(t, err, "the table d1_migrations belongs to another tool: it has no column applied_at, and the list of applied migrations has to be there. "+
			"Give it another name, with ALTER TABLE d1_migrations RENAME TO another_name, and run this again", name)
	}
	assert.NoFileExists(t, "migrations/schema.sql")

	sqliteFile(t, "x.sqlite", "ALTER TABLE d1_migrations RENAME TO theirs")
	must(t, append([]string{"db", "pull"}, on...)...)
	assert.Contains(t, must(t, append([]string{"db", "baseline"}, on...)...), "0000_first.sql   baseline")
	assert.Contains(t, must(t, append([]string{"db", "status"}, on...)...), "The schema is the one that the applied files produce.")
}

// A database whose ledger lists files that are not here: it says how to go on, and that works.
func TestDBPullOfAnotherProject(t *testing.T) {
	elsewhere(t)
	require.NoError(t, os.Mkdir("migrations", 0o700))
	must(t, "db", "migrate", "--sqlite", "x.sqlite")
	on := []string{"--sqlite", "x.sqlite", "--migrations", "migrations"}

	out := must(t, append([]string{"db", "pull"}, on...)...)

	require.Regexp(t, `Its ledger lists \d+ migrations that are not here, so that db baseline will refuse`, out)
	_, err := addreams(t, "", append([]string{"db", "baseline"}, on...)...)
	require.ErrorContains(t, err, "is missing: it was applied on")
	sqliteFile(t, "x.sqlite", "DELETE FROM d1_migrations", "DELETE FROM addreams_migrations")
	assert.Contains(t, must(t, append([]string{"db", "baseline"}, on...)...), "0000_first.sql   baseline")
}

// A run that was cut off after schema.sql, or a schema file from elsewhere: the first migration is written all the same.
func TestDBPullWritesTheMissingFirstMigration(t *testing.T) {
	elsewhere(t)
	sqliteFile(t, "x.sqlite", "CREATE TABLE book (id integer PRIMARY KEY)")
	write(t, "migrations/schema.sql", "CREATE TABLE book (\n\tid integer PRIMARY KEY\n);\n")

	out := must(t, "db", "pull", "--sqlite", "x.sqlite", "--migrations", "migrations")

	assert.Contains(t, out, "migrations/0000_first.sql\n")
	assert.Equal(t, []string{"0000_first.sql", "schema.sql"}, migrationFiles(t))
}

func TestDBPullJSON(t *testing.T) {
	elsewhere(t)
	require.NoError(t, os.Mkdir("migrations", 0o700))
	sqliteFile(t, "x.sqlite", "CREATE TABLE book (id integer PRIMARY KEY)")

	for range 2 { // the second time there is nothing to write
		out := must(t, "db", "pull", "--json", "--sqlite", "x.sqlite", "--migrations", "migrations")

		assert.True(t, json.Valid([]byte(out)), out)
	}
	assert.Equal(t, []string{"0000_first.sql", "schema.sql"}, migrationFiles(t))
}

func TestDBPullDiff(t *testing.T) {
	library(t, shelf)
	sqliteFile(t, "x.sqlite", "CREATE TABLE book (id integer primary key, nm text, pages integer)")
	diff := []string{"db", "pull", "--diff", "--sqlite", "x.sqlite", "--migrations", "migrations"}

	assert.Equal(t, "From migrations/schema.sql to x.sqlite:\n  + column book.pages (integer)\n", must(t, diff...))
	assert.Equal(t, shelf, readText(t, "migrations/schema.sql"), "nothing is written")

	must(t, "db", "pull", "--sqlite", "x.sqlite", "--migrations", "migrations")
	assert.Equal(t, "migrations/schema.sql has the schema of x.sqlite.\n", must(t, diff...))
	assert.Equal(t, []string{"0000_book.sql", "schema.sql"}, migrationFiles(t))
}

func TestDBPullFromTheLocalStack(t *testing.T) {
	elsewhere(t)
	localStack(t)
	must(t, "db", "migrate", "--local")
	require.NoError(t, os.Mkdir("migrations", 0o700))

	assert.Contains(t, must(t, "db", "pull", "--local", "--migrations", "migrations"), "migrations/schema.sql\n")
	assert.Contains(t, readText(t, "migrations/schema.sql"), "CREATE TABLE user_profile (\n")
}

func TestDBPullBadInput(t *testing.T) {
	cases := map[string]struct {
		schema string
		args   []string
		want   string
	}{
		"no database":        {shelf, nil, "choose a database: --local, --stack NAME, --remote or --sqlite FILE"},
		"an absent file":     {shelf, []string{"--sqlite", "none.sqlite"}, "none.sqlite does not exist, so there is nothing to pull"},
		"an empty database":  {shelf, []string{"--sqlite", "empty.sqlite"}, "the database has no tables, so there is nothing to pull"},
		"a broken file":      {"CREATE TABEL x;", []string{"--sqlite", "x.sqlite"}, "schema.sql line 1: expected CREATE TABLE"},
		"no folder":          {shelf, []string{"--sqlite", "x.sqlite", "--migrations", "none"}, "there is no folder none"},
		"no local stack":     {shelf, []string{"--local"}, "the local stack is not running"},
		"a file is no place": {shelf, []string{"--sqlite", "x.sqlite", "--schema", "none/schema.sql"}, "no such file or directory"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			library(t, c.schema)
			sqliteFile(t, "empty.sqlite", "SELECT 1")
			sqliteFile(t, "x.sqlite", "CREATE TABLE other (id)")

			_, err := addreams(t, "", append([]string{"db", "pull"}, c.args...)...)

			require.ErrorContains(t, err, c.want)
			assert.Equal(t, c.schema, readText(t, "migrations/schema.sql"), "nothing is written")
		})
	}
}
