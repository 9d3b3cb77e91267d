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

// load brings rows of the target's tables to the shadow, and then has it enforce foreign keys. Tables that are not copied
// as a whole are noted.
func (r *rehearsal) load(ctx context.Context, tables []*table) error {
	return r.quietly(ctx, func() error { return r.copyRows(ctx, tables) })
}

// quietly writes to the shadow as long as nothing there acts on its own or refuses it: no trigger, CHECK or foreign key.
func (r *rehearsal) quietly(ctx context.Context, write func() error) error {
	found, err := d1.Query(ctx, r.shadow, "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY rowid")
	if err != nil {
		return err
	}
	var triggers, again []d1.Statement
	for _, row := range found.Rows {
		triggers = append(triggers, d1.SQL("DROP TRIGGER "+quote(row.Text(0))))
		again = append(again, d1.SQL(row.Text(1)))
	}
	if err := r.shadow.EnforceForeignKeys(ctx, false); err != nil {
		return err
	}
	if _, err := r.shadow.Batch(ctx, append(triggers, d1.SQL("PRAGMA ignore_check_constraints = ON"))...); err != nil {
		return err
	}

	if err := write(); err != nil {
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
		case !table.virtual || table.content():
			ordinary = append(ordinary, table)
		case table.module() == "fts5":
			indexes = append(indexes, table)
		}
	}
	for _, step := range [...]func(context.Context, []*table) error{r.copyStarts, r.copyWhole, r.copyEnds, r.copyReferring, r.copyParents, r.copyCounters} {
		if err := step(ctx, ordinary); err != nil {
			return err
		}
	}
	return r.index(ctx, indexes)
}

// copyStarts copies the first rows, and notes which tables were copied as a whole.
func (r *rehearsal) copyStarts(ctx context.Context, tables []*table) error {
	results, err := r.read(ctx, tables, func(source) string { return fmt.Sprintf(" LIMIT %d", r.sample+1) })
	if err != nil {
		return err
	}
	for i, result := range results {
		all, err := r.write(ctx, sourceOf(tables[i]), result.Rows)
		if err != nil {
			return err
		}
		r.whole[key(tables[i].name)] = all && len(result.Rows) <= r.sample
		r.unfit[key(tables[i].name)] = !all
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

// copyEnds copies the last rows of the tables that were not copied as a whole.
func (r *rehearsal) copyEnds(ctx context.Context, tables []*table) error {
	var large []*table
	for _, table := range tables {
		if !r.whole[key(table.name)] && sourceOf(table).last() != "" {
			large = append(large, table)
		}
	}
	results, err := r.read(ctx, large, func(s source) string { return s.last() + fmt.Sprintf(" LIMIT %d", r.sample) })
	if err != nil {
		return err
	}
	for i, result := range results {
		if _, err := r.write(ctx, sourceOf(large[i]), result.Rows); err != nil {
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
