// Package shadow keeps a copy of the target in memory: its schema, and rows of the tables that a file may touch. It
// only reads from the target, and does not judge.
package shadow

import (
	"context"
	"errors"
	"fmt"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/sqlite"
	"github.com/addreams/addreams/app/migrate/catalog"
	"github.com/addreams/addreams/app/migrate/rehearse/schema"
)

// Replica is a database in memory that starts with the target's schema, and with rows wherever the target has some.
type Replica struct {
	DB           *sqlite.Database
	Target       d1.Database     // only read
	sampleSize   int             // rows at the start, and at the end, of a large table
	wholeLimit   int             // rows of a table that is copied as a whole
	TargetTables map[string]bool // the target's tables
	Complete     map[string]bool // tables with all rows that the target has, or would have
	oversized    map[string]bool // tables with a row that can't be copied
	Modified     map[string]bool // tables that differ from the target's by now
	Schema       schema.Schema   // of DB, up to the last file
}

// Open opens an empty database in memory. It does not enforce foreign keys until told to.
func Open() (*sqlite.Database, error) {
	return sqlite.Open(sqlite.Memory, sqlite.WithoutForeignKeys)
}

// New creates the entries in a new database, without rows. The caller closes it.
func New(ctx context.Context, target d1.Database, entries []catalog.Entry, sample, most int) (*Replica, error) {
	r := &Replica{
		Target: target, sampleSize: sample, wholeLimit: most,
		TargetTables: map[string]bool{}, Complete: map[string]bool{}, Modified: map[string]bool{}, oversized: map[string]bool{},
	}
	var err error
	if r.DB, err = Open(); err != nil {
		return nil, err
	}
	if err := catalog.Create(ctx, r.DB, entries); err != nil {
		return nil, errors.Join(fmt.Errorf("copy the database's schema into memory: %w", err), r.DB.Close())
	}
	if r.Schema, err = schema.Inspect(ctx, r.DB); err != nil {
		return nil, errors.Join(err, r.DB.Close())
	}

	for name := range r.Schema.Tables {
		r.TargetTables[name] = true
	}
	return r, nil
}
