// Package migrated gives tests a database with the real schema.
package migrated

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/d1/sqlite"
	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/migrations"
)

// Open returns a database in memory with all migrations applied, for this test alone.
func Open(t testing.TB) *sqlite.Database {
	t.Helper()
	content, err := migrated()
	require.NoError(t, err)
	db, err := sqlite.OpenCopy(t.Context(), content)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

// migrated applies the migrations once, to the database that each test gets a copy of.
var migrated = sync.OnceValues(func() (content []byte, err error) {
	ctx := context.Background()
	db, err := sqlite.Open(sqlite.Memory)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	// No rehearsal: the files are tested elsewhere, and an empty database has nothing to lose.
	engine, err := migrate.New(db, migrations.FS, migrate.Options{By: "test", Allow: []string{migrate.All}})
	if err != nil {
		return nil, err
	}

	if _, err := engine.Apply(ctx); err != nil {
		return nil, err
	}
	return db.Bytes(ctx)
})
