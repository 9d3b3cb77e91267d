package sqlite_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/sqlite"
)

func TestReadCannotWrite(t *testing.T) {
	db, err := sqlite.Open(sqlite.Memory)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	_, err = db.Batch(t.Context(), d1.SQL("CREATE TABLE t (a)"), d1.SQL("INSERT INTO t VALUES (1)"))
	require.NoError(t, err)

	results, err := db.Read(t.Context(), d1.SQL("SELECT a FROM t"))
	require.NoError(t, err)
	assert.Equal(t, []d1.Row{{int64(1)}}, results[0].Rows)
	for _, sql := range [...]string{"UPDATE t SET a = 2", "DROP TABLE t", "CREATE INDEX i ON t (a)"} {
		_, err = db.Read(t.Context(), d1.SQL(sql))
		assert.EqualError(t, err, "d1: attempt to write a readonly database", sql)
	}

	_, err = db.Batch(t.Context(), d1.SQL("UPDATE t SET a = 3"))
	assert.NoError(t, err, "a batch after it writes as before")
}
