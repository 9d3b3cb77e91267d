// Package d1 is the small database door that the whole application goes through: statements with positional arguments,
// run one batch at a time. A batch is D1's transaction, and the only one there is. The package owns the shapes; it
// knows no table. Three adapters implement Database: sqlite (native server and tests), rest (D1 over HTTP, for
// deployments and the command line) and the D1 binding in package workers.
package d1

import (
	"context"
	"errors"
	"slices"
	"strings"
)

// Database runs batches of statements.
type Database interface {
	// Batch runs the statements in order, all or nothing, in one round trip, and returns one Result for each.
	// The error is an *Error when the database refused a statement; then nothing has changed.
	Batch(ctx context.Context, statements ...Statement) ([]Result, error)
}

// Statement is one SQL statement and what is bound to its `?` places, in order: nil, string, int64, int, bool
// (stored as 0 or 1), float64 or []byte, or *string and *int64 for what may be NULL; at most MaxArgs of them. Times are
// bound as Unix seconds. D1 binds every number as a double: a column's INTEGER affinity turns it back, an expression
// without a column (`? / 2`) does not.
type Statement struct {
	SQL  string
	Args []any
}

// SQL makes a statement.
func SQL(sql string, args ...any) Statement { return Statement{SQL: sql, Args: args} }

// Result is what one statement answered.
type Result struct {
	Columns []string
	Rows    []Row
	Changes int64 // rows inserted, updated or deleted
}

// Row holds one value a column: nil, string, int64, float64 or []byte. The readers below read column i, counted from
// 0, and panic if there is none: a query and its reader stand side by side.
type Row []any

// Text reads a string; NULL is "".
func (r Row) Text(i int) string {
	text, _ := r[i].(string)
	return text
}

// NullText reads a string that may be NULL, as nil.
func (r Row) NullText(i int) *string {
	if text, ok := r[i].(string); ok {
		return &text
	}
	return nil
}

// Int reads an integer; NULL is 0.
func (r Row) Int(i int) int64 {
	switch number := r[i].(type) {
	case int64:
		return number
	case float64:
		return int64(number)
	}
	return 0
}

// NullInt reads an integer that may be NULL, as nil.
func (r Row) NullInt(i int) *int64 {
	if r[i] == nil {
		return nil
	}
	number := r.Int(i)
	return &number
}

// Bool reads an integer as a claim: true unless 0 or NULL.
func (r Row) Bool(i int) bool { return r.Int(i) != 0 }

// Query runs one statement.
func Query(ctx context.Context, db Database, sql string, args ...any) (Result, error) {
	results, err := db.Batch(ctx, SQL(sql, args...))
	if err != nil {
		return Result{}, err
	}
	return results[0], nil
}

// Error is the database's refusal of a statement, in SQLite's words, as "UNIQUE constraint failed: user.email".
type Error struct{ Message string }

func (e *Error) Error() string { return "d1: " + e.Message }

// Violates tells whether err is a broken UNIQUE (or PRIMARY KEY) constraint on the column, named "table.column".
func Violates(err error, column string) bool {
	var refused *Error
	if !errors.As(err, &refused) {
		return false
	}
	_, columns, _ := strings.Cut(refused.Message, "UNIQUE constraint failed: ")
	columns, _, _ = strings.Cut(columns, ": ")
	return slices.Contains(strings.Split(columns, ", "), column)
}
