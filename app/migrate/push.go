package migrate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate/catalog"
)

// forgetPush removes the record that a schema was pushed.
const forgetPush = "DELETE FROM " + catalog.LedgerTable + " WHERE how = '" + howPushed + "'"

// Push runs the statements of a rehearsed step, which no migration has, and records in the same batch that the schema was
// pushed: until migrations make the same schema and Baseline records them, every plan is refused. Nothing is done if the
// schema is not the one that the step was made for. It returns the restore point from before, if the database has one.
func (e *Engine) Push(ctx context.Context, step Step, madeFor []catalog.Entry) (restorePoint string, err error) {
	if problems := checkStatements(step.File); len(problems) > 0 {
		return "", &Refused{problems}
	}
	if restorePoint, err = e.bookmark(ctx); err != nil {
		return "", err
	}
	entries, err := catalog.Read(ctx, e.db)
	if err != nil {
		return "", err
	}
	if !slices.Equal(entries, madeFor) {
		return "", errors.New("push: nothing was changed, because the schema of the database has changed meanwhile: run it again")
	}

	batch := []d1.Statement{d1.SQL(createLedger), d1.SQL(forgetPush), e.claim(step.File, howPushed, restorePoint)}
	_, err = e.db.Batch(ctx, append(batch, guarded(step)...)...)
	switch {
	case err == nil:
		return restorePoint, nil
	case retryable(err):
		return "", fmt.Errorf("push: whether the schema was changed is not known, because the answer is missing; run it again: %w", err)
	}
	return "", fmt.Errorf("push: nothing was changed: %w", explainGuard(err))
}

// refusePushed refuses to migrate a database whose schema was pushed, and says which command brings it in line.
func (e *Engine) refusePushed(ctx context.Context, plan *Plan, inspected inspection) error {
	if inspected.pushed == "" || len(plan.Refusals) > 0 {
		return nil
	}

	advice := "Write what was pushed as a migration, with addreams db generate NAME, and record it with addreams db baseline."
	if e.options.Rehearser != nil {
		ahead, err := e.options.Rehearser.Compare(ctx, e.files, inspected.entries)
		if err != nil {
			return err
		}
		if len(ahead) == 0 {
			advice = "The migrations make the same schema now: record them with addreams db baseline."
		}
	}

	plan.Refusals = append(plan.Refusals, Refusal{
		Kind: KindPushed, File: "the schema",
		What:   "addreams db push changed it on " + strings.TrimSpace(inspected.pushed) + ", beside the migrations",
		Advice: advice,
	})
	return nil
}
