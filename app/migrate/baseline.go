package migrate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate/script"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// Baseline records files as applied without running them, on a database that was made without this ledger and has
// exactly the schema that they make. It takes the fewest files that match, or those up to `through`, and records them
// in both ledgers in one batch.
func (e *Engine) Baseline(ctx context.Context, through string) (Report, error) {
	report := Report{Files: []Done{}}
	if e.options.Rehearser == nil {
		return report, ErrNoRehearser
	}
	inspected, err := inspect(ctx, e.db)
	if err != nil {
		return report, err
	}
	if refusals := checkHistory(e.files, inspected); len(refusals) > 0 {
		return report, &Refused{refusals}
	}
	if len(inspected.entries) == 0 {
		return report, errors.New("the database is empty, there is nothing to adopt: run addreams db migrate")
	}
	if len(inspected.records) == len(e.files) && inspected.pushed == "" {
		return report, nil
	}
	n, err := e.baselineLength(ctx, inspected, strings.TrimSuffix(through, ".sql"))
	if err != nil {
		return report, err
	}

	if inspected.pushed != "" {
		if through == "" {
			if err := noSeeds(e.files[len(inspected.records):n]); err != nil {
				return report, err
			}
		}
		report.note("The migrations make the schema that was pushed.")
	}
	return report, e.mark(ctx, e.files[len(inspected.records):n], &report)
}

// noSeeds fails if one of the files writes rows of its own, which a push of the schema has not written.
func noSeeds(files []script.File) error {
	for _, file := range files {
		if table := seeded(file); table != "" {
			return fmt.Errorf("%s writes rows of %s, which a push does not; nothing was recorded. Write these rows yourself if they are wanted, "+
				"and then name the last file to record: addreams db baseline --through %s", file.Name, table, files[len(files)-1].Name)
		}
	}
	return nil
}

// seeded returns the table of which a file writes rows that it does not copy from a table which it makes itself.
func seeded(file script.File) string {
	var made []string
	for _, statement := range file.Statements {
		done := sqltext.ActionOf(statement)
		copies := slices.ContainsFunc(made, func(name string) bool { return sqltext.Mentions(statement.Tokens, name) })
		switch {
		case done.Verb == sqltext.Creates && done.Table != "":
			made = append(made, done.Table)
		case (done.Verb == sqltext.Inserts || done.Verb == sqltext.Updates) && !copies && done.Command == "" && !strings.HasPrefix(sqltext.Fold(done.Table), "sqlite_"):
			return done.Table
		}
	}
	return ""
}

// baselineLength returns how many of the files make the database's schema.
func (e *Engine) baselineLength(ctx context.Context, inspected inspection, through string) (int, error) {
	var closest []Change
	name := ""
	first := len(inspected.records) + 1
	if inspected.pushed != "" {
		first = max(1, first-1) // what was pushed may have been taken back
	}
	for n := first; n <= len(e.files); n++ {
		file := e.files[n-1]
		if file.Flaw != nil {
			return 0, &Refused{checkStatements(file)}
		}
		if through != "" && strings.TrimSuffix(file.Name, ".sql") != through {
			continue
		}
		differences, err := e.options.Rehearser.Compare(ctx, e.files[:n], inspected.entries)
		if err != nil {
			return 0, err
		}
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
		name, strings.Join(Lines(closest), "\n  "))
}

// mark records files as applied.
func (e *Engine) mark(ctx context.Context, files []script.File, report *Report) error {
	batch := []d1.Statement{d1.SQL(createWrangler), d1.SQL(createLedger), d1.SQL(forgetPush)}
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

// Drift returns the differences between the schema that the applied files make and the database's; none if they agree.
func (e *Engine) Drift(ctx context.Context) ([]Change, error) {
	if e.options.Rehearser == nil {
		return nil, ErrNoRehearser
	}
	inspected, err := inspect(ctx, e.db)
	if err != nil {
		return nil, err
	}
	return e.drift(ctx, inspected)
}

func (e *Engine) drift(ctx context.Context, inspected inspection) ([]Change, error) {
	var applied []script.File
	for _, file := range e.files {
		if _, known := inspected.records[file.Name]; known {
			applied = append(applied, file)
		}
	}
	differences, err := e.options.Rehearser.Compare(ctx, applied, inspected.entries)
	return append([]Change{}, differences...), err
}

// verifyAdopted refuses files that wrangler recorded if they do not make the schema that is there: wrangler applied
// other files then.
func (e *Engine) verifyAdopted(ctx context.Context, plan *Plan, inspected inspection) error {
	differences, err := e.drift(ctx, inspected)
	if err != nil || len(differences) == 0 {
		return err
	}
	plan.Refusals = append(plan.Refusals, Refusal{
		Kind: KindUnproven, File: plan.in(Adopted)[0].Name,
		What:   "wrangler recorded it, and the database is not what it makes: " + strings.Join(Lines(differences), ", "),
		Advice: "Change the database, or the files that were not applied from here, until addreams db status finds no difference.",
	})
	return nil
}
