//go:build !wasm

package migrate

import (
	"context"
	"fmt"
	"strings"

	"github.com/addreams/addreams/app/d1"
)

const (
	wholeBytes = 8 << 20  // of a table that is copied as a whole, as SQL
	allBytes   = 64 << 20 // of all such tables
	pageBytes  = 1 << 20  // of one answer, about
	pageRows   = 2_000
)

// copyWhole copies the rest of the tables that are not too large. They are read in pages, each from behind the last one's
// key, since an answer of D1 is limited. A table without a key to go by keeps its first rows.
func (r *rehearsal) copyWhole(ctx context.Context, tables []*table) error {
	if r.most <= r.sample {
		return nil
	}
	var large []*table
	var batch []d1.Statement
	for _, table := range tables {
		if from := sourceOf(table); !r.whole[key(table.name)] && !r.unfit[key(table.name)] && from.order() != nil {
			large = append(large, table)
			batch = append(batch, d1.SQL(fmt.Sprintf("SELECT count(*) AS n FROM (SELECT 1 FROM %s LIMIT %d)", quote(table.name), r.most+1)))
		}
	}
	if len(large) == 0 {
		return nil
	}
	counted, err := r.target.Batch(ctx, batch...)
	if err != nil {
		return err
	}

	left := allBytes
	for i, table := range large {
		if counted[i].Rows[0].Int(0) > int64(r.most) {
			continue
		}
		read, whole, err := r.copyPages(ctx, sourceOf(table), min(left, wholeBytes))
		if err != nil {
			return err
		}
		left -= read
		r.whole[key(table.name)] = whole
	}
	return nil
}

// copyPages copies a table's rows by its key, up to so many bytes, and returns how many it read.
func (r *rehearsal) copyPages(ctx context.Context, from source, most int) (read int, whole bool, err error) {
	behind, rows := "", r.sample
	for whole = true; whole && read < most; {
		result, err := d1.Query(ctx, r.target, from.page(behind, rows).SQL)
		if err != nil {
			return read, false, err
		}
		all, err := r.write(ctx, from, result.Rows)
		if err != nil {
			return read, false, err
		}
		whole = whole && all
		if len(result.Rows) < rows {
			return read, whole, nil
		}

		size := 1
		for _, row := range result.Rows {
			for _, value := range texts(row) {
				size += len(value)
			}
		}
		read += size
		behind = from.behind(result.Rows[len(result.Rows)-1])
		rows = max(1, min(pageRows, pageBytes*rows/size))
	}
	return read, false, nil
}

// order are the columns that a table's rows are read by, quoted: those of its key; none if it has no name for that.
func (s source) order() []string {
	switch {
	case s.rowid != "":
		return []string{s.rowid}
	case s.table.integerKey(), s.table.withoutRowid():
		var names []string
		for _, name := range s.table.primaryKey() {
			names = append(names, quote(name))
		}
		return names
	}
	return nil
}

// page reads rows in the order of the key.
func (s source) page(behind string, rows int) d1.Statement {
	return s.query(behind + " ORDER BY " + strings.Join(s.order(), ", ") + fmt.Sprintf(" LIMIT %d", rows))
}

// behind is the condition for rows behind the one.
func (s source) behind(row d1.Row) string {
	var values []string
	for _, name := range s.order() {
		for i, column := range s.columns {
			if key(column) == key(name) {
				values = append(values, row.Text(i))
			}
		}
	}
	return " WHERE (" + strings.Join(s.order(), ", ") + ") > (" + strings.Join(values, ", ") + ")"
}
