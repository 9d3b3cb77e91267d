package dump

import (
	"context"
	"errors"
	"fmt"

	"github.com/addreams/addreams/app/d1"
)

const (
	readBytes  = 400_000                    // of a long value at a time
	writeBytes = d1.MaxStatement * 45 / 100 // of a long value in a statement, as hexadecimal digits
)

// longValues are the values of a row that its INSERT has no room for. The dump puts them together piece by piece in a table of
// their own, from which the INSERT takes them, so that the row is whole when its constraints are checked.
type longValues struct {
	table   string
	created bool
}

// place is a row: its table, and its key as literals.
type place struct {
	table *table
	key   []keyColumn
	at    []string
}

// expression returns the term that takes a column's value from the table.
func (l *longValues) expression(column int, kind string) string {
	return fmt.Sprintf("(SELECT CAST(value AS %s) FROM %s WHERE id = %d)", kind, l.table, column)
}

// write puts together the long values of a row, by their columns.
func (l *longValues) write(ctx context.Context, d *dumper, at place, long map[int]string) error {
	if !l.created {
		l.created = true
		if err := d.statement("CREATE TABLE " + l.table + " (id INTEGER PRIMARY KEY, value)"); err != nil {
			return err
		}
	}

	for column, name := range at.table.inserted() {
		if _, is := long[column]; !is {
			continue
		}
		if err := d.statement(fmt.Sprintf("INSERT INTO %s (id, value) VALUES (%d, x'')", l.table, column)); err != nil {
			return err
		}
		if err := l.copy(ctx, d, at, column, name); err != nil {
			return err
		}
	}

	return nil
}

// copy copies a value.
func (l *longValues) copy(ctx context.Context, d *dumper, at place, column int, name string) error {
	for from := 0; ; from += readBytes {
		result, err := d1.Query(ctx, d.db, at.table.piece(at.key, at.at, name, from, readBytes))
		if err != nil {
			return fmt.Errorf("read a long value of %s: %w", at.table.entry.Name, err)
		}
		var digits string
		if err := result.Only("a long value", &digits); err != nil {
			return errors.Join(fmt.Errorf("a row of %s was deleted while it was read: export again", at.table.entry.Name), err)
		}

		for begin := 0; begin < len(digits); begin += 2 * writeBytes {
			piece := digits[begin:min(begin+2*writeBytes, len(digits))]
			if err := d.statement(fmt.Sprintf("UPDATE %s SET value = value || x'%s' WHERE id = %d", l.table, piece, column)); err != nil {
				return err
			}
		}
		if len(digits) < 2*readBytes {
			return nil
		}
	}
}

// forget empties the table for the next row.
func (l *longValues) forget(d *dumper) error { return d.statement("DELETE FROM " + l.table) }

// drop removes the table, if there was a long value.
func (l *longValues) drop(d *dumper) error {
	if !l.created {
		return nil
	}
	return d.statement("DROP TABLE " + l.table)
}
