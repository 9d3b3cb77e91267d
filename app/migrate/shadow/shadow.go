// Package shadow gives the migration engine a database to rehearse on: SQLite in memory. It stands apart from package
// migrate so that the Worker, which carries the engine, does not carry SQLite.
package shadow

import (
	"github.com/addreams/addreams/app/d1/sqlite"
	"github.com/addreams/addreams/app/migrate"
)

// Open makes an empty shadow. Its foreign keys are not enforced: a migration may refer to rows that only the real
// database has.
func Open() (migrate.Shadow, error) { return sqlite.Open(sqlite.Memory, sqlite.WithoutForeignKeys) }
