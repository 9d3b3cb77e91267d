package sqlite

import (
	"database/sql"

	driversqlite "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/addreams/addreams/app/d1"
)

// limit gives the connection D1's limits, where SQLite itself can keep them. They belong to a physical connection, which
// database/sql may have replaced since the last batch. The last three were read off workerd.
func limit(conn *sql.Conn) error {
	for _, limit := range [...]struct{ id, value int }{
		{sqlite3.SQLITE_LIMIT_LENGTH, d1.MaxRow},
		{sqlite3.SQLITE_LIMIT_SQL_LENGTH, d1.MaxStatement},
		{sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, d1.MaxArgs},
		{sqlite3.SQLITE_LIMIT_COLUMN, d1.MaxColumns},
		{sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 50},
		{sqlite3.SQLITE_LIMIT_EXPR_DEPTH, 100},
		{sqlite3.SQLITE_LIMIT_COMPOUND_SELECT, 5},
	} {
		if _, err := driversqlite.Limit(conn, limit.id, limit.value); err != nil {
			return err
		}
	}
	return nil
}
