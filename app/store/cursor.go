package store

import (
	"fmt"

	"github.com/addreams/addreams/app/studio"
)

// afterCursor continues a list behind a row. If that row was deleted, the rows of its second come again.
const afterCursor = `
		AND created_at <= ?
		AND (
			created_at < ?
			OR rowid < coalesce((SELECT rowid FROM %[1]s last WHERE last.id = ?), 9223372036854775807)
		)`

const newestBehindCursor = `
	ORDER BY created_at DESC, rowid DESC
	LIMIT ?`

// behind returns the condition, with its arguments, for the rows of a table that come after a cursor.
func behind(table string, after *studio.Cursor) (where string, args []any) {
	if after == nil {
		return "", nil
	}
	at := seconds(after.At)
	return fmt.Sprintf(afterCursor, table), []any{at, at, after.ID}
}
