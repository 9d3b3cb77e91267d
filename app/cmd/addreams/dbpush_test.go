package main

import (
	"encoding/json"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/d1http/d1httptest"
	"github.com/addreams/addreams/app/d1/sqlite"
)

// pushed makes a migrated SQLite file with two books, and another schema that is wanted.
func pushed(t *testing.T, wanted string) (on []string) {
	t.Helper()
	library(t, shelf)
	on = []string{"--sqlite", "x.sqlite", "--migrations", "migrations"}
	must(t, append([]string{"db", "migrate"}, on...)...)
	sqliteFile(t, "x.sqlite", "INSERT INTO book (id, nm) VALUES (1, 'Emma'), (2, NULL)")
	write(t, "migrations/schema.sql", wanted)
	return on
}

func db(verb string, on []string, more ...string) []string {
	return append(append([]string{"db", verb}, on...), more...)
}

func books(t *testing.T, sql string) []d1.Row {
	t.Helper()
	db, err := sqlite.Open("x.sqlite")
	require.NoError(t, err)
	defer db.Close()
	found, err := d1.Query(t.Context(), db, sql)
	require.NoError(t, err)
	return found.Rows
}

// A developer tries a schema, writes it as a migration when it is good, and the ledger is honest all the time.
func TestDBPush(t *testing.T) {
	on := pushed(t, strings.Replace(shelf, "nm text", "nm text CHECK (nm <> ''),\n\tpages integer", 1))

	out, err := addreams(t, "no\n", db("push", on)...)
	require.EqualError(t, err, "nothing was changed: answer yes, or pass --yes")
	assert.Contains(t, out, "CREATE TABLE kept_book AS SELECT * FROM book;")
	assert.Contains(t, must(t, db("status", on)...), "The schema is the one that the applied files produce.")

	out, err = addreams(t, "yes\n", db("push", on)...)
	require.NoError(t, err)
	assert.Contains(t, out, "This changes x.sqlite. Continue? (yes/no) Pushed. Before it is migrated again: go run ./app/cmd/addreams db generate NAME, and then "+
		"go run ./app/cmd/addreams db baseline --sqlite x.sqlite --migrations migrations\n")
	assert.Equal(t, []d1.Row{{int64(1), "Emma", nil}, {int64(2), nil, nil}}, books(t, "SELECT id, nm, pages FROM book"))

	status := must(t, db("status", on)...)
	assert.Contains(t, status, "refused: the schema is pushed, not migrated: addreams db push changed it on ")
	assert.Contains(t, status, "Write what was pushed as a migration, with addreams db generate NAME, and record it with addreams db baseline.")
	_, err = addreams(t, "", db("migrate", on)...)
	require.ErrorContains(t, err, "the schema is pushed, not migrated")
	_, err = addreams(t, "", db("baseline", on)...)
	require.ErrorContains(t, err, "nothing was recorded")
	assert.Equal(t, "Nothing to push: x.sqlite has the schema of migrations/schema.sql.\n", must(t, db("push", on)...))

	must(t, "db", "generate", "pages")
	assert.Contains(t, must(t, db("status", on)...), "The migrations make the same schema now: record them with addreams db baseline.")
	assert.Contains(t, must(t, db("baseline", on)...), "0001_pages.sql   baseline")
	assert.NotContains(t, must(t, db("status", on)...), "pushed")
	assert.Equal(t, "Nothing to apply: the database is up to date.\n", must(t, db("migrate", on)...))
}

// A baseline does not record as applied what a push has not done: the rows that a pending file writes.
func TestDBPushWritesNoRowsOfFiles(t *testing.T) {
	on := pushed(t, shelf)
	write(t, "migrations/0001_classics.sql", "INSERT INTO book (id, nm) VALUES (9, 'Persuasion');")
	write(t, "migrations/schema.sql", strings.Replace(shelf, "nm text", "nm text,\n\tpages integer", 1))
	must(t, db("push", on, "--yes")...)
	must(t, "db", "generate", "pages")

	_, err := addreams(t, "", db("baseline", on)...)
	require.ErrorContains(t, err, "0001_classics.sql writes rows of book, which a push does not; nothing was recorded.")
	assert.Contains(t, must(t, db("status", on)...), "pushed")

	sqliteFile(t, "x.sqlite", "INSERT INTO book (id, nm) VALUES (9, 'Persuasion')")
	must(t, db("baseline", on, "--through", "0002_pages.sql")...)
	assert.Equal(t, "Nothing to apply: the database is up to date.\n", must(t, db("migrate", on)...))
}

// What was pushed is taken back: the migrations make the schema again, without another one.
func TestDBPushTakenBack(t *testing.T) {
	on := pushed(t, shelf+"CREATE INDEX book_nm ON book (nm);")
	must(t, db("push", on, "--yes")...)
	write(t, "migrations/schema.sql", shelf)
	must(t, db("push", on, "--yes")...)

	assert.Contains(t, must(t, db("status", on)...), "record them with addreams db baseline")
	assert.Contains(t, must(t, db("baseline", on)...), "The migrations make the schema that was pushed.")

	assert.Equal(t, "Nothing to apply: the database is up to date.\n", must(t, db("migrate", on)...))
}

// What would be lost is counted before it is asked.
func TestDBPushCountsLosses(t *testing.T) {
	on := pushed(t, "CREATE TABLE book (id integer PRIMARY KEY);")
	out, err := addreams(t, "", db("push", on)...)
	require.EqualError(t, err, "nothing was changed: answer yes, or pass --yes")
	assert.Contains(t, out, "x.sqlite   irreversible\n  - column book.nm (text)\n1 value of book.nm will be lost.\n")

	write(t, "migrations/schema.sql", "CREATE TABLE film (id integer PRIMARY KEY);")
	out, err = addreams(t, "", db("push", on, "--drop", "book")...)
	require.Error(t, err)
	assert.Contains(t, out, "2 rows of book will be lost.\n")
	assert.Len(t, books(t, "SELECT id FROM book"), 2)
}

func TestDBPushJSON(t *testing.T) {
	on := pushed(t, shelf+"CREATE INDEX book_nm ON book (nm);")
	_, err := addreams(t, "yes\n", db("push", on, "--json")...)
	require.EqualError(t, err, "nothing was changed: with --json nobody is asked, pass --yes")

	out := must(t, db("push", on, "--json", "--yes")...)

	assert.Contains(t, out, `"sql": "-- Creates the index book_nm.\nCREATE INDEX book_nm ON book (nm);\n"`)
	assert.Contains(t, out, `"risk": "additive"`)
}

func TestDBPushJSONOfNothing(t *testing.T) {
	out := must(t, db("push", pushed(t, shelf), "--json", "--yes")...)

	assert.True(t, json.Valid([]byte(out)), out)
}

// Somebody else changes the database while the question waits for its answer. What they added is not part of what was shown.
func TestDBPushAfterTheDatabaseHasChanged(t *testing.T) {
	on := pushed(t, strings.Replace(shelf, "nm text", "nm text CHECK (nm <> '')", 1))
	root := newRootCommand()
	root.SetArgs(db("push", on))
	root.SetIn(readerFunc(func(p []byte) (int, error) {
		sqliteFile(t, "x.sqlite", "ALTER TABLE book ADD COLUMN pages integer", "UPDATE book SET pages = 7")
		return copy(p, "yes\n"), nil
	}))
	root.SetOut(io.Discard)

	err := root.ExecuteContext(t.Context())

	assert.EqualError(t, err, "push: nothing was changed, because the schema of the database has changed meanwhile: run it again")
	assert.Equal(t, []d1.Row{{int64(7)}, {int64(7)}}, books(t, "SELECT pages FROM book"))
}

type readerFunc func([]byte) (int, error)

func (r readerFunc) Read(p []byte) (int, error) { return r(p) }

// A row that comes while the question waits for its answer is not lost by a constraint that leaves rows out.
func TestDBPushGuardsRows(t *testing.T) {
	on := pushed(t, strings.Replace(shelf, "nm text", "nm text NOT NULL ON CONFLICT IGNORE", 1))
	sqliteFile(t, "x.sqlite", "UPDATE book SET nm = 'Persuasion' WHERE nm IS NULL")
	root := newRootCommand()
	root.SetArgs(db("push", on))
	root.SetIn(readerFunc(func(p []byte) (int, error) {
		sqliteFile(t, "x.sqlite", "INSERT INTO book (id, nm) VALUES (3, NULL)")
		return copy(p, "yes\n"), nil
	}))
	root.SetOut(io.Discard)

	err := root.ExecuteContext(t.Context())

	assert.ErrorContains(t, err, "the table book would have lost rows, so nothing was changed")
	assert.Len(t, books(t, "SELECT id FROM book"), 3)
}

// The hints name the folder of migrations again.
func TestDBPushElsewhere(t *testing.T) {
	pushed(t, shelf)
	write(t, "other/0000_book.sql", readText(t, "migrations/0000_book.sql"))
	write(t, "other/schema.sql", shelf+"CREATE INDEX book_nm ON book (nm);")

	out := must(t, "db", "push", "--sqlite", "x.sqlite", "--migrations", "other", "--yes")

	assert.Contains(t, out, "db generate NAME --migrations other, and then go run ./app/cmd/addreams db baseline --sqlite x.sqlite --migrations other\n")
}

func TestDBPushOnTheLocalStack(t *testing.T) {
	library(t, shelf)
	localStack(t)

	out := must(t, "db", "push", "--local", "--migrations", "migrations", "--yes")

	assert.Contains(t, out, "To undo: go run ./app/cmd/addreams db restore --local --migrations migrations --bookmark ")
	assert.Contains(t, must(t, "db", "status", "--local", "--migrations", "migrations"), "pushed, not migrated")
	assert.Contains(t, must(t, "db", "baseline", "--local", "--migrations", "migrations"), "0000_book.sql   baseline")
}

// D1 has run the batch, and its answer is lost: nobody can say that nothing was changed.
func TestDBPushWhoseAnswerIsLost(t *testing.T) {
	library(t, shelf)
	server := localStack(t)
	server.Fault = func(_ string, _ int, w http.ResponseWriter, run func() (int, []byte)) {
		bodies := server.Bodies()
		if strings.Contains(bodies[len(bodies)-1], "'pushed'") {
			run()
			d1httptest.Refuse(w, http.StatusBadGateway, 0, "")
			return
		}
		d1httptest.Write(w, run)
	}

	_, err := addreams(t, "", "db", "push", "--local", "--migrations", "migrations", "--yes")

	require.ErrorContains(t, err, "push: whether the schema was changed is not known, because the answer is missing; run it again: ")
	assert.NotContains(t, err.Error(), "nothing was changed")
	server.Fault = nil
	assert.Contains(t, must(t, "db", "push", "--local", "--migrations", "migrations", "--yes"), "Nothing to push")
}

func TestDBPushOnAStack(t *testing.T) {
	library(t, shelf)
	remoteAccount(t)
	t.Setenv("CLOUDFLARE_API_TOKEN", "t")
	write(t, "bin/pulumi", "#!/bin/sh\ncase \"$*\" in\n'config get addreams:allowPush --stack open') echo true;;\n'config get addreams:allowPush --stack shut') echo false;;\n"+
		"'stack output databaseId --stack open') echo d;;\n'config get addreams:accountId --stack open') echo a;;\n*) echo \"error: configuration key 'addreams:allowPush' not found for stack 'unset'\" >&2; exit 1;;\nesac\n")
	t.Setenv("PATH", filepath.Join(mustWorkingDirectory(t), "bin"))

	for _, stack := range []string{"shut", "unset"} {
		_, err := addreams(t, "", "db", "push", "--stack", stack, "--yes")
		assert.EqualError(t, err, "the stack "+stack+" does not allow db push: pulumi config set addreams:allowPush true --stack "+stack+", or write a migration with db generate")
	}
	_, err := addreams(t, "", "db", "push", "--stack", "open", "--yes")
	assert.NotContains(t, err.Error(), "does not allow")
}

func TestDBPushBadInput(t *testing.T) {
	cases := map[string]struct {
		schema string
		args   []string
		want   string
	}{
		"no database":            {shelf, nil, "choose a database"},
		"prod by its full name":  {shelf, []string{"--stack", "us/addreams/prod"}, "db push is never for prod"},
		"prod":                   {shelf, []string{"--stack", "prod"}, "db push is never for prod"},
		"what .env names":        {shelf, []string{"--remote"}, "db push is for development databases"},
		"an absent file":         {shelf, []string{"--sqlite", "none.sqlite"}, "none.sqlite does not exist: db migrate --sqlite none.sqlite makes it"},
		"a broken schema file":   {"CREATE TABLE book (", []string{"--sqlite", "x.sqlite"}, "schema.sql line 1: the statement that begins in line 1 is not complete"},
		"no schema file":         {shelf, []string{"--sqlite", "x.sqlite", "--schema", "none.sql"}, "there is no none.sql"},
		"NULLs in the way":       {strings.Replace(shelf, "nm text", "nm text NOT NULL", 1), []string{"--sqlite", "x.sqlite", "--yes"}, "1 row of book without nm, which becomes NOT NULL"},
		"a value that is needed": {strings.Replace(shelf, "nm text", "nm text,\n\tp text NOT NULL", 1), []string{"--sqlite", "x.sqlite"}, "db push --sqlite x.sqlite --fill book.p=VALUE"},
		"a question":             {strings.Replace(shelf, "nm text", "name text", 1), []string{"--sqlite", "x.sqlite"}, "db push --sqlite x.sqlite --rename book.nm=name"},
		"a wrong flag":           {shelf, []string{"--sqlite", "x.sqlite", "--rename", "x"}, `--rename: "x" is not TABLE.OLD=NEW`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			pushed(t, c.schema)

			_, err := addreams(t, "", append([]string{"db", "push"}, c.args...)...)

			require.ErrorContains(t, err, c.want)
			assert.Equal(t, []d1.Row{{int64(1), "Emma"}, {int64(2), nil}}, books(t, "SELECT * FROM book"), "nothing is changed")
		})
	}
}
