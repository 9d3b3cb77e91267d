//go:build !wasm

package migrate

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/dialect"
)

// performance is the rehearsal of one file: what it does to the shadow's schema and rows, in one transaction as on the
// target.
type performance struct {
	*rehearsal
	file     File
	tx       d1.Database
	before   schema // renamed along with the file
	line     *lineage
	replaces bool // an INSERT may delete rows
	drops    []*departure

	had      map[string]snapshot // by old table
	keys     map[string]keyed    // of tables that are not there as a whole
	met      []meeting
	copies   *copyings
	counters map[string]int64
	broken   map[string]bool // what did not compile before
	misled   map[string]bool // full-text tables whose index was not that of their content

	failure   failure // the statement that failed, if one did
	now       schema
	survivors []survivor
	effect    Effect
	refusals  []Refusal
}

type failure struct {
	statement dialect.Statement
	done      action
	message   string
}

func (r *rehearsal) performance(ctx context.Context, file File) (*performance, error) {
	p := &performance{rehearsal: r, file: file, before: r.now.clone(), line: newLineage(r.now), had: map[string]snapshot{}}
	for name, table := range r.now.tables {
		if table.virtual && !table.content() {
			continue
		}
		taken, err := snap(ctx, r.shadow, table)
		if err != nil {
			return nil, err
		}
		p.had[name] = taken
	}
	if err := p.noteKeys(ctx); err != nil {
		return nil, err
	}
	var err error
	if p.counters, err = counters(ctx, r.shadow); err != nil {
		return nil, err
	}
	if p.misled, err = r.now.misled(ctx, r.shadow); err != nil {
		return nil, err
	}
	problems, err := compile(ctx, r.shadow, r.now)
	p.broken = map[string]bool{}
	for _, problem := range problems {
		p.broken[problem.what] = true
	}
	return p, err
}

// play runs the file's statements, and judges what became of schema and rows.
func (p *performance) play(ctx context.Context, tx d1.Database) error {
	p.tx = tx
	p.copies = p.copyings(tx, p.line)
	p.replaces = p.mayReplace()
	if _, err := d1.Query(ctx, tx, modernAlter); err != nil {
		return err
	}
	for _, statement := range p.file.Statements {
		if err := p.perform(ctx, statement); err != nil {
			return err
		}
	}

	p.effect.touchesRows = p.effect.touchesRows || len(p.line.changed) > 0 // by a trigger, of a view or of a table of the file's own

	var err error
	if p.now, err = inspect(ctx, tx); err != nil {
		return err
	}
	p.survivors = p.line.finish(p.before, p.now, &p.effect)
	if err := p.meet(ctx); err != nil {
		return err
	}
	for _, change := range p.line.besides() {
		p.effect.add(change)
	}
	if err := p.noteUnseen(ctx); err != nil {
		return err
	}
	for _, judge := range [...]func(context.Context) error{
		p.judgeDrops, p.judgeHeld, p.judgeRows, p.judgeChecks, p.judgeCounters, p.judgeSchema, p.judgeFullText,
	} {
		if err := judge(ctx); err != nil {
			return err
		}
	}
	p.refusals = append(p.refusals, p.effect.settle(p.file)...)
	return nil
}

// perform runs one statement.
func (p *performance) perform(ctx context.Context, statement dialect.Statement) error {
	done := actionOf(statement)
	if done.verb == dropsTable {
		if err := p.watchDrop(ctx, done.table, statement.Line); err != nil {
			return err
		}
	}
	copy, err := p.copies.read(ctx, statement)
	if err != nil {
		return err
	}
	if err := p.askUpdate(ctx, statement, done); err != nil {
		return err
	}
	p.shadow.Watch(func(write Write) { p.line.wrote(write, done, p.replaces) })
	_, err = p.tx.Batch(ctx, d1.SQL(strict(statement)))
	p.shadow.Watch(nil)

	var refused *d1.Error
	if errors.As(err, &refused) {
		p.failure = failure{statement, done, refused.Message}
		p.fail()
		return errEnds
	}
	if err != nil {
		return err
	}
	p.line.follow(done, p.before, &p.effect)
	p.line.altered = p.line.altered || done.verb == renamesTable || done.verb == renamesColumn || done.verb == addsColumn
	p.followDrops(done)
	return p.copies.follow(ctx, done, copy)
}

// fail says why the statement failed, as far as that is no question of rows.
func (p *performance) fail() {
	name, text := taken(p.failure.statement, p.failure.message)
	done := p.failure.done
	switch {
	case text:
		p.refuseText(name)
	case done.verb == renamesTable && key(done.table) == key(done.to):
		p.refuse(Unfit, "it renames "+done.table+" to "+done.to+", which is the same name to SQLite: it makes no difference between A and a",
			"Leave the name as it is; a query may write it either way. If it has to be shown so, rename the table to another name first.")
	case p.failure.done.verb == dropsTable && strings.Contains(p.failure.message, "FOREIGN KEY") && len(p.drops) > 0:
		p.refuseDrop(p.drops[len(p.drops)-1])
	}
}

func (p *performance) refuseText(name string) {
	p.refuse(Unfit, `"`+name+`" names no column, so SQLite would take it for the text '`+name+"'", adviceText)
}

func (p *performance) refuse(kind Kind, what, advice string) {
	p.refusals = append(p.refusals, Refusal{kind, p.file.Name, p.failure.statement.Line, what, advice})
}

// mayReplace reports whether a statement, a trigger or a table's own definition may delete a row to insert another.
func (p *performance) mayReplace() bool {
	for _, statement := range p.file.Statements {
		if slices.ContainsFunc(statement.Tokens, func(token dialect.Token) bool { return token.Is("REPLACE") }) {
			return true
		}
	}
	for _, object := range p.rehearsal.now.others {
		if object.kind == "trigger" && slices.Contains(words(object.definition), "replace") {
			return true
		}
	}
	for _, table := range p.rehearsal.now.tables {
		if slices.ContainsFunc(table.clauses, func(c clause) bool { return c.text == "on conflict replace" }) {
			return true
		}
	}
	return false
}
