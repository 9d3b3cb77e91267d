// Package migrated gives tests a database with the real schema.
package migrated

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/d1/sqlite"
	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/migrations"
)

// Open returns a database in memory with all migrations applied, for this test alone.
func Open(t testing.TB) *sqlite.Database {
	t.Helper()
	db, err := sqlite.Open(sqlite.Memory)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	// No rehearsal: the files are tested elsewhere, and an empty database has nothing to lose.
	engine, err := migrate.New(db, migrations.FS, migrate.Options{By: "test", Allow: []string{migrate.All}})
	require.NoError(t, err)
	_, err = engine.Apply(t.Context())
	require.NoError(t, err)
	return db
}
