package sqlite_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/sqlite"
)

// A copy has the rows, the rules of D1 and a life of its own.
func TestCopy(t *testing.T) {
	first, err := sqlite.Open(sqlite.Memory)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, first.Close()) })
	_, err = first.Batch(t.Context(),
		d1.Statement{SQL: "CREATE TABLE parent (id INTEGER PRIMARY KEY AUTOINCREMENT)"},
		d1.Statement{SQL: "CREATE TABLE child (parent INTEGER REFERENCES parent (id))"},
		d1.Statement{SQL: "INSERT INTO parent VALUES (7)"},
	)
	require.NoError(t, err)

	content, err := first.Bytes(t.Context())
	require.NoError(t, err)
	second, err := sqlite.OpenCopy(t.Context(), content)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, second.Close()) })

	_, err = d1.Query(t.Context(), second, "INSERT INTO child VALUES (6)")
	assert.ErrorContains(t, err, "FOREIGN KEY")
	_, err = d1.Query(t.Context(), second, "PRAGMA foreign_keys = OFF; SELECT 1")
	assert.Error(t, err)
	_, err = d1.Query(t.Context(), second, "ATTACH 'x' AS y")
	assert.Error(t, err)
	inserted, err := d1.Query(t.Context(), second, "INSERT INTO parent DEFAULT VALUES RETURNING id")
	require.NoError(t, err)
	assert.Equal(t, int64(8), inserted.Rows[0][0])
	left, err := d1.Query(t.Context(), first, "SELECT count(*) FROM parent")
	require.NoError(t, err)
	assert.Equal(t, int64(1), left.Rows[0][0])

	_, err = sqlite.OpenCopy(t.Context(), nil)
	assert.Error(t, err)
}
