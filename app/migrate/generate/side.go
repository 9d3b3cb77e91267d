package generate

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/sqlite"
	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/migrate/catalog"
	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// side is one of the two schemas, in a database in memory.
type side struct {
	db     *sqlite.Database
	schema schema.Schema
}

// newSide returns the schema that create makes in an empty database.
func newSide(ctx context.Context, create func(*sqlite.Database) error) (*side, error) {
	db, err := sqlite.Open(sqlite.Memory)
	if err != nil {
		return nil, err
	}
	made := &side{db: db}
	if err = create(db); err == nil {
		err = made.inspect(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return made, nil
}

func (s *side) close() error { return s.db.Close() }

// inspect reads the schema again.
func (s *side) inspect(ctx context.Context) (err error) {
	s.schema, err = inspect(ctx, s.db)
	return err
}

// inspect reads a schema, without the table that drizzle's migrator leaves.
func inspect(ctx context.Context, db d1.Database) (schema.Schema, error) {
	found, err := schema.Inspect(ctx, db)
	delete(found.Tables, "__drizzle_migrations")
	return found, err
}

// filesSide returns the schema that a folder's files make.
func filesSide(ctx context.Context, folder fs.FS) (*side, error) {
	return newSide(ctx, func(db *sqlite.Database) error {
		engine, err := migrate.New(db, folder, migrate.Options{Allow: []string{migrate.All}})
		if err == nil {
			_, err = engine.Apply(ctx)
		}
		if err != nil {
			return fmt.Errorf("the migrations can't be applied to an empty database: %w", err)
		}
		return nil
	})
}

// entriesSide returns the schema of a database's entries.
func entriesSide(ctx context.Context, entries []catalog.Entry) (*side, error) {
	return newSide(ctx, func(db *sqlite.Database) error { return catalog.Create(ctx, db, entries) })
}

// keys returns the definitions of a table's UNIQUE constraints, as those of unique indexes.
func keys(s schema.Schema, table string) map[string]bool {
	return uniques(s, table, func(name string) bool { return strings.HasPrefix(name, "sqlite_autoindex_") })
}

// uniqueIndexes returns the definitions of a table's unique indexes.
func uniqueIndexes(s schema.Schema, table string) map[string]bool {
	return uniques(s, table, func(name string) bool { return !strings.HasPrefix(name, "sqlite_autoindex_") })
}

func uniques(s schema.Schema, table string, which func(name string) bool) map[string]bool {
	found := map[string]bool{}
	for name, object := range s.Objects {
		if object.Kind == "unique index" && sqltext.Fold(object.Table) == table && which(name) {
			found[object.Definition] = true
		}
	}
	return found
}

// named returns the schema's indexes, views and triggers with a name of their own, sorted.
func named(s schema.Schema) []schema.Object {
	var found []schema.Object
	for _, name := range schema.Names(s.Objects, nil) {
		if !strings.HasPrefix(name, "sqlite_autoindex_") {
			found = append(found, s.Objects[name])
		}
	}
	return found
}
