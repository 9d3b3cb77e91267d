package migrate

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate/catalog"
)

// attempts is how often a file is tried whose batch is never answered.
const attempts = 4

// Apply brings the database to the files' schema, one file at a time, each all or nothing, and reports what it did also
// when it fails half-way. Nothing is sent unless every pending file passes. It may run twice at once: one of the two
// applies a file, the other sees that and goes on. The error is *Refused, or of the database with the file's name.
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

// applyPending plans and advances until nothing is pending. When another deployer got ahead, or an answer was lost, so that a
// file may have been applied or not, the plan is made anew: the ledger knows. A round that got nowhere is tried again,
// after a pause that grows.
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
		if err := wait(ctx, e.options.Pause<<tries); err != nil {
			return report, err
		}
	}
}

// advance applies the plan's files, up to the first that fails.
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

// applyOne applies a file, with the database's restore point.
func (e *Engine) applyOne(ctx context.Context, step Step, report *Report) error {
	bookmark, err := e.bookmark(ctx)
	if err != nil {
		if step.Effect.Risk > RiskRebuild {
			return fmt.Errorf("it destroys, and there is no restore point: %w", err)
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

// bookmark is the database's restore point; empty where it has none.
func (e *Engine) bookmark(ctx context.Context) (string, error) {
	if db, ok := e.db.(Bookmarker); ok {
		return db.Bookmark(ctx)
	}
	return "", nil
}

// adopt gives what wrangler recorded its checksums. The plan has proven the schema.
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

// alreadyRecorded tells whether a batch failed because the file is in the ledger already.
func alreadyRecorded(refused *d1.Error) bool {
	return d1.Violates(refused, catalog.LedgerTable+".name") || d1.Violates(refused, catalog.WranglerTable+".name")
}

// errOvertaken says that another deployer has applied the file that was about to be.
var errOvertaken = errors.New("another deployer applies the same migrations; run it again")

// explainGuard says what a constraint of the row counts means.
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

// retryable tells whether an error leaves open what happened. A refusal by the database does not: nothing has changed.
func retryable(err error) bool {
	var refused *d1.Error
	var final interface{ Final() bool }
	return !errors.As(err, &refused) && !(errors.As(err, &final) && final.Final())
}

func wait(ctx context.Context, pause time.Duration) error {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
