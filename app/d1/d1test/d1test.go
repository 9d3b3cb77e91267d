// Package d1test gives tests a database with the real schema.
package d1test

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/dialect"
	"github.com/addreams/addreams/app/d1/sqlite"
	"github.com/addreams/addreams/migrations"
)

// Open returns a database in memory with all migrations applied, for this test alone.
func Open(t testing.TB) *sqlite.Database {
	t.Helper()
	db, err := sqlite.Open(sqlite.Memory)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })

	files, err := fs.Glob(migrations.FS, "*.sql")
	require.NoError(t, err)
	var script strings.Builder
	for _, file := range files {
		text, err := fs.ReadFile(migrations.FS, file)
		require.NoError(t, err)
		script.Write(text)
		script.WriteString(";\n")
	}
	statements, err := dialect.Split(script.String())
	require.NoError(t, err)
	batch := make([]d1.Statement, len(statements))
	for i, statement := range statements {
		batch[i] = d1.SQL(statement.SQL)
	}
	_, err = db.Batch(t.Context(), batch...)
	require.NoError(t, err)
	return db
}
