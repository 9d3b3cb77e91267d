package shadow

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate/catalog"
	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// Load copies rows of the target's tables, notes which tables are complete, and then enforces foreign keys.
func (r *Replica) Load(ctx context.Context, tables []*schema.Table) error {
	return r.withoutEnforcement(ctx, func() error { return r.copyRows(ctx, tables) })
}

// withoutEnforcement runs write with triggers, CHECKs and foreign keys switched off.
func (r *Replica) withoutEnforcement(ctx context.Context, write func() error) error {
	found, err := d1.Query(ctx, r.DB, "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY rowid")
	if err != nil {
		return err
	}
	var name, create string
	var triggers, again []d1.Statement
	err = found.Each("the triggers", func() {
		triggers = append(triggers, d1.SQL("DROP TRIGGER "+sqltext.Quote(name)))
		again = append(again, d1.SQL(create))
	}, &name, &create)
	if err != nil {
		return err
	}
	if err := r.DB.EnforceForeignKeys(ctx, false); err != nil {
		return err
	}
	if _, err := r.DB.Batch(ctx, append(triggers, d1.SQL("PRAGMA ignore_check_constraints = ON"))...); err != nil {
		return err
	}

	if err := write(); err != nil {
		return err
	}

	if _, err := r.DB.Batch(ctx, append(again, d1.SQL("PRAGMA ignore_check_constraints = OFF"))...); err != nil {
		return err
	}
	return r.DB.EnforceForeignKeys(ctx, true)
}

func (r *Replica) copyRows(ctx context.Context, tables []*schema.Table) error {
	var ordinary, indexes []*schema.Table
	for _, table := range tables {
		switch {
		case !table.Virtual || table.OwnsContent():
			ordinary = append(ordinary, table)
		case table.Module() == "fts5":
			indexes = append(indexes, table)
		}
	}
	for _, step := range [...]func(context.Context, []*schema.Table) error{r.copyStarts, r.copyWhole, r.copyEnds, r.copyReferring, r.copyParents, r.copyCounters} {
		if err := step(ctx, ordinary); err != nil {
			return err
		}
	}

	return r.rebuildFullText(ctx, indexes)
}

// copyStarts copies the first rows, and notes which tables are complete.
func (r *Replica) copyStarts(ctx context.Context, tables []*schema.Table) error {
	results, err := r.read(ctx, tables, func(source) string { return fmt.Sprintf(" LIMIT %d", r.sampleSize+1) })
	if err != nil {
		return err
	}

	for i, result := range results {
		all, err := r.write(ctx, SourceOf(tables[i]), result)
		if err != nil {
			return err
		}
		r.Complete[sqltext.Fold(tables[i].Name)] = all && len(result.Rows) <= r.sampleSize
		r.oversized[sqltext.Fold(tables[i].Name)] = !all
	}

	return nil
}

// copyReferring copies rows with a parent for each foreign key of the tables that are not complete, so that the
// rehearsal shows what happens to them when the parent goes.
func (r *Replica) copyReferring(ctx context.Context, tables []*schema.Table) error {
	var of []source
	var batch []d1.Statement
	for _, table := range tables {
		from := SourceOf(table)
		if r.Complete[sqltext.Fold(table.Name)] || !table.WithoutRowid() && from.descending() == "" {
			continue
		}
		for _, parent := range table.ForeignKeys {
			terms := make([]string, len(parent.From))
			for i, column := range parent.From {
				terms[i] = sqltext.Quote(column) + " IS NOT NULL"
			}
			of = append(of, from)
			batch = append(batch, from.query(" WHERE "+strings.Join(terms, " AND ")+fmt.Sprintf(" LIMIT %d", r.sampleSize)))
		}
	}
	if len(batch) == 0 {
		return nil
	}

	results, err := r.Target.Batch(ctx, batch...)
	if err != nil {
		return err
	}
	for i, result := range results {
		if _, err := r.write(ctx, of[i], result); err != nil {
			return err
		}
	}
	return nil
}

// copyEnds copies the last rows of the tables that are not complete.
func (r *Replica) copyEnds(ctx context.Context, tables []*schema.Table) error {
	var large []*schema.Table
	for _, table := range tables {
		if !r.Complete[sqltext.Fold(table.Name)] && SourceOf(table).descending() != "" {
			large = append(large, table)
		}
	}
	results, err := r.read(ctx, large, func(s source) string { return s.descending() + fmt.Sprintf(" LIMIT %d", r.sampleSize) })
	if err != nil {
		return err
	}

	for i, result := range results {
		if _, err := r.write(ctx, SourceOf(large[i]), result); err != nil {
			return err
		}
	}

	return nil
}

func (r *Replica) read(ctx context.Context, tables []*schema.Table, rest func(source) string) ([]d1.Result, error) {
	batch := make([]d1.Statement, len(tables))
	for i, table := range tables {
		from := SourceOf(table)
		batch[i] = from.query(rest(from))
	}
	if len(batch) == 0 {
		return nil, nil
	}
	return r.Target.Batch(ctx, batch...)
}

// write inserts rows that the source's query read. It reports false if rows were left out, because they are too large or SQLite
// refuses them.
func (r *Replica) write(ctx context.Context, to source, read d1.Result) (all bool, err error) {
	rows, small, err := literals(read)
	if err != nil {
		return false, err
	}

	inserts, all := to.inserts(rows)
	all = all && small
	if len(inserts) == 0 {
		return all, nil
	}
	_, err = r.DB.Batch(ctx, inserts...)
	var refused *d1.Error
	if errors.As(err, &refused) {
		return false, nil
	}
	return all, err
}

// copyCounters copies the counters of AUTOINCREMENT, also of tables whose rows are not copied: a file may change them
// all. The ledger has one, so that every target has the table of counters.
func (r *Replica) copyCounters(ctx context.Context, _ []*schema.Table) error {
	counters := map[string]int64{catalog.WranglerTable: 1}
	for _, table := range r.Schema.Tables {
		if !slices.Contains(table.Clauses, schema.Clause{Text: "autoincrement", Column: ""}) {
			continue
		}
		found, err := Counters(ctx, r.Target)
		if err != nil {
			return err
		}
		maps.Copy(counters, found)
		break
	}

	batch := []d1.Statement{
		d1.SQL("CREATE TABLE addreams_counted (id INTEGER PRIMARY KEY AUTOINCREMENT)"), d1.SQL("DROP TABLE addreams_counted"),
		d1.SQL("DELETE FROM sqlite_sequence"),
	}
	for _, name := range schema.Names(counters, nil) {
		batch = append(batch, d1.SQL(fmt.Sprintf("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %d)", sqltext.Literal(r.nameOf(name)), counters[name])))
	}
	_, err := r.DB.Batch(ctx, batch...)
	return err
}

// nameOf returns the name of a table as SQLite keeps it with its counter.
func (r *Replica) nameOf(folded string) string {
	if table := r.Schema.Tables[folded]; table != nil {
		return table.Name
	}
	return folded
}

const selectCounters = "SELECT name, seq FROM sqlite_sequence ORDER BY rowid"

// rebuildFullText fills full-text tables whose content is in another table.
func (r *Replica) rebuildFullText(ctx context.Context, tables []*schema.Table) error {
	for _, table := range tables {
		_, err := d1.Query(ctx, r.DB, fmt.Sprintf("INSERT INTO %s (%s) VALUES ('rebuild')", sqltext.Quote(table.Name), sqltext.Quote(table.Name)))
		var refused *d1.Error
		if err != nil && !errors.As(err, &refused) {
			return err
		}
	}
	return nil
}

// Counters returns the counters of AUTOINCREMENT by table.
func Counters(ctx context.Context, db d1.Database) (map[string]int64, error) {
	found := map[string]int64{}
	result, err := d1.Query(ctx, db, selectCounters)
	var refused *d1.Error
	if errors.As(err, &refused) {
		return found, nil // no table has one
	}
	if err != nil {
		return nil, err
	}

	var name string
	var counter int64
	err = result.Each("the counters", func() {
		if _, seen := found[sqltext.Fold(name)]; !seen { // SQLite uses the first one
			found[sqltext.Fold(name)] = counter
		}
	}, &name, &counter)
	return found, err
}
