package store

import (
	"fmt"

	"github.com/addreams/addreams/app/studio"
)

// afterCursor continues a list behind a row. If that row was deleted, the rows of the same second are repeated.
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

// firstPart returns the first rows of a list, at most limit, and the cursor behind the last of them if there are more.
func firstPart[T any](rows []T, limit int, cursor func(last T) studio.Cursor) ([]T, *studio.Cursor) {
	if len(rows) <= limit {
		return rows, nil
	}
	next := cursor(rows[limit-1])
	return rows[:limit], &next
}
