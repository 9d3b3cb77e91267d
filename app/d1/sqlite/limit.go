package sqlite

import (
	"database/sql"

	driversqlite "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/addreams/addreams/app/d1"
)

// limits are those that workerd sets in SQLite (SqliteDatabase::setupSecurity in src/workerd/util/sqlite.c++), or D1's own
// where those are stricter.
var limits = [...]struct{ id, value int }{
	{sqlite3.SQLITE_LIMIT_LENGTH, d1.MaxRow},
	{sqlite3.SQLITE_LIMIT_SQL_LENGTH, d1.MaxStatement},
	{sqlite3.SQLITE_LIMIT_COLUMN, d1.MaxColumns},
	{sqlite3.SQLITE_LIMIT_EXPR_DEPTH, d1.MaxDepth},
	{sqlite3.SQLITE_LIMIT_COMPOUND_SELECT, d1.MaxCompound},
	{sqlite3.SQLITE_LIMIT_VDBE_OP, d1.MaxOperations},
	{sqlite3.SQLITE_LIMIT_FUNCTION_ARG, d1.MaxFunctionArgs},
	{sqlite3.SQLITE_LIMIT_ATTACHED, 0},
	{sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, d1.MaxPattern},
	{sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, d1.MaxArgs},
	{sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH, d1.MaxTriggers},
	{sqlite3.SQLITE_LIMIT_WORKER_THREADS, 0},
}

// limit sets D1's limits on the connection, unless it has them. They belong to a physical connection, which database/sql may have
// replaced since the last batch.
func (db *Database) limit(conn *sql.Conn) error {
	if db.guard.limited {
		return nil
	}
	for _, limit := range limits {
		if _, err := driversqlite.Limit(conn, limit.id, limit.value); err != nil {
			return err
		}
	}

	db.guard.limited = true
	return nil
}
