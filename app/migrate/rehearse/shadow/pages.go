package shadow

import (
	"context"
	"fmt"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

const (
	wholeBytes = 8 << 20  // of a table that is copied as a whole, as SQL
	totalBytes = 64 << 20 // of all such tables
	pageBytes  = 1 << 20  // of one answer, about
	pageRows   = 2_000
)

// copyWhole copies the other rows of the tables that are not too large. It reads pages, each from the last one's key
// on, since D1 limits the size of an answer. Tables without a usable key keep their first rows.
func (r *Replica) copyWhole(ctx context.Context, tables []*schema.Table) error {
	if r.wholeLimit <= r.sampleSize {
		return nil
	}
	var large []*schema.Table
	var batch []d1.Statement
	for _, table := range tables {
		if from := SourceOf(table); !r.Complete[sqltext.Fold(table.Name)] && !r.oversized[sqltext.Fold(table.Name)] && from.order() != nil {
			large = append(large, table)
			batch = append(batch, d1.SQL(fmt.Sprintf("SELECT count(*) AS n FROM (SELECT 1 FROM %s LIMIT %d)", sqltext.Quote(table.Name), r.wholeLimit+1)))
		}
	}
	if len(large) == 0 {
		return nil
	}
	counted, err := r.Target.Batch(ctx, batch...)
	if err != nil {
		return err
	}

	left := totalBytes
	for i, table := range large {
		var rows int
		if err := counted[i].Only("the number of rows", &rows); err != nil {
			return err
		}
		if rows > r.wholeLimit {
			continue
		}
		read, whole, err := r.copyPages(ctx, SourceOf(table), min(left, wholeBytes))
		if err != nil {
			return err
		}
		left -= read
		r.Complete[sqltext.Fold(table.Name)] = whole
	}
	return nil
}

// copyPages copies a table's rows by key, up to a number of bytes. It returns how many bytes it read, and whether all rows
// were copied.
func (r *Replica) copyPages(ctx context.Context, from source, most int) (read int, whole bool, err error) {
	behind, rows := "", r.sampleSize
	for read < most {
		result, err := d1.Query(ctx, r.Target, from.page(behind, rows).SQL)
		if err != nil {
			return read, false, err
		}
		if whole, err = r.write(ctx, from, result); err != nil || len(result.Rows) < rows {
			return read, whole, err
		}
		page, _, err := literals(result)
		if err != nil {
			return read, false, err
		}

		size := 1
		for _, row := range page {
			for _, value := range row {
				size += len(value)
			}
		}
		read += size
		if !whole {
			break
		}
		behind = from.after(page[len(page)-1])
		rows = max(1, min(pageRows, pageBytes*rows/size))
	}

	return read, false, nil
}

// order returns the columns by which a table's rows are read, quoted: those of its key; none if the key has no usable
// name.
func (s source) order() []string {
	switch {
	case s.rowid != "":
		return []string{s.rowid}
	case s.table.HasIntegerKey(), s.table.WithoutRowid():
		var names []string
		for _, name := range s.table.PrimaryKey() {
			names = append(names, sqltext.Quote(name))
		}
		return names
	}
	return nil
}

// page returns a query for rows in the order of the key.
func (s source) page(behind string, rows int) d1.Statement {
	return s.query(behind + " ORDER BY " + strings.Join(s.order(), ", ") + fmt.Sprintf(" LIMIT %d", rows))
}

// after returns the condition for rows after the given one.
func (s source) after(row []string) string {
	var values []string
	for _, name := range s.order() {
		for i, column := range s.columns {
			if sqltext.SameName(column, name) {
				values = append(values, row[i])
			}
		}
	}
	return " WHERE (" + strings.Join(s.order(), ", ") + ") > (" + strings.Join(values, ", ") + ")"
}
