package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const shelf = "CREATE TABLE book (\n\tid integer PRIMARY KEY,\n\tnm text\n);\n"

// library makes a folder of migrations with a schema file, in an empty working directory.
func library(t *testing.T, wanted string) {
	t.Helper()
	elsewhere(t)
	write(t, "migrations/0000_book.sql", shelf)
	write(t, "migrations/schema.sql", wanted)
}

func readText(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(content)
}

// migrationFiles returns the names in the folder of migrations.
func migrationFiles(t *testing.T) []string {
	t.Helper()
	entries, err := os.ReadDir("migrations")
	require.NoError(t, err)
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

func TestDBGenerate(t *testing.T) {
	library(t, strings.Replace(shelf, "nm text", "nm text,\n\tpages integer DEFAULT 0 NOT NULL -- without the cover", 1))

	out := must(t, "db", "generate", "book_pages")

	assert.Equal(t, "-- Adds the column book.pages (integer not null default 0).\nALTER TABLE book ADD COLUMN pages integer DEFAULT 0 NOT NULL;\n", readText(t, "migrations/0001_book_pages.sql"))
	assert.Contains(t, out, "migrations/0001_book_pages.sql   additive\n  + column book.pages (integer not null default 0)\n")
	assert.Contains(t, out, "Tried on 3 rows of 1 table in memory: every row stays")
	assert.Equal(t, "Nothing to generate: the migrations make what migrations/schema.sql says.\n", must(t, "db", "generate", "again"))
	assert.Contains(t, must(t, "db", "migrate", "--sqlite", "x.sqlite", "--migrations", "migrations"), "0001_book_pages.sql")
	assert.Equal(t, []string{"0000_book.sql", "0001_book_pages.sql", "schema.sql"}, migrationFiles(t))
}

func TestDBGenerateCheck(t *testing.T) {
	library(t, shelf)
	must(t, "db", "generate", "--check")
	write(t, "migrations/schema.sql", shelf+"CREATE INDEX book_nm ON book (nm);")

	out, err := addreams(t, "", "db", "generate", "--check")

	require.EqualError(t, err, "migrations/schema.sql and the migrations differ: write the migration with go run ./app/cmd/addreams db generate NAME")
	assert.Equal(t, "-- Creates the index book_nm.\nCREATE INDEX book_nm ON book (nm);\n", out)
	assert.Len(t, migrationFiles(t), 2, "nothing is written")
}

func TestDBGenerateCustom(t *testing.T) {
	library(t, shelf)

	out := must(t, "db", "generate", "fill_names", "--custom")

	assert.Contains(t, out, "migrations/0001_fill_names.sql\n")
	assert.Equal(t, customText, readText(t, "migrations/0001_fill_names.sql"))
	_, err := addreams(t, "", "db", "generate", "next")
	assert.ErrorContains(t, err, "0001_fill_names.sql: there is no statement in it: write one, or remove the file")
}

func TestDBGenerateCustomJSON(t *testing.T) {
	library(t, shelf)

	out := must(t, "db", "generate", "fill_names", "--custom", "--json")

	assert.JSONEq(t, `{"file":"migrations/0001_fill_names.sql","sql":"-- What it does, and why.\n","rows":0}`, out)
}

func TestDBGenerateJSON(t *testing.T) {
	library(t, shelf+"CREATE INDEX book_nm ON book (nm);")
	var made map[string]any

	require.NoError(t, json.Unmarshal([]byte(must(t, "db", "generate", "index", "--json")), &made))

	assert.Equal(t, "migrations/0001_index.sql", made["file"])
	assert.Equal(t, "additive", made["effect"].(map[string]any)["risk"])
}

// Nothing is guessed: whoever can't be asked gets the command lines to choose from.
func TestDBGenerateChoices(t *testing.T) {
	library(t, strings.Replace(shelf, "nm text", "name text", 1))

	_, err := addreams(t, "", "db", "generate", "names")
	require.EqualError(t, err, `the column book.nm is gone, and name is new: is that its new name?
Nothing was changed. Choose:
to rename, so that the values stay:
  go run ./app/cmd/addreams db generate names --rename book.nm=name
to drop what is gone, with its values:
  go run ./app/cmd/addreams db generate names --drop book.nm`)
	assert.Len(t, migrationFiles(t), 2)

	assert.Contains(t, must(t, "db", "generate", "names", "--rename", "book.nm=name"), "destructive\n  ~ column book.nm (renamed to name)\n")
	assert.Contains(t, readText(t, "migrations/0001_names.sql"), "ALTER TABLE book RENAME COLUMN nm TO name;")
}

func TestDBGenerateTableChoices(t *testing.T) {
	library(t, "CREATE TABLE books (id integer PRIMARY KEY, nm text);\nCREATE TABLE shelf (id integer PRIMARY KEY);")

	_, err := addreams(t, "", "db", "generate", "tables")

	require.ErrorContains(t, err, "the table book is gone, and books, shelf are new: is one of them its new name?")
	require.ErrorContains(t, err, "db generate tables --rename-table book=books\n")
	require.ErrorContains(t, err, "db generate tables --drop book\n")
	assert.ErrorContains(t, err, "other renames that are possible: --rename-table book=shelf")
}

// What it suggests is about the same files.
func TestDBGenerateSuggestsTheSameFolder(t *testing.T) {
	library(t, shelf)
	require.NoError(t, os.Rename("migrations", "my files"))
	write(t, "my files/schema.sql", strings.Replace(shelf, "nm text", "nm text,\n\tpages integer", 1))

	out := must(t, "db", "generate", "pages", "--migrations", "my files")
	assert.Contains(t, out, "go run ./app/cmd/addreams db plan --local --migrations 'my files'\n")

	_, err := addreams(t, "", "db", "generate", "pages", "--migrations", "my files", "--schema", "none.sql")
	assert.ErrorContains(t, err, "go run ./app/cmd/addreams db pull --migrations 'my files' --schema none.sql, with --local")
}

func TestDBGenerateValues(t *testing.T) {
	library(t, strings.Replace(shelf, "nm text", "nm text,\n\tplan text NOT NULL", 1))

	_, err := addreams(t, "", "db", "generate", "plans")
	require.EqualError(t, err, `the column book.plan (schema.sql line 4) is NOT NULL, and rows that exist would have no value in it
Nothing was changed. Either give them a value:
  go run ./app/cmd/addreams db generate plans --fill book.plan=VALUE
or demand none: write DEFAULT with a value, or leave NOT NULL out, in migrations/schema.sql`)

	must(t, "db", "generate", "plans", "--fill", "book.plan='free'")
	assert.Contains(t, readText(t, "migrations/0001_plans.sql"), "CREATE TABLE kept_book AS SELECT 'free' AS plan, * FROM book;")
}

// Wrong input is refused in a sentence, and nothing is written.
func TestDBGenerateBadInput(t *testing.T) {
	changed := strings.Replace(shelf, "nm text", "nm text,\n\tpages integer", 1)
	cases := map[string]struct {
		schema string // "" is one with a change
		args   []string
		want   string
	}{
		"no name":                    {"", nil, "name the migration, as in"},
		"two names":                  {"", []string{"a", "b"}, "a and b are 2 arguments: type addreams db generate NAME"},
		"a name with spaces":         {"", []string{"Add pages!"}, `"Add pages!" can't be the name of a migration, which has lower-case letters, digits and _ only; add_pages can`},
		"a name without letters":     {"", []string{"!"}, `"!" can't be the name of a migration`},
		"a database":                 {"", []string{"x", "--local"}, "db generate compares files, and contacts no database"},
		"an unknown flag":            {"", []string{"x", "--renam", "a"}, "unknown flag: --renam"},
		"custom and check":           {"", []string{"x", "--custom", "--check"}, "--custom and --check exclude each other: leave all but one out"},
		"custom and rename":          {"", []string{"x", "--custom", "--rename", "book.nm=n"}, "--custom compares nothing"},
		"no folder":                  {"", []string{"x", "--migrations", "none"}, "there is no folder none"},
		"a file as the folder":       {"", []string{"x", "--migrations", "migrations/schema.sql"}, "migrations/schema.sql is not a folder"},
		"no schema file":             {"", []string{"x", "--schema", "none.sql"}, "there is no none.sql"},
		"a rename without a table":   {"", []string{"x", "--rename", "nm=name"}, `--rename: "nm=name" is not TABLE.OLD=NEW`},
		"a rename of no table":       {"", []string{"x", "--rename", "film.nm=name"}, "--rename film.nm=name: there is no table film"},
		"a rename of no column":      {"", []string{"x", "--rename", "book.x=pages"}, "--rename book.x=pages: there is no column book.x to rename"},
		"a rename to no column":      {strings.Replace(shelf, "nm text", "a text", 1), []string{"x", "--rename", "book.nm=b"}, "schema.sql has no column book.b"},
		"a rename of what stays":     {"", []string{"x", "--rename", "book.nm=pages"}, "schema.sql still has a column book.nm"},
		"a table's rename":           {"", []string{"x", "--rename-table", "book"}, `--rename-table: "book" is not OLD=NEW`},
		"a table's rename to none":   {"", []string{"x", "--rename-table", "book=books"}, "schema.sql still has a table book"},
		"a table's rename from none": {"", []string{"x", "--rename-table", "film=books"}, "there is no table film to rename"},
		"a drop of what stays":       {"", []string{"x", "--drop", "book.nm"}, "--drop book.nm: schema.sql still has it"},
		"a drop of nothing":          {"", []string{"x", "--drop", "book.x"}, "--drop book.x: there is no such column"},
		"a drop of three":            {"", []string{"x", "--drop", "a.b.c"}, "is not TABLE or TABLE.COLUMN"},
		"a fill without a value":     {"", []string{"x", "--fill", "book.pages"}, "is not TABLE.COLUMN=EXPRESSION"},
		"a fill of no column":        {"", []string{"x", "--fill", "book.x=1"}, "--fill book.x: schema.sql has no such column"},
		"a fill that is no SQL":      {strings.Replace(shelf, "nm text", "nm text,\n\tp text NOT NULL", 1), []string{"x", "--fill", "book.p='a"}, "is not one SQL expression"},
		"a fill of a wrong name":     {strings.Replace(shelf, "nm text", "nm text,\n\tp text NOT NULL", 1), []string{"x", "--fill", "book.p=free"}, "no such column: free"},
		"a fill that nothing needs":  {"", []string{"x", "--fill", "book.nm='x'"}, "--fill book.nm: the column exists, and does not become NOT NULL"},

		"an error of syntax":      {"CREATE TABLE book (\n\tid integer primary kee\n);", []string{"x"}, "schema.sql line 2: kee is not understood here; expected KEY"},
		"a comma too many":        {"CREATE TABLE book (\n\tid integer,\n);", []string{"x"}, "schema.sql line 3: ) is not understood here; expected a name"},
		"a missing semicolon":     {"CREATE TABLE book (id integer)\nCREATE TABLE b (id integer);", []string{"x"}, "schema.sql line 2: CREATE is not understood here; expected a name or , or ; at the end of the statement"},
		"a missing bracket":       {"CREATE TABLE book (\n\tid integer\n;", []string{"x"}, "schema.sql line 2: the statement that begins in line 1 is not complete; after integer expected a name or ( or ) or ,"},
		"a string without end":    {"CREATE TABLE book (\n\tid text DEFAULT 'x\n);", []string{"x"}, "schema.sql line 2: a string that starts with ' has no end"},
		"another statement":       {shelf + "INSERT INTO book VALUES (1, 'x');", []string{"x"}, "schema.sql line 5: INSERT has no place here: expected CREATE TABLE"},
		"IF NOT EXISTS":           {"CREATE TABLE IF NOT EXISTS book (id integer);", []string{"x"}, "schema.sql line 1: IF NOT EXISTS has no place here"},
		"a table from rows":       {shelf + "CREATE TABLE b AS SELECT * FROM book;", []string{"x"}, "schema.sql line 5: CREATE TABLE … AS SELECT has no place here"},
		"a temporary table":       {"CREATE TEMP TABLE book (id integer);", []string{"x"}, "schema.sql line 1: temporary objects are refused by D1"},
		"the same twice":          {shelf + shelf, []string{"x"}, "schema.sql line 5: book is in line 1 already"},
		"the ledger":              {shelf + "CREATE TABLE d1_migrations (id integer);", []string{"x"}, "schema.sql line 5: d1_migrations belongs to SQLite, Cloudflare or the migrations"},
		"Cloudflare's table":      {shelf + "CREATE TABLE _cf_x (id integer);", []string{"x"}, "schema.sql line 5: _cf_x is Cloudflare's own"},
		"an index on no table":    {shelf + "CREATE INDEX i ON film (id);", []string{"x"}, "schema.sql line 5: no such table: main.film"},
		"an index on no column":   {shelf + "CREATE INDEX i ON book (x);", []string{"x"}, "schema.sql line 5: no such column: x"},
		"a text in double quotes": {"CREATE TABLE book (id integer, nm text CHECK (nm <> \"x\"));", []string{"x"}, "schema.sql line 1: no such column: x"},
		"a reference to no table": {shelf + "CREATE TABLE b (\n\tid integer REFERENCES film(id)\n);", []string{"x"}, "schema.sql line 6: the foreign key (id) of the table b to film can't work: there is no table film"},
		"UTF-16":                  {"\xFF\xFEC\x00", []string{"x"}, "schema.sql: it is UTF-16 text"},
		"too many columns":        {"CREATE TABLE book (id integer" + strings.Repeat(", c text", 100) + ");", []string{"x"}, "schema.sql line 1: "},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if c.schema == "" {
				c.schema = changed
			}
			library(t, c.schema)

			_, err := addreams(t, "", append([]string{"db", "generate"}, c.args...)...)

			require.ErrorContains(t, err, c.want)
			assert.Equal(t, []string{"0000_book.sql", "schema.sql"}, migrationFiles(t), "nothing is written")
		})
	}
}

// The migrations themselves may be wrong.
func TestDBGenerateBadMigrations(t *testing.T) {
	library(t, shelf)
	write(t, "migrations/0001_film.sql", "CREATE TABLE film (id integer REFERENCES;")
	_, err := addreams(t, "", "db", "generate", "x")
	require.ErrorContains(t, err, "the migrations can't be applied to an empty database: migration 0001_film.sql: d1: incomplete input")

	write(t, "migrations/other.sql", "SELECT 1;")
	_, err = addreams(t, "", "db", "generate", "x")
	assert.ErrorContains(t, err, "migration other.sql: name it NNNN_what_it_does.sql")
}

// A folder that can't be written to.
func TestDBGenerateWithoutPermission(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root may write anywhere")
	}
	library(t, shelf+"CREATE INDEX i ON book (nm);")
	require.NoError(t, os.Chmod("migrations", 0o500))
	t.Cleanup(func() { _ = os.Chmod("migrations", 0o700) })

	_, err := addreams(t, "", "db", "generate", "x")

	assert.ErrorContains(t, err, "write to migrations: ")
}
