//go:build !wasm

package migrate

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/d1sql"
)

// Baseline records files as applied without running them, on a database whose schema is proven equal to what they make:
// one that was made without this ledger. It takes the fewest files that prove equal, or those up to `through`, and marks
// them in both ledgers in one batch.
func (e *Engine) Baseline(ctx context.Context, through string) (Report, error) {
	report := Report{Files: []Done{}}
	if e.options.Shadow == nil {
		return report, ErrNoShadow
	}
	surveyed, err := survey(ctx, e.db)
	if err != nil {
		return report, err
	}
	if refusals := history(e.files, surveyed); len(refusals) > 0 {
		return report, &Refused{refusals}
	}
	if len(surveyed.objects) == 0 {
		return report, fmt.Errorf("the database is empty, there is nothing to adopt: run addreams db migrate")
	}
	if len(surveyed.records) == len(e.files) {
		return report, nil
	}
	n, err := e.proven(ctx, surveyed, strings.TrimSuffix(through, ".sql"))
	if err != nil {
		return report, err
	}
	return report, e.mark(ctx, e.files[len(surveyed.records):n], &report)
}

// proven is how many of the files make the schema that is there.
func (e *Engine) proven(ctx context.Context, surveyed target, through string) (int, error) {
	actual, err := e.built(ctx, surveyed.objects)
	if err != nil {
		return 0, err
	}
	var closest []Change
	name := ""
	for n := len(surveyed.records) + 1; n <= len(e.files); n++ {
		file := e.files[n-1]
		if file.flaw != nil {
			return 0, &Refused{unfit(file)}
		}
		if through != "" && strings.TrimSuffix(file.Name, ".sql") != through {
			continue
		}
		expected, err := e.expected(ctx, e.files[:n])
		if err != nil {
			return 0, err
		}
		differences := compare(expected, actual)
		if len(differences) == 0 {
			return n, nil
		}
		if name == "" || len(differences) <= len(closest) {
			closest, name = differences, file.Name
		}
	}
	if name == "" {
		return 0, fmt.Errorf("there is no migration %s to baseline", through)
	}
	return 0, fmt.Errorf("the database is not what the migrations make; nothing was recorded. Against %s it has:\n  %s",
		name, strings.Join(lines(closest), "\n  "))
}

// mark records files as applied.
func (e *Engine) mark(ctx context.Context, files []File, report *Report) error {
	batch := []d1.Statement{d1.SQL(createWrangler), d1.SQL(createLedger)}
	for _, file := range files {
		batch = append(batch, e.record(file, howBaseline, "")...)
	}
	if _, err := e.db.Batch(ctx, batch...); err != nil {
		return fmt.Errorf("record the baseline: %w", err)
	}
	for _, file := range files {
		report.mark(Step{Name: file.Name}, howBaseline)
	}
	return nil
}

// Drift lists what the database has that the applied files don't make, and the other way round; nothing if they agree.
func (e *Engine) Drift(ctx context.Context) ([]Change, error) {
	if e.options.Shadow == nil {
		return nil, ErrNoShadow
	}
	surveyed, err := survey(ctx, e.db)
	if err != nil {
		return nil, err
	}
	return e.drift(ctx, surveyed)
}

func (e *Engine) drift(ctx context.Context, surveyed target) ([]Change, error) {
	var applied []File
	for _, file := range e.files {
		if _, known := surveyed.records[file.Name]; known {
			applied = append(applied, file)
		}
	}
	expected, err := e.expected(ctx, applied)
	if err != nil {
		return nil, err
	}
	actual, err := e.built(ctx, surveyed.objects)
	if err != nil {
		return nil, err
	}
	return append([]Change{}, compare(expected, actual)...), nil
}

// prove refuses what wrangler recorded, if the schema is not what the files make: then those were other files.
func (e *Engine) prove(ctx context.Context, plan *Plan, surveyed target) error {
	differences, err := e.drift(ctx, surveyed)
	if err != nil || len(differences) == 0 {
		return err
	}
	plan.Refusals = append(plan.Refusals, Refusal{
		Kind: Unproven, File: plan.in(Adopted)[0].Name,
		What:   "wrangler recorded it, and the database is not what it makes: " + strings.Join(lines(differences), ", "),
		Advice: "Change the database, or the files that were not applied from here, until addreams db status finds no difference.",
	})
	return nil
}

// expected is the schema that files make, in a form to be compared.
func (e *Engine) expected(ctx context.Context, files []File) (schema, error) {
	rehearsal, err := e.rehearse(ctx, nil)
	if err != nil {
		return schema{}, err
	}
	defer rehearsal.shadow.Close()
	for _, file := range files {
		if _, err := rehearsal.shadow.Batch(ctx, d1.SQL(modernAlter)); err != nil {
			return schema{}, err
		}
		for _, statement := range file.Statements {
			_, err := rehearsal.shadow.Batch(ctx, d1.SQL(statement.SQL))
			if err != nil && !aboutRows(statement, err) {
				return schema{}, fmt.Errorf("%s line %d: %w", file.Name, statement.Line, err)
			}
		}
	}
	made, err := inspect(ctx, rehearsal.shadow)
	return made.nameless(), err
}

// aboutRows reports whether a statement failed for want of rows that it took to be there. The schema is the same then.
func aboutRows(statement d1sql.Statement, err error) bool {
	var refused *d1.Error
	verb := actionOf(statement).verb
	return errors.As(err, &refused) && strings.Contains(refused.Message, "constraint failed") &&
		(verb == inserts || verb == updates || verb == deletes)
}

// built is the schema that objects make, in a form to be compared.
func (e *Engine) built(ctx context.Context, objects []object) (schema, error) {
	rehearsal, err := e.rehearse(ctx, objects)
	if err != nil {
		return schema{}, err
	}
	return rehearsal.now.nameless(), rehearsal.shadow.Close()
}

func lines(changes []Change) []string {
	texts := make([]string, len(changes))
	for i, change := range changes {
		texts[i] = change.String()
	}
	return texts
}
