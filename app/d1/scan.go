package d1

import (
	"fmt"
	"math"
	"strconv"
	"time"
)

// Scan copies row i, counted from 0, to the destinations, one per column and in the order of the columns. A destination is
// a *string, *int64, *int or *bool (0 or 1), what Seconds or Milliseconds return, or, for a column that may be NULL, a
// **string, **int64 or what NullSeconds returns: NULL is nil.
//
// Scan fails on a value of another type, on NULL where none may be, and on a row with fewer or more columns than
// destinations. The error names the column, and never holds the value.
func (r Result) Scan(i int, destinations ...any) error {
	row := r.Rows[i]
	if len(row) != len(destinations) {
		return fmt.Errorf("%d columns are read, the row has %d%s", len(destinations), len(row), r.lastColumn(row))
	}
	for j, destination := range destinations {
		if !assign(destination, row[j]) {
			return fmt.Errorf("column %s: want %s, the row has %s", r.column(j), wanted(destination), found(row[j]))
		}
	}
	return nil
}

// Each reads all rows, one after the other, to the same destinations, as Scan does, and calls add after each. Errors name what
// is read.
func (r Result) Each(read string, add func(), destinations ...any) error {
	for i := range r.Rows {
		if err := r.Scan(i, destinations...); err != nil {
			return fmt.Errorf("read %s: %w", read, err)
		}
		add()
	}
	return nil
}

// Only reads the first row, as Scan does, of a statement that always returns one. Errors name what is read.
func (r Result) Only(read string, destinations ...any) error {
	if len(r.Rows) == 0 {
		return fmt.Errorf("read %s: the database returned no row", read)
	}
	if err := r.Scan(0, destinations...); err != nil {
		return fmt.Errorf("read %s: %w", read, err)
	}
	return nil
}

// Texts reads all rows of a statement whose columns are all text, however many. Errors name what is read.
func (r Result) Texts(read string) ([][]string, error) {
	rows := make([][]string, len(r.Rows))
	for i, row := range r.Rows {
		rows[i] = make([]string, len(row))
		for j, value := range row {
			if !assign(&rows[i][j], value) {
				return nil, fmt.Errorf("read %s: column %s: want text, the row has %s", read, r.column(j), found(value))
			}
		}
	}
	return rows, nil
}

// column returns the name of column j, or its position if the database named none.
func (r Result) column(j int) string {
	if j < len(r.Columns) {
		return r.Columns[j]
	}
	return strconv.Itoa(j)
}

// lastColumn says up to which column a row of another length goes.
func (r Result) lastColumn(row Row) string {
	if len(row) == 0 {
		return ""
	}
	return ", the last of which is " + r.column(len(row)-1)
}

type (
	seconds      time.Time
	milliseconds time.Time
	nullSeconds  *time.Time
)

// Seconds makes a time the destination of a column of Unix seconds.
func Seconds(at *time.Time) any { return (*seconds)(at) }

// NullSeconds does the same for a column that may be NULL.
func NullSeconds(at **time.Time) any { return (*nullSeconds)(at) }

// Milliseconds makes a time the destination of a column of Unix milliseconds.
func Milliseconds(at *time.Time) any { return (*milliseconds)(at) }

// assign stores a value at its destination, and reports whether it has the type for it.
func assign(destination, value any) bool {
	if value == nil {
		return assignNull(destination)
	}

	switch place := destination.(type) {
	case *string:
		text, ok := value.(string)
		*place = text
		return ok
	case **string:
		text, ok := value.(string)
		*place = &text
		return ok
	}
	number, ok := integerOf(value)
	return ok && assignInteger(destination, number)
}

func assignNull(destination any) bool {
	switch place := destination.(type) {
	case **string:
		*place = nil
	case **int64:
		*place = nil
	case *nullSeconds:
		*place = nil
	default:
		return false
	}
	return true
}

func assignInteger(destination any, number int64) bool {
	switch place := destination.(type) {
	case *int64:
		*place = number
	case **int64:
		kept := number // a copy: a parameter whose address is taken would always be on the heap
		*place = &kept
	case *int:
		*place = int(number)
	case *bool:
		*place = number == 1
		return number == 0 || number == 1
	case *seconds:
		*place = seconds(time.Unix(number, 0).UTC())
	case *nullSeconds:
		at := time.Unix(number, 0).UTC()
		*place = &at
	case *milliseconds:
		*place = milliseconds(time.UnixMilli(number).UTC())
	default:
		return false
	}
	return true
}

// integerOf reads an integer, which D1 may have computed as a double.
func integerOf(value any) (int64, bool) {
	switch number := value.(type) {
	case int64:
		return number, true
	case float64:
		return int64(number), number == math.Trunc(number) && math.Abs(number) <= maxInteger
	}
	return 0, false
}

// wanted names the type of a destination.
func wanted(destination any) string {
	switch destination.(type) {
	case *string:
		return "text"
	case **string:
		return "text or NULL"
	case **int64, *nullSeconds:
		return "an integer or NULL"
	case *int64, *int, *seconds, *milliseconds:
		return "an integer"
	case *bool:
		return "0 or 1"
	}
	return "a destination that Scan knows"
}

// found names the type of a value.
func found(value any) string {
	switch value.(type) {
	case nil:
		return "NULL"
	case string:
		return "text"
	case []byte:
		return "a BLOB"
	case int64:
		return "an integer"
	}
	return "a number"
}
