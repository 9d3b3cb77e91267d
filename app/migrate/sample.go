//go:build !wasm

package migrate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1"
)

// sampleCell is how many bytes a value may have to be copied: a row with a larger one is left out.
const sampleCell = 20_000

// source is how a table's rows are read from the target, and written to the shadow as they are.
type source struct {
	table   *table
	columns []string // quoted; generated ones are left out
	rowid   string   // a name of the row's number that no column has; empty if the table has none, or needs none
}

func sourceOf(t *table) source {
	s := source{table: t}
	for _, column := range t.columns {
		if column.hidden == 0 {
			s.columns = append(s.columns, quote(column.name))
		}
	}
	if t.withoutRowid() || t.integerKey() || len(s.columns) >= d1.MaxColumns {
		return s
	}
	for _, name := range [...]string{"rowid", "_rowid_", "oid"} {
		if !t.has(name) {
			s.rowid = name
			s.columns = append([]string{name}, s.columns...)
			break
		}
	}
	return s
}

func (t *table) withoutRowid() bool { return slices.Contains(t.clauses, clause{"without rowid", ""}) }

// integerKey reports whether the row's number is a column of the table.
func (t *table) integerKey() bool {
	return slices.ContainsFunc(t.columns, func(c column) bool { return c.primary == 1 && c.kind == "integer" }) && len(t.primaryKey()) == 1
}

// query reads rows as SQL literals, NULL in the place of what is too large.
func (s source) query(rest string) d1.Statement {
	terms := make([]string, len(s.columns))
	for i, column := range s.columns {
		terms[i] = fmt.Sprintf("iif(length(CAST(%s AS BLOB)) > %d, NULL, quote(%s)) AS c%d", column, sampleCell, column, i)
	}
	return d1.SQL("SELECT " + strings.Join(terms, ", ") + " FROM " + quote(s.table.name) + rest)
}

// inserts writes rows, and leaves out those that have a value which is too large. D1 limits how much one statement holds.
func (s source) inserts(rows []d1.Row) (statements []d1.Statement, all bool) {
	const most = 100
	var values []string
	size := 0
	head := "INSERT OR IGNORE INTO " + quote(s.table.name) + " (" + strings.Join(s.columns, ", ") + ") VALUES "
	flush := func() {
		if len(values) > 0 {
			statements = append(statements, d1.SQL(head+strings.Join(values, ", ")))
		}
		values, size = nil, 0
	}

	all = true
	for _, row := range rows {
		if slices.Contains(row, nil) {
			all = false
			continue
		}
		text := "(" + strings.Join(texts(row), ", ") + ")"
		if len(head)+len(text) > d1.MaxStatement {
			all = false
			continue
		}
		if (len(values)+1)*len(row) > 20*most || len(values) == most || len(head)+size+len(text) > d1.MaxStatement/2 {
			flush()
		}
		values, size = append(values, text), size+len(text)+2
	}
	flush()
	return statements, all
}

// load brings rows of the target's tables to the shadow, and then has it enforce foreign keys. Tables that are not copied
// as a whole are noted.
func (r *rehearsal) load(ctx context.Context, tables []*table) error {
	var triggers, again []d1.Statement
	for _, object := range r.objects {
		if object.kind == "trigger" {
			triggers = append(triggers, d1.SQL("DROP TRIGGER "+quote(object.name)))
			again = append(again, d1.SQL(object.sql))
		}
	}
	if _, err := r.shadow.Batch(ctx, append(triggers, d1.SQL("PRAGMA ignore_check_constraints = ON"))...); err != nil {
		return err
	}

	if err := r.copyRows(ctx, tables); err != nil {
		return err
	}

	if _, err := r.shadow.Batch(ctx, append(again, d1.SQL("PRAGMA ignore_check_constraints = OFF"))...); err != nil {
		return err
	}
	return r.shadow.EnforceForeignKeys(ctx, true)
}

func (r *rehearsal) copyRows(ctx context.Context, tables []*table) error {
	var ordinary, indexes []*table
	for _, table := range tables {
		switch {
		case !table.virtual:
			ordinary = append(ordinary, table)
		case table.content():
			ordinary = append(ordinary, table)
		case table.module() == "fts5":
			indexes = append(indexes, table)
		}
	}
	if err := r.copyFrom(ctx, ordinary, fmt.Sprintf(" LIMIT %d", r.sample+1)); err != nil {
		return err
	}
	var large []*table
	for _, table := range ordinary {
		if !r.whole[key(table.name)] && !table.withoutRowid() && sourceOf(table).last() != "" {
			large = append(large, table)
		}
	}
	if err := r.copyEnds(ctx, large); err != nil {
		return err
	}
	if err := r.copyReferring(ctx, ordinary); err != nil {
		return err
	}
	if err := r.copyParents(ctx, ordinary); err != nil {
		return err
	}
	if err := r.copyCounters(ctx, ordinary); err != nil {
		return err
	}
	return r.index(ctx, indexes)
}

// module is a virtual table's: "fts5".
func (t *table) module() string {
	if using := words(t.clauses[0].text); t.virtual && len(using) > 1 {
		return using[1]
	}
	return ""
}

// content reports whether a full-text table keeps its content itself.
func (t *table) content() bool {
	return t.module() == "fts5" && !object{kind: "table", sql: t.sql}.hasOption("content")
}

// last orders by the row's number, the last first; empty if there is no name for it.
func (s source) last() string {
	switch {
	case s.rowid != "":
		return " ORDER BY " + s.rowid + " DESC"
	case s.table.integerKey():
		return " ORDER BY " + quote(s.table.primaryKey()[0]) + " DESC"
	}
	return ""
}

// copyFrom copies rows, and notes which tables were copied as a whole.
func (r *rehearsal) copyFrom(ctx context.Context, tables []*table, rest string) error {
	results, err := r.read(ctx, tables, func(s source) string { return rest })
	if err != nil {
		return err
	}
	for i, result := range results {
		all, err := r.write(ctx, sourceOf(tables[i]), result.Rows)
		if err != nil {
			return err
		}
		r.whole[key(tables[i].name)] = all && len(result.Rows) <= r.sample
	}
	return nil
}

func (r *rehearsal) copyEnds(ctx context.Context, tables []*table) error {
	results, err := r.read(ctx, tables, func(s source) string { return s.last() + fmt.Sprintf(" LIMIT %d", r.sample) })
	if err != nil {
		return err
	}
	for i, result := range results {
		if _, err := r.write(ctx, sourceOf(tables[i]), result.Rows); err != nil {
			return err
		}
	}
	return nil
}

// copyReferring copies rows for each foreign key of tables that are not there as a whole: what becomes of a row when its
// parent goes is seen on one that has a parent.
func (r *rehearsal) copyReferring(ctx context.Context, tables []*table) error {
	var of []source
	var batch []d1.Statement
	for _, table := range tables {
		from := sourceOf(table)
		if r.whole[key(table.name)] || !table.withoutRowid() && from.last() == "" {
			continue
		}
		for _, parent := range table.parents {
			terms := make([]string, len(parent.from))
			for i, column := range parent.from {
				terms[i] = quote(column) + " IS NOT NULL"
			}
			of = append(of, from)
			batch = append(batch, from.query(" WHERE "+strings.Join(terms, " AND ")+fmt.Sprintf(" LIMIT %d", r.sample)))
		}
	}
	if len(batch) == 0 {
		return nil
	}

	results, err := r.target.Batch(ctx, batch...)
	if err != nil {
		return err
	}
	for i, result := range results {
		if _, err := r.write(ctx, of[i], result.Rows); err != nil {
			return err
		}
	}
	return nil
}

func (r *rehearsal) read(ctx context.Context, tables []*table, rest func(source) string) ([]d1.Result, error) {
	batch := make([]d1.Statement, len(tables))
	for i, table := range tables {
		from := sourceOf(table)
		batch[i] = from.query(rest(from))
	}
	if len(batch) == 0 {
		return nil, nil
	}
	return r.target.Batch(ctx, batch...)
}

// write inserts rows into the shadow. What its SQLite refuses is left out, and the table is not whole then.
func (r *rehearsal) write(ctx context.Context, to source, rows []d1.Row) (all bool, err error) {
	inserts, all := to.inserts(rows)
	if len(inserts) == 0 {
		return all, nil
	}
	_, err = r.shadow.Batch(ctx, inserts...)
	var refused *d1.Error
	if errors.As(err, &refused) {
		return false, nil
	}
	return all, err
}

// copyCounters copies the counters of AUTOINCREMENT.
func (r *rehearsal) copyCounters(ctx context.Context, tables []*table) error {
	if !slices.ContainsFunc(tables, func(t *table) bool { return slices.Contains(t.clauses, clause{"autoincrement", ""}) }) {
		return nil
	}
	counters, err := d1.Query(ctx, r.target, selectCounters)
	if err != nil {
		return err
	}
	batch := []d1.Statement{d1.SQL("DELETE FROM sqlite_sequence")}
	for _, row := range counters.Rows {
		batch = append(batch, d1.SQL(fmt.Sprintf("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %d)", literal(row.Text(0)), row.Int(1))))
	}
	_, err = r.shadow.Batch(ctx, batch...)
	return err
}

const selectCounters = "SELECT name, seq FROM sqlite_sequence"

// index fills full-text tables whose content stands in another table.
func (r *rehearsal) index(ctx context.Context, tables []*table) error {
	for _, table := range tables {
		_, err := d1.Query(ctx, r.shadow, fmt.Sprintf("INSERT INTO %s (%s) VALUES ('rebuild')", quote(table.name), quote(table.name)))
		var refused *d1.Error
		if err != nil && !errors.As(err, &refused) {
			return err
		}
	}
	return nil
}
