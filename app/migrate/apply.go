package migrate

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate/catalog"
	"github.com/addreams/addreams/app/sleep"
)

// attempts limits how often a batch is sent that is never answered.
const attempts = 4

// Apply applies the pending files one by one, each all or nothing. The report says what was done, also when a later
// file fails. Nothing is sent unless every pending file passes the plan. Two deployers may call it at once: one of
// them applies a file, the other notices and continues. The error is *Refused, or an error of the database that names
// the file.
func (e *Engine) Apply(ctx context.Context) (Report, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, e.options.Deadline,
		fmt.Errorf("the migrations took longer than %s; what was applied stays, run it again for the rest", e.options.Deadline))
	defer cancel()
	report, err := e.applyPending(ctx)
	report.dropUnconfirmed()
	if err != nil && ctx.Err() != nil {
		err = errors.Join(context.Cause(ctx), err)
	}
	return report, err
}

// applyPending plans and applies until nothing is pending. If another deployer was faster, or an answer was lost, so
// that it is unknown whether a file was applied, it plans again: the ledger knows. A round without progress is retried
// after a growing pause.
func (e *Engine) applyPending(ctx context.Context) (report Report, err error) {
	report.Files = []Done{}
	left := len(e.files) + 1

	for tries := 0; ; tries++ {
		plan, failed := e.Plan(ctx)
		if failed != nil {
			return report, failed
		}
		report.recordOutcomes(plan)
		if refused := plan.Err(); refused != nil {
			return report, refused
		}
		if pending := len(plan.Pending()); pending < left {
			left, tries = pending, 0
		}
		if tries == attempts {
			return report, err
		}
		if err = e.advance(ctx, plan, &report); err == nil || !retryable(err) {
			return report, err
		}
		if err := sleep.For(ctx, e.options.Pause<<tries); err != nil {
			return report, err
		}
	}
}

// advance applies the plan's files, and stops at the first that fails.
func (e *Engine) advance(ctx context.Context, plan Plan, report *Report) error {
	if err := e.adopt(ctx, plan, report); err != nil {
		return err
	}

	for _, step := range plan.Pending() {
		err := e.applyOne(ctx, step, report)
		var refused *d1.Error
		if errors.As(err, &refused) && alreadyRecorded(refused) {
			return errOvertaken
		}
		if err != nil {
			return fmt.Errorf("migration %s: %w", step.Name, explainGuard(err))
		}
	}

	return nil
}

// applyOne reads a restore point and applies a file.
func (e *Engine) applyOne(ctx context.Context, step Step, report *Report) error {
	bookmark, err := e.bookmark(ctx)
	if err != nil {
		if step.Effect.Risk > RiskRebuild {
			return fmt.Errorf("refusing a destructive migration without a restore point: %w", err)
		}
		report.note("no restore point for " + step.Name + ": " + err.Error())
	}
	start := time.Now()
	report.sent(step, bookmark)
	if _, err := e.db.Batch(ctx, e.batch(step, bookmark)...); err != nil {
		return err
	}

	report.applied(step.Name, time.Since(start))
	return nil
}

// bookmark returns the database's restore point; empty if it has none.
func (e *Engine) bookmark(ctx context.Context) (string, error) {
	if db, ok := e.db.(Bookmarker); ok {
		return db.Bookmark(ctx)
	}
	return "", nil
}

// adopt records the checksums of the files that wrangler applied. The plan has compared the schema.
func (e *Engine) adopt(ctx context.Context, plan Plan, report *Report) error {
	adopted := plan.in(Adopted)
	if len(adopted) == 0 || e.options.Rehearser == nil {
		return nil
	}

	batch := []d1.Statement{d1.SQL(createLedger)}
	for _, step := range adopted {
		batch = append(batch, e.claim(step.File, howAdopted, ""))
	}
	_, err := e.db.Batch(ctx, batch...)
	var refused *d1.Error
	switch {
	case errors.As(err, &refused) && alreadyRecorded(refused):
		return nil // another deployer did
	case err != nil:
		return fmt.Errorf("record the checksums of what wrangler applied: %w", err)
	}
	for _, step := range adopted {
		report.mark(step, howAdopted)
	}
	return nil
}

// alreadyRecorded reports whether a batch failed because the file is already in the ledger.
func alreadyRecorded(refused *d1.Error) bool {
	return d1.Violates(refused, catalog.LedgerTable+".name") || d1.Violates(refused, catalog.WranglerTable+".name")
}

// errOvertaken says that another deployer applied the file that was about to be applied.
var errOvertaken = errors.New("another deployer applies the same migrations; run it again")

// explainGuard replaces a failure of the guard's constraints by what it means.
func explainGuard(err error) error {
	var refused *d1.Error
	if !errors.As(err, &refused) {
		return err
	}

	if _, table, found := strings.Cut(refused.Message, "CHECK constraint failed: "); found {
		if table, _, found := strings.Cut(table, lostRows); found {
			return fmt.Errorf("the table %s would have lost rows, so nothing was changed; "+
				"see what the file copies or cascades to (%w)", table, err)
		}
		if table, _, found := strings.Cut(table, changedValues); found {
			return fmt.Errorf("values of the table %s would have changed, so nothing was changed; "+
				"see what the file copies to which column (%w)", table, err)
		}
	}

	return err
}

// retryable reports whether an error leaves the outcome open. A refusal by the database does not: nothing has changed.
func retryable(err error) bool {
	var refused *d1.Error
	var final interface{ Final() bool }
	return !errors.As(err, &refused) && !(errors.As(err, &final) && final.Final())
}
