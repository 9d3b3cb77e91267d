// Package d1test gives tests a database with the real schema.
package d1test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/d1/sqlite"
	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/migrate/shadow"
	"github.com/addreams/addreams/migrations"
)

// Open returns a database in memory with all migrations applied, for this test alone.
func Open(t testing.TB) *sqlite.Database {
	t.Helper()
	db, err := sqlite.Open(sqlite.Memory)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	engine, err := migrate.New(db, migrations.FS, migrate.Options{Shadow: shadow.Open, By: "test"})
	require.NoError(t, err)
	_, err = engine.Apply(t.Context())
	require.NoError(t, err)
	return db
}
