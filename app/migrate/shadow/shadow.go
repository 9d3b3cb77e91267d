// Package shadow gives the migration engine a database to rehearse on: SQLite in memory. It stands apart from package
// migrate so that the Worker, which carries the engine, does not carry SQLite.
package shadow

import (
	"github.com/addreams/addreams/app/d1/sqlite"
	"github.com/addreams/addreams/app/migrate"
)

// Open makes an empty shadow. Its foreign keys are not enforced until the engine says so.
func Open() (migrate.Shadow, error) {
	db, err := sqlite.Open(sqlite.Memory, sqlite.WithoutForeignKeys)
	if err != nil {
		return nil, err
	}
	return database{db}, nil
}

// database is a SQLite database whose writes are reported in the engine's words.
type database struct{ *sqlite.Database }

func (db database) Watch(written func(migrate.Write)) {
	if written == nil {
		db.Database.Watch(nil)
		return
	}
	db.Database.Watch(func(w sqlite.Write) {
		written(migrate.Write{Table: w.Table, Column: w.Column, Within: w.Within, Inserts: w.Kind == sqlite.Inserts})
	})
}
