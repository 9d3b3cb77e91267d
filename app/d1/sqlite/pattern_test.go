package sqlite_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/sqlite"
)

// More of them are compared with workerd's in app/migrate.
func TestPatterns(t *testing.T) {
	db, err := sqlite.Open(sqlite.Memory)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	cases := map[string]any{
		"x'61' LIKE 'A'": int64(1), "x'61' GLOB '[a-c]'": int64(1), "x'61' GLOB '[^a-c]'": int64(0), "'50%' LIKE '50x%' ESCAPE 'x'": int64(1),
		"'500' LIKE '50x%' ESCAPE 'x'": int64(0), "'a' LIKE NULL": nil, "1.0 LIKE '1.0'": int64(1), "'a' GLOB '*?'": int64(1), "'a' LIKE 'a' ESCAPE NULL": nil,
	}
	for expression, want := range cases {
		result, err := d1.Query(t.Context(), db, "SELECT "+expression+" AS found")

		require.NoError(t, err, expression)
		assert.Equal(t, want, result.Rows[0][0], expression)
	}
	refused := map[string]string{
		"x'61' LIKE '" + strings.Repeat("x", d1.MaxPattern+1) + "'": "LIKE or GLOB pattern too complex",
		"'a' LIKE 'a' ESCAPE 'ab'":                                  "ESCAPE expression must be a single character",
		"like('a')":                                                 "wrong number of arguments to function like()",
	}
	for expression, want := range refused {
		_, err := d1.Query(t.Context(), db, "SELECT "+expression+" AS found")

		assert.ErrorContains(t, err, want, expression)
	}
}
