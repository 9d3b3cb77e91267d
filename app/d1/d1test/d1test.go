// Package d1test reads databases in tests: a value of another type than the test expects fails it.
package d1test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/d1"
)

// Row is a row of a result.
type Row struct {
	t      testing.TB
	result d1.Result
	index  int
}

// Query runs a statement and returns its rows.
func Query(t testing.TB, db d1.Database, sql string, args ...any) []Row {
	t.Helper()
	result, err := d1.Query(t.Context(), db, sql, args...)
	require.NoError(t, err, sql)
	return Rows(t, result)
}

// Rows returns the rows of a result.
func Rows(t testing.TB, result d1.Result) []Row {
	rows := make([]Row, len(result.Rows))
	for i := range rows {
		rows[i] = Row{t, result, i}
	}
	return rows
}

// Values returns the values of all columns.
func (r Row) Values() d1.Row { return r.result.Rows[r.index] }

// Text returns the string in column i, counted from 0.
func (r Row) Text(i int) string { return read[string](r, i) }

// Int returns the integer in column i.
func (r Row) Int(i int) int64 { return read[int64](r, i) }

// Bool reports whether the 0 or 1 in column i is 1.
func (r Row) Bool(i int) bool { return read[bool](r, i) }

func read[T any](r Row, i int) (value T) {
	r.t.Helper()
	column := d1.Result{Rows: []d1.Row{r.Values()[i : i+1]}}
	if i < len(r.result.Columns) {
		column.Columns = r.result.Columns[i : i+1]
	}
	require.NoError(r.t, column.Scan(0, &value))
	return value
}
