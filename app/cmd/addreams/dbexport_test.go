package main

import (
	"net/http"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/d1http/d1httptest"
	"github.com/addreams/addreams/app/d1/d1sql"
	"github.com/addreams/addreams/app/d1/d1test"
	"github.com/addreams/addreams/app/d1/sqlite"
)

// filled makes x.sqlite with the product's schema and a user.
func filled(t *testing.T) {
	t.Helper()
	elsewhere(t)
	must(t, "db", "migrate", "--sqlite", "x.sqlite")
	db, err := sqlite.Open("x.sqlite")
	require.NoError(t, err)
	_, err = d1.Query(t.Context(), db, "INSERT INTO user (id, name, email, created_at, updated_at) VALUES ('u1', 'O''Neil', 'o@example.com', 1, 2)")
	require.NoError(t, err)
	require.NoError(t, db.Close())
}

func TestDBExport(t *testing.T) {
	filled(t)
	assert.Regexp(t, `^x\.sql: \d+ tables with \d+ rows of x\.sqlite\n$`, must(t, "db", "export", "--sqlite", "x.sqlite", "--output", "x.sql"))

	script, err := os.ReadFile("x.sql")
	require.NoError(t, err)
	assert.Equal(t, string(script), must(t, "db", "export", "--sqlite", "x.sqlite"), "the standard output has the same")
	statements, err := d1sql.Split(string(script))
	require.NoError(t, err)
	db, err := sqlite.Open("y.sqlite")
	require.NoError(t, err)
	require.NoError(t, db.Transaction(t.Context(), func(tx d1.Database) error {
		for _, statement := range statements {
			if _, err := d1.Query(t.Context(), tx, statement.SQL); err != nil {
				return err
			}
		}
		return nil
	}))
	assert.Equal(t, "O'Neil", d1test.Query(t, db, "SELECT name FROM user")[0].Text(0))
	require.NoError(t, db.Close())

	status := must(t, "db", "status", "--sqlite", "y.sqlite")
	assert.Contains(t, status, "The schema is the one that the applied files produce.")
	assert.NotContains(t, status, "pending", "the ledgers are in the dump")
}

func TestDBExportOfAPart(t *testing.T) {
	filled(t)

	assert.JSONEq(t, `{"tables": 1, "rows": 1, "notes": []}`, must(t, "db", "export", "--sqlite", "x.sqlite", "--table", "user", "--output", "x.sql", "--json"))
	assert.NotContains(t, must(t, "db", "export", "--sqlite", "x.sqlite", "--no-data"), "INSERT INTO \"user\"")
	assert.NotContains(t, must(t, "db", "export", "--sqlite", "x.sqlite", "--no-schema", "--table", "user"), "CREATE")

	_, err := addreams(t, "", "db", "export", "--sqlite", "x.sqlite", "--no-schema", "--no-data")
	require.ErrorContains(t, err, "exclude each other: leave all but one out")
	_, err = addreams(t, "", "db", "export", "--sqlite", "x.sqlite", "--json")
	assert.EqualError(t, err, "--json says what was written, so it needs a file: add --output FILE")
}

// A link stays a link, and the file behind it is written.
func TestDBExportThroughALink(t *testing.T) {
	filled(t)
	write(t, "out/x.sql", "old")
	require.NoError(t, os.Symlink("out/x.sql", "link.sql"))

	must(t, "db", "export", "--sqlite", "x.sqlite", "--output", "link.sql")

	info, err := os.Lstat("link.sql")
	require.NoError(t, err)
	assert.NotZero(t, info.Mode()&os.ModeSymlink)
	assert.Contains(t, readText(t, "out/x.sql"), "CREATE TABLE")
}

// A file that is there stays as it was until the dump is whole.
func TestDBExportThatFails(t *testing.T) {
	elsewhere(t)
	_, err := addreams(t, "", "db", "export", "--sqlite", "none.sqlite")
	require.EqualError(t, err, "none.sqlite does not exist, so there is nothing to export")
	server := localStack(t)
	must(t, "db", "migrate", "--local")
	write(t, "out/x.sql", "old")
	server.Fault = func(path string, n int, w http.ResponseWriter, run func() (int, []byte)) {
		if path == "/raw" && n > 8 {
			d1httptest.Refuse(w, http.StatusBadRequest, 7500, "no such table: user")
			return
		}
		d1httptest.Write(w, run)
	}

	_, err = addreams(t, "", "db", "export", "--local", "--output", "out/x.sql")

	require.ErrorContains(t, err, "no such table: user")
	assertOnly(t, "out", "x.sql", "old")
	server.Fault = nil
	must(t, "db", "export", "--local", "--output", "out/x.sql")
	script, err := os.ReadFile("out/x.sql")
	require.NoError(t, err)
	assertOnly(t, "out", "x.sql", string(script))
	assert.Contains(t, string(script), "CREATE TABLE `user`")
}

func assertOnly(t *testing.T, folder, name, text string) {
	t.Helper()
	files, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Len(t, files, 1)
	assert.Equal(t, name, files[0].Name())
	content, err := os.ReadFile(folder + "/" + name)
	require.NoError(t, err)
	assert.Equal(t, text, string(content))
}
