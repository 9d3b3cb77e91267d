// Package rehearse tries migration files on a copy of the target in memory before they are applied: it runs them on
// the target's schema and rows, compares both before and after, and asks the target by read-only queries about rows
// that were not copied. It links SQLite, so only native programs import it; the Worker's engine goes without. It never
// writes to the target.
package rehearse

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/d1sql"
	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/migrate/catalog"
	"github.com/addreams/addreams/app/migrate/rehearse/idle"
	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/rehearse/shadow"
	"github.com/addreams/addreams/app/migrate/script"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// InMemory rehearses files on a copy of the target in memory. The zero value is ready to use.
type InMemory struct {
	// Sample is the number of rows that are copied from the start and the end of a large table; 250 if 0.
	Sample int
	// Whole is the number of rows up to which a table is copied completely. If 0, it is Sample, or 20,000 if that is 0 too.
	Whole int
}

const (
	sampleRows = 250
	wholeRows  = 20_000
)

// Rehearse runs the plan's pending files on a copy of the target.
func (m InMemory) Rehearse(ctx context.Context, target d1.Database, entries []catalog.Entry, plan *migrate.Plan) (err error) {
	rehearsal, err := m.open(ctx, target, entries)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rehearsal.DB.Close()) }()
	if err := rehearsal.Load(ctx, rehearsal.Schema.Reachable(namesIn(pendingFiles(*plan)))); err != nil {
		return err
	}
	twin, err := idle.New(ctx, *plan, entries)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, twin.Close()) }()

	for i, step := range plan.Steps {
		if step.State != migrate.Pending {
			continue
		}
		effect, refusals, err := rehearsal.run(ctx, step.File)
		if err == nil {
			idle, failed := twin.Run(ctx, step.File, &effect)
			refusals, err = append(refusals, idle...), failed
		}
		plan.Steps[i].Effect = &effect
		plan.Refusals = append(plan.Refusals, refusals...)
		if err != nil || rehearsal.failed {
			return err
		}
	}
	return nil
}

// Compare returns the changes from the schema of the files to that of the entries.
func (m InMemory) Compare(ctx context.Context, files []script.File, entries []catalog.Entry) ([]migrate.Change, error) {
	made, err := m.schemaOfFiles(ctx, files)
	if err != nil {
		return nil, err
	}
	built, err := m.schemaOfEntries(ctx, entries)
	if err != nil {
		return nil, err
	}
	return schema.Compare(made, built), nil
}

// open opens a rehearsal on the entries, without rows. The caller closes its database.
func (m InMemory) open(ctx context.Context, target d1.Database, entries []catalog.Entry) (*rehearsal, error) {
	copied, err := shadow.New(ctx, target, entries, cmp.Or(m.Sample, sampleRows), cmp.Or(m.Whole, m.Sample, wholeRows))
	if err != nil {
		return nil, err
	}
	return &rehearsal{Replica: copied, met: map[string]bool{}}, nil
}

// schemaOfFiles returns the schema that files make, for comparison.
func (m InMemory) schemaOfFiles(ctx context.Context, files []script.File) (schema.Schema, error) {
	rehearsal, err := m.open(ctx, nil, nil)
	if err != nil {
		return schema.Schema{}, err
	}

	defer rehearsal.DB.Close()
	for _, file := range files {
		if _, err := rehearsal.DB.Batch(ctx, d1.SQL(migrate.ModernAlter)); err != nil {
			return schema.Schema{}, err
		}
		for _, statement := range file.Statements {
			_, err := rehearsal.DB.Batch(ctx, d1.SQL(statement.SQL))
			if err != nil && !aboutRows(statement, err) {
				return schema.Schema{}, fmt.Errorf("%s line %d: %w", file.Name, statement.Line, err)
			}
		}
	}
	made, err := schema.Inspect(ctx, rehearsal.DB)
	return made.WithoutIndexNames(), err
}

// aboutRows reports whether a statement failed because rows are missing that it expects: a constraint, a trigger's RAISE, a
// text that a full-text index does not have. Whether it changes rows or fails, the schema stays what it is.
func aboutRows(statement d1sql.Statement, err error) bool {
	var refused *d1.Error
	verb := sqltext.ActionOf(statement).Verb
	return errors.As(err, &refused) && !strings.Contains(refused.Message, "no such ") &&
		(verb == sqltext.Inserts || verb == sqltext.Updates || verb == sqltext.Deletes)
}

// schemaOfEntries returns the schema that entries make, for comparison.
func (m InMemory) schemaOfEntries(ctx context.Context, objects []catalog.Entry) (schema.Schema, error) {
	rehearsal, err := m.open(ctx, nil, objects)
	if err != nil {
		return schema.Schema{}, err
	}
	return rehearsal.Schema.WithoutIndexNames(), rehearsal.DB.Close()
}

// namesIn returns the names that files mention, in lower case.
func namesIn(files []script.File) map[string]bool {
	names := map[string]bool{}
	for _, file := range files {
		for _, statement := range file.Statements {
			for _, token := range statement.Tokens {
				names[sqltext.Fold(sqltext.Name([]d1sql.Token{token}))] = true
			}
		}
	}
	return names
}

func pendingFiles(p migrate.Plan) []script.File {
	var files []script.File
	for _, step := range p.Pending() {
		files = append(files, step.File)
	}
	return files
}
