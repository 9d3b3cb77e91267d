package dump_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/d1sql"
	"github.com/addreams/addreams/app/d1/d1test"
	"github.com/addreams/addreams/app/d1/sqlite"
	"github.com/addreams/addreams/app/dump"
	"github.com/addreams/addreams/app/migrate/catalog"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// database returns a database in memory in which the statements were run.
func database(t testing.TB, statements ...string) *sqlite.Database {
	t.Helper()
	db, err := sqlite.Open(sqlite.Memory)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	for _, statement := range statements {
		_, err := d1.Query(t.Context(), db, statement)
		require.NoError(t, err, statement)
	}
	return db
}

func export(t testing.TB, db d1.Database, options dump.Options) (string, dump.Summary) {
	t.Helper()
	var out bytes.Buffer
	summary, err := dump.Write(t.Context(), db, &out, options)
	require.NoError(t, err)
	return out.String(), summary
}

// load runs a dump as D1 does, in one transaction and within its limits.
func load(t testing.TB, script string, into *sqlite.Database) {
	t.Helper()
	statements, err := d1sql.Split(script)
	require.NoError(t, err)
	err = into.Transaction(t.Context(), func(tx d1.Database) error {
		for _, statement := range statements {
			assert.Empty(t, d1sql.Check(statement))
			if _, err := tx.Batch(t.Context(), d1.SQL(statement.SQL)); err != nil {
				return fmt.Errorf("%w: %.200s", err, statement.SQL)
			}
		}
		return nil
	})
	require.NoError(t, err)
}

// loadInSQLite runs a dump in SQLite without D1's rules, statement by statement, and opens the file.
func loadInSQLite(t testing.TB, script string) *sqlite.Database {
	t.Helper()
	path := filepath.Join(t.TempDir(), "loaded.sqlite")
	raw, err := sql.Open("sqlite", path+"?_pragma=foreign_keys(1)")
	require.NoError(t, err)
	_, err = raw.ExecContext(t.Context(), script)
	require.NoError(t, err)
	require.NoError(t, raw.Close())
	db, err := sqlite.Open(path)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

// contents is everything in a database: its schema, and the rows of every table and view.
func contents(t testing.TB, db d1.Database) map[string][]d1.Row {
	t.Helper()
	found := map[string][]d1.Row{}
	read := func(name, sql string) {
		result, err := d1.Query(t.Context(), db, sql)
		require.NoError(t, err, sql)
		found[name] = result.Rows
	}
	entries, err := db.Batch(t.Context(), d1.SQL(catalog.SelectEntries), d1.SQL(catalog.SelectShadowTables))
	require.NoError(t, err)
	all, err := catalog.ReadEntries(entries[0], entries[1])
	require.NoError(t, err)
	read("schema", "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE substr(name, 1, 7) <> 'sqlite_' ORDER BY type, name")

	for _, entry := range all {
		if entry.Kind != "table" && entry.Kind != "view" {
			continue
		}
		var terms []string
		for _, column := range d1test.Query(t, db, "SELECT name FROM pragma_table_xinfo("+sqltext.Literal(entry.Name)+") WHERE hidden <> 1") {
			name := sqltext.Quote(column.Text(0))
			terms = append(terms, fmt.Sprintf("+%s AS c%d", name, len(terms))) // without its type, which the driver would go by
		}
		read(entry.Name, "SELECT "+strings.Join(terms, ", ")+" FROM "+sqltext.Quote(entry.Name)+" ORDER BY "+strings.Join([]string{"1", "2", "3"}[:min(len(terms), 3)], ", "))
	}
	return found
}

// roundTrips writes the database, reads the dump back in both ways, and compares everything.
func roundTrips(t *testing.T, db d1.Database) string {
	t.Helper()
	script, _ := export(t, db, dump.Options{})
	want := contents(t, db)

	loaded := database(t)
	load(t, script, loaded)
	assert.Equal(t, want, contents(t, loaded), "in D1")
	assert.Equal(t, want, contents(t, loadInSQLite(t, script)), "in SQLite")

	again, _ := export(t, loaded, dump.Options{})
	assert.Equal(t, script, again, "the dump of the dump")
	return script
}

func manyColumns(n int) string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("c%d", i)
	}
	return strings.Join(names, ", ")
}

// counting counts batches, and the bytes of the largest answer.
type counting struct {
	d1.Database
	batches int
	largest int
}

func (c *counting) Batch(ctx context.Context, statements ...d1.Statement) ([]d1.Result, error) {
	results, err := c.Database.Batch(ctx, statements...)
	size := 0
	for _, result := range results {
		for _, row := range result.Rows {
			for _, value := range row {
				text, _ := value.(string)
				size += len(text)
			}
		}
	}
	c.batches, c.largest = c.batches+1, max(c.largest, size)
	return results, err
}
