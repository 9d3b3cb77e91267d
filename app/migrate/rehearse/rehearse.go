package rehearse

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/dialect"
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
	// Sample is how many rows at the start and at the end of a large table are copied; 250 if 0.
	Sample int
	// Whole is how many rows a table may have to be copied as a whole. If 0, it is Sample, or 20,000 if that is 0 too.
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

// Compare lists what makes the schema of the files into that of the entries.
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

// open opens a rehearsal on the entries, without rows. The caller closes its shadow.
func (m InMemory) open(ctx context.Context, target d1.Database, entries []catalog.Entry) (*rehearsal, error) {
	copied, err := shadow.New(ctx, target, entries, cmp.Or(m.Sample, sampleRows), cmp.Or(m.Whole, m.Sample, wholeRows))
	if err != nil {
		return nil, err
	}
	return &rehearsal{Replica: copied}, nil
}

// schemaOfFiles returns the schema that files make, in a form to be compared.
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

// aboutRows reports whether a statement failed for want of rows that it took to be there. The schema is the same then.
func aboutRows(statement dialect.Statement, err error) bool {
	var refused *d1.Error
	verb := sqltext.ActionOf(statement).Verb
	return errors.As(err, &refused) && strings.Contains(refused.Message, "constraint failed") &&
		(verb == sqltext.Inserts || verb == sqltext.Updates || verb == sqltext.Deletes)
}

// schemaOfEntries returns the schema that entries make, in a form to be compared.
func (m InMemory) schemaOfEntries(ctx context.Context, objects []catalog.Entry) (schema.Schema, error) {
	rehearsal, err := m.open(ctx, nil, objects)
	if err != nil {
		return schema.Schema{}, err
	}
	return rehearsal.Schema.WithoutIndexNames(), rehearsal.DB.Close()
}
