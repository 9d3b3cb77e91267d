package sqlite_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/sqlite"
)

// What another program writes to the file is neither held up nor seen.
func TestSnapshotStaysAsItIs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.sqlite")
	db, err := sqlite.Open(path)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	other, err := sqlite.Open(path)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, other.Close()) })
	_, err = d1.Query(t.Context(), db, "CREATE TABLE t (a)")
	require.NoError(t, err)

	err = db.Snapshot(t.Context(), func(tx d1.Database) error {
		for range 2 {
			result, err := d1.Query(t.Context(), tx, "SELECT a FROM t")
			require.NoError(t, err)
			assert.Empty(t, result.Rows)
			_, err = d1.Query(t.Context(), other, "INSERT INTO t VALUES (1)")
			require.NoError(t, err)
		}
		_, err := d1.Query(t.Context(), tx, "INSERT INTO t VALUES (1)")
		assert.EqualError(t, err, "d1: attempt to write a readonly database")
		return nil
	})

	require.NoError(t, err)
	result, err := d1.Query(t.Context(), db, "SELECT a FROM t")
	require.NoError(t, err)
	assert.Len(t, result.Rows, 2)
}
