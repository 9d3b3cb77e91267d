package migrate_test

import (
	"context"
	"testing"
	"time"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate"
)

// Without a rehearsal, as in the Worker, and without an allowance: what is applied keeps every row, value and statement, and
// what is refused or fails changes nothing. Fine files may be refused, and files that the plan calls fine may fail.
// ADDREAMS_PROMISE_BARE_CASES and ADDREAMS_PROMISE_START set how many, and from which seed.
func TestPromisesWithoutRehearsal(t *testing.T) {
	t.Parallel()
	never := func(promise, context.Context) bool { return false }
	counted := tried(t, number(t, "ADDREAMS_PROMISE_BARE_CASES", promisesOnSQLite/3), func(ctx context.Context, s *tally, p promise) {
		p.cut, p.allowed = 0, false
		s.try(ctx, p, promise.holdBare, never)
	})
	counted.report(t, 0)
}

// holdBare applies the case's file without a rehearsal and says which promise was broken; empty if all were kept.
func (p promise) holdBare(ctx context.Context, db d1.Database) (done kept, broken string, err error) {
	made, err := migrate.New(db, folder(p.files(true)), migrate.Options{Pause: time.Millisecond})
	if err != nil {
		return done, "", err
	}
	before, err := photograph(ctx, db)
	if err != nil {
		return done, "", err
	}
	taken, err := before.answers(ctx, db, p.asked)
	if err != nil {
		return done, "", err
	}

	_, applied := made.Apply(ctx)
	after, err := photograph(ctx, db)
	if err != nil {
		return done, "", err
	}
	done.accepted = applied == nil
	broken, err = p.broken(ctx, db, done, applied, applied, before, after, taken)
	return done, broken, err
}
