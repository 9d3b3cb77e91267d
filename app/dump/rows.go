package dump

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// statementValues limits the values of one INSERT: each takes a few of SQLite's operations, of which D1 allows
// d1.MaxOperations.
const statementValues = 4_000

// rows writes a table's rows.
func (d *dumper) rows(ctx context.Context, t *table) error {
	if d.NoData {
		return nil
	}
	if t.entry.Virtual() {
		if readable, err := d.fullText(ctx, t); err != nil || !readable {
			return err
		}
	}
	key, err := t.key()
	if err != nil {
		return err
	}

	columns := t.inserted()
	insert := inserter{d: d, head: "INSERT INTO " + sqltext.Quote(t.entry.Name) + " (" + strings.Join(columns, ", ") + ") VALUES\n"}
	var after []string
	for {
		page, err := d.page(ctx, t, key, after)
		if err != nil {
			return err
		}
		if len(page) == 0 {
			return insert.flush()
		}
		for _, cells := range page {
			after = cells[:len(key)]
			if err := d.row(ctx, &insert, place{t, key, after}, cells[len(key):]); err != nil {
				return err
			}
		}
		d.summary.Rows += int64(len(page))
	}
}

// page reads the rows after a key as literals: the key, then the inserted columns. A value that is too long has its type.
func (d *dumper) page(ctx context.Context, t *table, key []keyColumn, after []string) ([][]string, error) {
	for _, byBytes := range [...]bool{false, true} {
		rows, err := d.read(ctx, t, t.page(key, after, byBytes))
		if err != nil {
			return nil, err
		}
		if !byBytes && slices.ContainsFunc(rows, func(row []string) bool { return slices.ContainsFunc(row, suspect) }) {
			continue
		}

		for _, row := range rows {
			for i := range row {
				if row[i], err = literal(row[i]); err != nil {
					return nil, err
				}
			}
		}
		return rows, nil
	}
	return nil, nil
}

// read runs the statements, and joins their results column by column.
func (d *dumper) read(ctx context.Context, t *table, statements []d1.Statement) ([][]string, error) {
	results, err := d.db.Batch(ctx, statements...)
	if err != nil {
		return nil, fmt.Errorf("read the rows of %s: %w", t.entry.Name, err)
	}

	var rows [][]string
	for i, result := range results {
		more, err := result.Texts("the rows of " + t.entry.Name)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			rows = more
			continue
		}
		if len(more) != len(rows) {
			return nil, fmt.Errorf("the rows of %s were changed while they were read: export again", t.entry.Name)
		}
		for j := range more {
			rows[j] = append(rows[j], more[j]...)
		}
	}

	return rows, nil
}

// row writes a row, with its long values beforehand if it has some or doesn't fit in a statement.
func (d *dumper) row(ctx context.Context, insert *inserter, at place, cells []string) error {
	long := map[int]string{}
	for i, cell := range cells {
		if kind, is := longType(cell); is {
			long[i] = kind
		}
	}
	if len(long) == 0 && insert.fits(cells) {
		return insert.add(cells)
	}
	if err := insert.flush(); err != nil {
		return err
	}

	values := slices.Clone(cells)
	for {
		for i, kind := range long {
			values[i] = d.long.expression(i, kind)
		}
		if insert.fits(values) {
			break
		}
		i := longest(cells, long)
		if i < 0 {
			return fmt.Errorf("a row of %s does not fit in a statement of %d bytes", at.table.entry.Name, d1.MaxStatement)
		}
		long[i] = "TEXT"
		if strings.HasPrefix(cells[i], "X'") {
			long[i] = "BLOB"
		}
	}
	if err := d.long.write(ctx, d, at, long); err != nil {
		return err
	}
	if err := insert.add(values); err != nil {
		return err
	}
	if err := insert.flush(); err != nil {
		return err
	}
	return d.long.forget(d)
}

// longest returns the longest text or BLOB that is still among the cells; -1 if none is worth moving.
func longest(cells []string, long map[int]string) int {
	found, length := -1, 200
	for i, cell := range cells {
		if _, moved := long[i]; !moved && len(cell) > length {
			found, length = i, len(cell)
		}
	}
	return found
}

// inserter writes rows as INSERTs, as many in each as fit.
type inserter struct {
	d      *dumper
	head   string
	rows   strings.Builder
	values int
}

func (w *inserter) fits(cells []string) bool {
	size := len(w.head) + len("()")
	for _, cell := range cells {
		size += len(cell) + len(",")
	}
	return size <= d1.MaxStatement
}

func (w *inserter) add(cells []string) error {
	text := "(" + strings.Join(cells, ",") + ")"
	if w.values > 0 && (w.values+len(cells)+2 > statementValues || len(w.head)+w.rows.Len()+len(",\n")+len(text) > d1.MaxStatement) {
		if err := w.flush(); err != nil {
			return err
		}
	}
	if w.values > 0 {
		w.rows.WriteString(",\n")
	}
	w.rows.WriteString(text)
	w.values += len(cells) + 2
	return nil
}

func (w *inserter) flush() error {
	if w.values == 0 {
		return nil
	}
	err := w.d.statement(w.head + w.rows.String())
	w.rows.Reset()
	w.values = 0
	return err
}
