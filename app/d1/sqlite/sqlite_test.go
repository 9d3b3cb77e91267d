package sqlite_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/sqlite"
	"github.com/addreams/addreams/migrations/migrated"
)

func open(t *testing.T, path string) *sqlite.Database {
	t.Helper()
	db, err := sqlite.Open(path)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

func query(t *testing.T, db d1.Database, sql string, args ...any) d1.Result {
	t.Helper()
	result, err := d1.Query(t.Context(), db, sql, args...)
	require.NoError(t, err)
	return result
}

func TestBatchIsOneTransaction(t *testing.T) {
	db := open(t, sqlite.Memory)
	query(t, db, "CREATE TABLE user (email TEXT UNIQUE)")

	_, err := db.Batch(t.Context(),
		d1.SQL("INSERT INTO user VALUES (?)", "ada@example.test"),
		d1.SQL("INSERT INTO user VALUES (?)", "ada@example.test"))

	var refused *d1.Error
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, "UNIQUE constraint failed: user.email", refused.Message)
	assert.True(t, d1.Violates(err, "user.email"))
	assert.Equal(t, int64(0), query(t, db, "SELECT count(*) FROM user").Rows[0][0])
}

func TestBatchAnswers(t *testing.T) {
	db := open(t, sqlite.Memory)
	results, err := db.Batch(t.Context(),
		d1.SQL("CREATE TABLE parent (id INTEGER PRIMARY KEY, at TIMESTAMP DEFAULT CURRENT_TIMESTAMP)"),
		d1.SQL("CREATE TABLE child (parent REFERENCES parent(id) ON DELETE CASCADE)"),
		d1.SQL("INSERT INTO parent VALUES (1, '2026-11-24 04:05:06'), (2, NULL) RETURNING id"),
		d1.SQL("INSERT INTO child VALUES (1), (1)"),
		d1.SQL("SELECT at FROM parent WHERE id = ?", 1),
		d1.SQL("DELETE FROM parent WHERE id = 1"),
		d1.SQL("SELECT NULL, 'ä', 7, 1.5, x'00ff'"))
	require.NoError(t, err)

	changes := make([]int64, len(results))
	for i, result := range results {
		changes[i] = result.Changes
	}
	assert.Equal(t, []int64{0, 0, 2, 2, 0, 3, 0}, changes, "cascaded rows count, as D1 counts them")
	assert.Equal(t, []d1.Row{{int64(1)}, {int64(2)}}, results[2].Rows)
	assert.Equal(t, d1.Row{"2026-11-24 04:05:06"}, results[4].Rows[0])
	assert.Equal(t, d1.Row{nil, "ä", int64(7), 1.5, []byte{0, 255}}, results[6].Rows[0])
	assert.Len(t, results[6].Columns, 5)
}

func TestArguments(t *testing.T) {
	db := open(t, sqlite.Memory)
	text, number := "x", int64(3)
	cases := map[string]struct{ arg, want any }{
		"null":           {nil, nil},
		"text":           {"it's", "it's"},
		"pointer":        {&text, "x"},
		"null pointer":   {(*string)(nil), nil},
		"number pointer": {&number, 3.0},
		"bytes":          {[]byte{1, 0}, []byte{1, 0}},
		"null bytes":     {[]byte(nil), nil},
		"true":           {true, 1.0},
		"int, a double":  {42, 42.0},
		"float":          {0.5, 0.5},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, tc.want, query(t, db, "SELECT ?", tc.arg).Rows[0][0])
		})
	}

	query(t, db, "CREATE TABLE t (n INTEGER)")
	assert.Equal(t, int64(42), query(t, db, "INSERT INTO t VALUES (?) RETURNING n", 42).Rows[0][0], "a column's affinity")
}

func TestRefusals(t *testing.T) {
	tooMany := make([]any, d1.MaxArgs+1)
	cases := map[string]struct {
		statement d1.Statement
		want      string
	}{
		"time":                {d1.SQL("SELECT ?", time.Unix(0, 0)), "type time.Time is not supported"},
		"101 arguments":       {d1.SQL("SELECT 1", tooMany...), "too many SQL variables"},
		"long statement":      {d1.SQL("SELECT '" + strings.Repeat("x", d1.MaxStatement) + "'"), "statement too long"},
		"large row":           {d1.SQL("SELECT ?", strings.Repeat("x", d1.MaxRow+1)), "too big"},
		"large built row":     {d1.SQL("SELECT zeroblob(2000001)"), "string or blob too big"},
		"large integer":       {d1.SQL("SELECT ?", int64(1)<<53), "loses digits"},
		"begin":               {d1.SQL("BEGIN"), "not authorized"},
		"commit":              {d1.SQL("COMMIT"), "not authorized"},
		"savepoint":           {d1.SQL("SAVEPOINT a"), "not authorized"},
		"attach":              {d1.SQL("ATTACH ':memory:' AS other"), "not authorized"},
		"temporary table":     {d1.SQL("CREATE TEMP TABLE t (a)"), "not authorized"},
		"Cloudflare's table":  {d1.SQL("CREATE TABLE _cf_t (a)"), "not authorized"},
		"pragma":              {d1.SQL("PRAGMA user_version = 3"), "not authorized"},
		"vacuum":              {d1.SQL("VACUUM"), "cannot VACUUM from within a transaction"},
		"virtual table":       {d1.SQL("CREATE VIRTUAL TABLE t USING rtree(a, b, c)"), "not authorized"},
		"function":            {d1.SQL("SELECT sqlite_version()"), "not authorized to use function: sqlite_version"},
		"two statements":      {d1.SQL("SELECT 1; SELECT 2"), "must be one SQL statement, this is 2"},
		"no statement":        {d1.SQL("-- nothing"), "must be one SQL statement, this is 0"},
		"unfinished string":   {d1.SQL("SELECT 'a"), "has no end"},
		"long LIKE":           {d1.SQL("SELECT 'a' LIKE '" + strings.Repeat("x", 51) + "'"), "pattern too complex"},
		"two columns, a name": {d1.SQL("SELECT 1 AS id, 2 AS id"), "two columns of the result are named id"},
		"syntax":              {d1.SQL("SELEC 1"), `near "SELEC": syntax error`},
		"foreign key":         {d1.SQL("INSERT INTO child VALUES (9)"), "FOREIGN KEY constraint failed"},
		"foreign keys off":    {d1.SQL("INSERT INTO child VALUES (8)"), "FOREIGN KEY constraint failed"},
		"deferred at the end": {d1.SQL("INSERT INTO late VALUES (8)"), "FOREIGN KEY constraint failed"},
	}
	db := open(t, sqlite.Memory)
	query(t, db, "CREATE TABLE parent (id INTEGER PRIMARY KEY)")
	query(t, db, "CREATE TABLE child (parent REFERENCES parent(id))")
	query(t, db, "CREATE TABLE late (parent REFERENCES parent(id) DEFERRABLE INITIALLY DEFERRED)")

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := db.Batch(t.Context(), d1.SQL("PRAGMA foreign_keys = OFF"), tc.statement)

			var refused *d1.Error
			require.ErrorAs(t, err, &refused)
			assert.Contains(t, refused.Message, tc.want)
			assert.Equal(t, int64(1), query(t, db, "SELECT 1").Rows[0][0], "the database still works")
		})
	}
}

func TestMemoryDatabasesAreApart(t *testing.T) {
	one, other := open(t, sqlite.Memory), open(t, sqlite.Memory)
	query(t, one, "CREATE TABLE t (a)")
	_, err := d1.Query(t.Context(), other, "SELECT * FROM t")
	assert.EqualError(t, err, "d1: no such table: t")
}

func TestFileKeepsItsRows(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a name with spaces & ?.sqlite")
	first, err := sqlite.Open(path)
	require.NoError(t, err)
	query(t, first, "CREATE TABLE t (a)")
	require.NoError(t, first.Close())

	assert.Empty(t, query(t, open(t, path), "SELECT * FROM t").Rows)
	assert.FileExists(t, path)
}

func TestUnusableFile(t *testing.T) {
	_, err := sqlite.Open(filepath.Join(t.TempDir(), "absent", "db.sqlite"))
	assert.ErrorContains(t, err, "open SQLite database")
}

func TestConcurrentBatches(t *testing.T) {
	for name, path := range map[string]string{"memory": sqlite.Memory, "file": filepath.Join(t.TempDir(), "db.sqlite")} {
		t.Run(name, func(t *testing.T) {
			db := open(t, path)
			query(t, db, "CREATE TABLE counter (n INTEGER)")
			query(t, db, "INSERT INTO counter VALUES (0)")
			var wait sync.WaitGroup
			for range 50 {
				wait.Go(func() {
					_, err := db.Batch(t.Context(), d1.SQL("UPDATE counter SET n = n + 1"), d1.SQL("SELECT n FROM counter"))
					assert.NoError(t, err)
				})
			}
			wait.Wait()
			assert.Equal(t, int64(50), query(t, db, "SELECT n FROM counter").Rows[0][0])
		})
	}
}

func TestCancelled(t *testing.T) {
	db := open(t, sqlite.Memory)
	query(t, db, "CREATE TABLE t (a)")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()

	_, err := db.Batch(ctx, d1.SQL("INSERT INTO t VALUES (1)"),
		d1.SQL("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"))

	require.ErrorIs(t, err, context.DeadlineExceeded)
	assert.Empty(t, query(t, db, "SELECT * FROM t").Rows, "rolled back, and the database still works")
}

func TestSchemaIsThere(t *testing.T) {
	db := migrated.Open(t)
	for _, table := range []string{"user", "session", "account", "verification", "user_profile", "credit_ledger", "generation"} {
		query(t, db, fmt.Sprintf("SELECT * FROM `%s`", table))
	}
}
