package rehearse

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/d1sql"
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
	inserts      []insert
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
	statement d1sql.Statement
	done      sqltext.Action
	message   string
}

// newTrial records the state before the file.
func (r *rehearsal) newTrial(ctx context.Context, file script.File) (*trial, error) {
	t := &trial{rehearsal: r, file: file, before: r.Schema.Clone(), lineage: lineage.New(r.Schema), rowsBefore: map[string]snapshot.Snapshot{}}
	for name, table := range r.Schema.Tables {
		if table.Virtual && !table.OwnsContent() {
			continue
		}
		taken, err := snapshot.Take(ctx, r.DB, table)
		if err != nil {
			return nil, err
		}
		t.rowsBefore[name] = taken
	}
	if err := t.readKeys(ctx); err != nil {
		return nil, err
	}
	var err error
	if t.counters, err = shadow.Counters(ctx, r.DB); err != nil {
		return nil, err
	}
	if t.staleBefore, err = r.Schema.StaleFullText(ctx, r.DB); err != nil {
		return nil, err
	}

	problems, err := schema.Check(ctx, r.DB, r.Schema)
	t.brokenBefore = map[string]bool{}
	for _, problem := range problems {
		t.brokenBefore[problem.What] = true
	}
	return t, err
}

// execute runs the file's statements, and checks what became of the schema and rows.
func (t *trial) execute(ctx context.Context, tx d1.Database) error {
	t.tx = tx
	t.checkNames()
	t.copies = lineage.NewCopies(t.Replica, tx, t.lineage)
	t.replaces = t.mayReplace()
	if _, err := d1.Query(ctx, tx, migrate.ModernAlter); err != nil {
		return err
	}
	for _, statement := range t.file.Statements {
		if err := t.executeStatement(ctx, statement); err != nil {
			return err
		}
	}

	t.effect.TouchesRows = t.effect.TouchesRows || len(t.lineage.Changed) > 0 // by a trigger of a view or of one of the file's own tables

	var err error
	if t.after, err = schema.Inspect(ctx, tx); err != nil {
		return err
	}
	t.survivors = t.lineage.CompareSchemas(t.before, t.after, &t.effect)
	if err := t.findCollisions(ctx); err != nil {
		return err
	}
	for _, change := range t.lineage.SideEffects() {
		t.effect.Add(change)
	}
	if err := t.noteSampled(ctx); err != nil {
		return err
	}
	for _, check := range [...]func(context.Context) error{
		t.checkDrops, t.checkNewReferences, t.checkRows, t.checkNewChecks, t.checkDefaults, t.checkCounters, t.checkSchema, t.checkCaptures, t.checkFullText,
	} {
		if err := check(ctx); err != nil {
			return err
		}
	}
	t.refusals = append(t.refusals, t.effect.ApplyNotes(t.file)...)
	return nil
}

// executeStatement runs one statement.
func (t *trial) executeStatement(ctx context.Context, statement d1sql.Statement) error {
	done := sqltext.ActionOf(statement)
	if done.Verb == sqltext.DropsTable {
		if err := t.beforeDrop(ctx, done.Table, statement.Line); err != nil {
			return err
		}
	}
	if refused, err := t.refuseRemoval(ctx, statement, done); err != nil || refused {
		return cmp.Or(err, errFileFailed)
	}
	copy, err := t.copies.Read(ctx, statement)
	if err != nil {
		return err
	}
	if err := t.askUpdate(ctx, statement, done); err != nil {
		return err
	}
	if err := t.noteInsert(ctx, copy); err != nil {
		return err
	}
	t.DB.Watch(func(write sqlite.Write) {
		t.lineage.RecordWrite(write, done, t.replaces)
		t.recordRemoval(write)
	})
	if !t.needsUnreadTexts(done, statement.Line) {
		_, err = t.tx.Batch(ctx, d1.SQL(sqltext.WithBackquotes(statement)))
	}
	t.DB.Watch(nil)

	var refused *d1.Error
	if errors.As(err, &refused) {
		t.failure = failure{statement, done, refused.Message}
		t.refuseStatement()
		return errFileFailed
	}
	if err != nil {
		return err
	}
	t.lineage.RecordStatement(done, t.before, &t.effect)
	t.lineage.Altered = t.lineage.Altered || done.Verb == sqltext.RenamesTable || done.Verb == sqltext.RenamesColumn || done.Verb == sqltext.AddsColumn
	t.recordDrops(done)
	return t.copies.RecordStatement(ctx, done, copy)
}

// refuseStatement says why the statement failed, unless that is a matter of rows.
func (t *trial) refuseStatement() {
	name, text := advice.QuotedName(t.failure.statement, t.failure.message)
	done := t.failure.done
	switch {
	case text:
		t.refuseText(name)
	case done.Verb == sqltext.RenamesTable && sqltext.SameName(done.Table, done.To):
		t.refuse(t.failure.statement.Line, migrate.KindInvalid, "it renames "+done.Table+" to "+done.To+", which is the same name to SQLite: it does not tell A from a",
			"Leave the name as it is: queries may write it either way. If its case matters, rename the table to another name first.")
	case t.failure.done.Verb == sqltext.DropsTable && strings.Contains(t.failure.message, "FOREIGN KEY") && len(t.drops) > 0:
		t.refuseDrop(t.drops[len(t.drops)-1])
	}
}

// refuseText refuses a string in double quotes.
func (t *trial) refuseText(name string) {
	t.refuse(t.failure.statement.Line, migrate.KindInvalid, `"`+name+`" names no column, so SQLite would take it for the text '`+name+"'", advice.UseSingleQuotes)
}

// refuse refuses the file because of a line of it, or as a whole if that is 0.
func (t *trial) refuse(line int, kind migrate.Kind, what, advice string) {
	t.refusals = append(t.refusals, migrate.Refusal{Kind: kind, File: t.file.Name, Line: line, What: what, Advice: advice})
}

// refusesLoss reports whether the file is refused already because it loses rows.
func (t *trial) refusesLoss() bool {
	return slices.ContainsFunc(t.refusals, func(r migrate.Refusal) bool { return r.Kind == migrate.KindLosing })
}

// mayReplace reports whether a statement, a trigger or a table's definition may delete a row in order to insert
// another.
func (t *trial) mayReplace() bool {
	for _, statement := range t.file.Statements {
		if slices.ContainsFunc(statement.Tokens, func(token d1sql.Token) bool { return token.Is("REPLACE") }) {
			return true
		}
	}
	for _, object := range t.rehearsal.Schema.Objects {
		if object.Kind == "trigger" && slices.Contains(sqltext.Words(object.Definition), "replace") {
			return true
		}
	}
	for _, table := range t.rehearsal.Schema.Tables {
		if slices.ContainsFunc(table.Clauses, func(c schema.Clause) bool { return c.Text == "on conflict replace" }) {
			return true
		}
	}

	return false
}
