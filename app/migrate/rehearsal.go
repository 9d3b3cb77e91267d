package migrate

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/dialect"
)

// rehearsal runs pending files on a shadow that starts as the target's schema, one statement at a time.
type rehearsal struct {
	shadow Shadow
	target d1.Database     // only asked whether tables are empty
	there  map[string]bool // the target's tables
	now    schema          // of the shadow
}

// rehearse opens a shadow with the objects. The caller closes it.
func (e *Engine) rehearse(ctx context.Context, objects []object) (*rehearsal, error) {
	shadow, err := e.options.Shadow()
	if err != nil {
		return nil, err
	}
	if err := copyInto(ctx, shadow, objects); err != nil {
		return nil, errors.Join(fmt.Errorf("copy the database's schema to a shadow: %w", err), shadow.Close())
	}
	now, err := inspect(ctx, shadow)
	if err != nil {
		return nil, errors.Join(err, shadow.Close())
	}
	there := map[string]bool{}
	for name := range now.tables {
		there[name] = true
	}
	return &rehearsal{shadow: shadow, target: e.db, there: there, now: now}, nil
}

// run rehearses a file and tells its effect, or why it can't be applied.
func (r *rehearsal) run(ctx context.Context, file File) (Effect, []Refusal, error) {
	before, line := r.now, newLineage(r.now)
	var effect Effect
	var refusals []Refusal
	for _, statement := range file.Statements {
		done := actionOf(statement)
		if done.verb == dropsTable && line.known(done.table) {
			refused, err := r.cascades(ctx, file, statement, done.table)
			if err != nil {
				return effect, nil, err
			}
			refusals = append(refusals, refused...)
		}
		if refused, err := r.step(ctx, file, statement); err != nil || refused != nil {
			return effect, append(refusals, refused...), err
		}
		line.follow(done, before, &effect)
	}
	now, err := inspect(ctx, r.shadow)
	if err != nil {
		return effect, nil, err
	}
	r.now = now
	line.finish(before, now, &effect)
	return effect, refusals, nil
}

// step runs one statement on the shadow.
func (r *rehearsal) step(ctx context.Context, file File, statement dialect.Statement) ([]Refusal, error) {
	_, err := r.shadow.Batch(ctx, d1.SQL(statement.SQL))
	var refused *d1.Error
	switch {
	case err == nil:
		return nil, nil
	case !errors.As(err, &refused):
		return nil, err
	}
	advice := "Correct the statement; nothing was sent."
	if strings.HasSuffix(refused.Message, "already exists") {
		advice = "If the schema was made without this ledger, adopt it: addreams db baseline."
	}
	if what, instead, found := beyond(refused.Message); found {
		return []Refusal{{Failing, file.Name, statement.Line, what, instead}}, nil
	}
	return []Refusal{{Failing, file.Name, statement.Line, refused.Message, advice}}, nil
}

// lineage follows the tables that were there before a file through its renames and drops: present names to old ones.
type lineage struct {
	old     map[string]string
	deleted map[string]bool // old names of tables that rows were deleted from
}

func newLineage(before schema) lineage {
	line := lineage{map[string]string{}, map[string]bool{}}
	for name := range before.tables {
		line.old[name] = name
	}
	return line
}

func (l lineage) known(name string) bool { return l.old[key(name)] != "" }

// follow takes a statement's doing in. Renames are made in `before` too, so that they don't read as a drop and an add.
func (l lineage) follow(done action, before schema, effect *Effect) {
	old, known := l.old[key(done.table)]
	if !known {
		return
	}
	rows := "rows of " + old
	effect.touchesRows = effect.touchesRows || done.touchesRows()
	switch done.verb {
	case dropsTable:
		delete(l.old, key(done.table))
	case renamesTable:
		delete(l.old, key(done.table))
		l.old[key(done.to)] = old
	case renamesColumn:
		before.tables[old] = before.tables[old].withColumn(done.from, done.to)
		effect.add(Change{"~", "column " + old + "." + done.from, "renamed to " + done.to, DestructiveRisk})
	case inserts:
		effect.add(Change{"+", rows, "", Additive})
	case updates:
		effect.add(Change{"~", rows, "", DestructiveRisk})
	case deletes:
		l.deleted[old] = true
		effect.add(Change{"-", rows, "", Irreversible})
	}
}

// finish compares the schemas and names the tables whose rows must all be there afterwards.
func (l lineage) finish(before, now schema, effect *Effect) {
	was := schema{tables: map[string]*table{}, others: before.others}
	surviving := map[string]bool{}
	for _, present := range keys(l.old, nil) {
		old := l.old[present]
		surviving[old] = true
		was.tables[present] = before.tables[old]
		if present != old {
			effect.add(Change{"~", "table " + old, "renamed to " + present, DestructiveRisk})
		}
		l.guard(old, present, now, effect)
	}
	for _, old := range keys(before.tables, nil) {
		_, taken := l.old[old] // by another table that was there, renamed
		switch {
		case surviving[old]:
		case taken:
			effect.add(compareTable(before.tables[old], nil)[0])
		case now.tables[old] != nil:
			effect.add(Change{"~", "table " + old, "rebuilt", Rebuild})
			l.guard(old, old, now, effect)
			fallthrough
		default:
			was.tables[old] = before.tables[old]
		}
	}
	for _, change := range compare(was, now) {
		effect.add(change)
	}
}

func (l lineage) guard(old, present string, now schema, effect *Effect) {
	if table := now.tables[present]; table != nil && !table.virtual && !l.deleted[old] {
		effect.guarded = append(effect.guarded, guarded{old, present})
	}
}
