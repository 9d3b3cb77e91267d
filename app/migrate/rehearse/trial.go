package rehearse

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/dialect"
	"github.com/addreams/addreams/app/d1/sqlite"
	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/migrate/rehearse/advice"
	"github.com/addreams/addreams/app/migrate/rehearse/lineage"
	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/rehearse/shadow"
	"github.com/addreams/addreams/app/migrate/rehearse/snapshot"
	"github.com/addreams/addreams/app/migrate/script"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// trial is the rehearsal of one file: what it does to the replica's schema and rows, in one transaction as on the
// target.
type trial struct {
	*rehearsal
	file     script.File
	tx       d1.Database
	before   schema.Schema // the schema before the file, with its renames applied
	lineage  *lineage.Lineage
	replaces bool // an INSERT may delete rows
	drops    []*droppedParent

	rowsBefore   map[string]snapshot.Snapshot // by old names
	keys         map[string]keyValues         // of incomplete tables
	collisions   []shadow.Rows
	copies       *lineage.Copies
	counters     map[string]int64
	brokenBefore map[string]bool // parts of the schema that did not compile before
	staleBefore  map[string]bool // full-text tables whose index did not match their content before

	failure   failure // the statement that failed, if one did
	after     schema.Schema
	survivors []lineage.Survivor
	effect    migrate.Effect
	refusals  []migrate.Refusal
}

// failure is the statement that failed, and why.
type failure struct {
	statement dialect.Statement
	done      sqltext.Action
	message   string
}

// newTrial records the state before the file.
func (r *rehearsal) newTrial(ctx context.Context, file script.File) (*trial, error) {
	p := &trial{rehearsal: r, file: file, before: r.Schema.Clone(), lineage: lineage.New(r.Schema), rowsBefore: map[string]snapshot.Snapshot{}}
	for name, table := range r.Schema.Tables {
		if table.Virtual && !table.OwnsContent() {
			continue
		}
		taken, err := snapshot.Take(ctx, r.DB, table)
		if err != nil {
			return nil, err
		}
		p.rowsBefore[name] = taken
	}
	if err := p.readKeys(ctx); err != nil {
		return nil, err
	}
	var err error
	if p.counters, err = shadow.Counters(ctx, r.DB); err != nil {
		return nil, err
	}
	if p.staleBefore, err = r.Schema.StaleFullText(ctx, r.DB); err != nil {
		return nil, err
	}

	problems, err := schema.Check(ctx, r.DB, r.Schema)
	p.brokenBefore = map[string]bool{}
	for _, problem := range problems {
		p.brokenBefore[problem.What] = true
	}
	return p, err
}

// execute runs the file's statements, and checks what became of the schema and rows.
func (p *trial) execute(ctx context.Context, tx d1.Database) error {
	p.tx = tx
	p.copies = lineage.NewCopies(p.Replica, tx, p.lineage)
	p.replaces = p.mayReplace()
	if _, err := d1.Query(ctx, tx, migrate.ModernAlter); err != nil {
		return err
	}
	for _, statement := range p.file.Statements {
		if err := p.executeStatement(ctx, statement); err != nil {
			return err
		}
	}

	p.effect.TouchesRows = p.effect.TouchesRows || len(p.lineage.Changed) > 0 // by a trigger of a view or of one of the file's own tables

	var err error
	if p.after, err = schema.Inspect(ctx, tx); err != nil {
		return err
	}
	p.survivors = p.lineage.CompareSchemas(p.before, p.after, &p.effect)
	if err := p.findCollisions(ctx); err != nil {
		return err
	}
	for _, change := range p.lineage.SideEffects() {
		p.effect.Add(change)
	}
	if err := p.noteSampled(ctx); err != nil {
		return err
	}
	for _, judge := range [...]func(context.Context) error{
		p.checkDrops, p.checkNewReferences, p.checkRows, p.checkNewChecks, p.checkCounters, p.checkSchema, p.checkFullText,
	} {
		if err := judge(ctx); err != nil {
			return err
		}
	}
	p.refusals = append(p.refusals, p.effect.ApplyNotes(p.file)...)
	return nil
}

// executeStatement runs one statement.
func (p *trial) executeStatement(ctx context.Context, statement dialect.Statement) error {
	done := sqltext.ActionOf(statement)
	if done.Verb == sqltext.DropsTable {
		if err := p.beforeDrop(ctx, done.Table, statement.Line); err != nil {
			return err
		}
	}
	copy, err := p.copies.Read(ctx, statement)
	if err != nil {
		return err
	}
	if err := p.askUpdate(ctx, statement, done); err != nil {
		return err
	}
	p.DB.Watch(func(write sqlite.Write) { p.lineage.RecordWrite(write, done, p.replaces) })
	_, err = p.tx.Batch(ctx, d1.SQL(sqltext.WithBackquotes(statement)))
	p.DB.Watch(nil)

	var refused *d1.Error
	if errors.As(err, &refused) {
		p.failure = failure{statement, done, refused.Message}
		p.refuseStatement()
		return errFileFailed
	}
	if err != nil {
		return err
	}
	p.lineage.RecordStatement(done, p.before, &p.effect)
	p.lineage.Altered = p.lineage.Altered || done.Verb == sqltext.RenamesTable || done.Verb == sqltext.RenamesColumn || done.Verb == sqltext.AddsColumn
	p.recordDrops(done)
	return p.copies.RecordStatement(ctx, done, copy)
}

// refuseStatement says why the statement failed, unless that is a matter of rows.
func (p *trial) refuseStatement() {
	name, text := advice.QuotedName(p.failure.statement, p.failure.message)
	done := p.failure.done
	switch {
	case text:
		p.refuseText(name)
	case done.Verb == sqltext.RenamesTable && sqltext.Fold(done.Table) == sqltext.Fold(done.To):
		p.refuse(migrate.KindUnfit, "it renames "+done.Table+" to "+done.To+", which is the same name to SQLite: it does not tell A from a",
			"Leave the name as it is: queries may write it either way. If its case matters, rename the table to another name first.")
	case p.failure.done.Verb == sqltext.DropsTable && strings.Contains(p.failure.message, "FOREIGN KEY") && len(p.drops) > 0:
		p.refuseDrop(p.drops[len(p.drops)-1])
	}
}

// refuseText refuses a string in double quotes.
func (p *trial) refuseText(name string) {
	p.refuse(migrate.KindUnfit, `"`+name+`" names no column, so SQLite would take it for the text '`+name+"'", advice.UseSingleQuotes)
}

func (p *trial) refuse(kind migrate.Kind, what, advice string) {
	p.refusals = append(p.refusals, migrate.Refusal{Kind: kind, File: p.file.Name, Line: p.failure.statement.Line, What: what, Advice: advice})
}

// mayReplace reports whether a statement, a trigger or a table's definition may delete a row in order to insert
// another.
func (p *trial) mayReplace() bool {
	for _, statement := range p.file.Statements {
		if slices.ContainsFunc(statement.Tokens, func(token dialect.Token) bool { return token.Is("REPLACE") }) {
			return true
		}
	}
	for _, object := range p.rehearsal.Schema.Objects {
		if object.Kind == "trigger" && slices.Contains(sqltext.Words(object.Definition), "replace") {
			return true
		}
	}
	for _, table := range p.rehearsal.Schema.Tables {
		if slices.ContainsFunc(table.Clauses, func(c schema.Clause) bool { return c.Text == "on conflict replace" }) {
			return true
		}
	}

	return false
}
