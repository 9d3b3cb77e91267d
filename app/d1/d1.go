// Package d1 is the interface to the database that the whole application uses: statements with positional arguments,
// run one batch at a time. A batch is D1's only kind of transaction. The package knows no table. Three adapters implement
// Database: sqlite (native server and tests), d1http (D1 over HTTP, for deployments and the command line) and the D1
// binding in package workers.
package d1

import (
	"context"
	"errors"
	"slices"
	"strings"
)

// Database runs batches of statements.
type Database interface {
	// Batch runs the statements in order, all or nothing, in one round trip, and returns one Result per statement.
	// The error is an *Error if the database refused a statement; nothing has changed then.
	Batch(ctx context.Context, statements ...Statement) ([]Result, error)
}

// Statement is one SQL statement and the arguments for its `?` parameters, in order: nil, string, int64, int, bool (stored
// as 0 or 1), float64 or []byte, or *string and *int64 for a value that may be NULL; at most MaxArgs of them. Times are
// bound as Unix seconds. D1 binds every number as a double: a column's INTEGER affinity converts it back, an expression
// without a column (`? / 2`) does not.
type Statement struct {
	SQL  string
	Args []any
}

// SQL returns a statement with its arguments.
func SQL(sql string, args ...any) Statement { return Statement{SQL: sql, Args: args} }

// Result is the result of one statement.
type Result struct {
	Columns []string
	Rows    []Row
	Changes int64 // rows inserted, updated or deleted
}

// Row holds one value per column: nil, string, int64, float64 or []byte. Result.Scan reads it with types.
type Row []any

// Query runs one statement and returns its result.
func Query(ctx context.Context, db Database, sql string, args ...any) (Result, error) {
	results, err := db.Batch(ctx, SQL(sql, args...))
	if err != nil {
		return Result{}, err
	}
	return results[0], nil
}

// Error is the database's refusal of a statement, with SQLite's message, such as "UNIQUE constraint failed: user.email".
type Error struct{ Message string }

func (e *Error) Error() string { return "d1: " + e.Message }

// Violates reports whether err says that a UNIQUE or PRIMARY KEY constraint failed on the column, named "table.column".
func Violates(err error, column string) bool {
	var refused *Error
	if !errors.As(err, &refused) {
		return false
	}
	_, columns, _ := strings.Cut(refused.Message, "UNIQUE constraint failed: ")
	columns, _, _ = strings.Cut(columns, ": ")
	return slices.Contains(strings.Split(columns, ", "), column)
}
