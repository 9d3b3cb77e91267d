package migrate_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/sqlite"
	"github.com/addreams/addreams/app/migrate"
)

// promise is one case: a database that files have made, with rows, what a Worker asks of it, and a pending file.
type promise struct {
	seed              int // that it was drawn from; 0 if it was kept
	base, rows, asked []string
	draft             draft
	allowed           bool // whatever it destroys
	sample            int  // rows that are copied to rehearse on; 0 is all of so few
	wranglers         bool // the files before it were recorded by wrangler, without a checksum
	cut               int  // statements of the first of two pending files; 0 if there is one
}

var promises = rapid.Custom(func(t *rapid.T) promise {
	w := drawWorld(t)
	made := promise{base: w.create(), rows: w.rows(t), asked: w.asked(t), allowed: chance(t, 3, "allowed")}
	made.draft = drawDraft(t, w)
	if chance(t, 2, "sampled") {
		made.sample = 1 + uniform(t, 2, "sample")
	}
	made.wranglers = chance(t, 8, "wrangler's")
	if n := len(made.draft.statements); n > 1 && chance(t, 6, "two files") {
		made.cut = 1 + uniform(t, n-1, "cut")
	}
	return made
})

func (p promise) files(pending bool) map[string]string {
	files := map[string]string{"0000_base.sql": strings.Join(p.base, ";\n") + ";"}
	if pending {
		files["0001_pending.sql"] = fileText(p.draft.statements[p.cut:])
	}
	if pending && p.cut > 0 {
		files["0001_pending.sql"], files["0002_pending.sql"] = fileText(p.draft.statements[:p.cut]), files["0001_pending.sql"]
	}
	return files
}

func (p promise) String() string {
	return fmt.Sprintf("seed %d: %s (allowed: %t, wrangler's: %t, cut: %d, sample: %d)\n%s;\n%s;\n%s\n----\n%s", p.seed, p.draft.kind, p.allowed, p.wranglers, p.cut, p.sample, strings.Join(p.base, ";\n"), strings.Join(p.rows, ";\n"),
		strings.Join(p.draft.target, ";\n"), fileText(p.draft.statements))
}

// errUnusable says that the case's own schema is refused, so that it proves nothing about the engine.
var errUnusable = errors.New("unusable")

// prepare creates the case's database with the engine, and removes from the case the rows that a constraint refuses.
func (p *promise) prepare(ctx context.Context, db d1.Database) error {
	made, err := migrate.New(db, folder(p.files(false)), migrate.Options{Pause: time.Millisecond, Allow: []string{migrate.All}})
	if err != nil {
		return errors.Join(errUnusable, err)
	}
	if _, err := made.Apply(ctx); err != nil {
		return errors.Join(errUnusable, err)
	}

	p.rows = slices.DeleteFunc(p.rows, func(row string) bool {
		_, err := d1.Query(ctx, db, row)
		return err != nil
	})
	for _, statement := range p.beside() {
		if _, err := d1.Query(ctx, db, statement); err != nil {
			return errors.Join(errUnusable, err)
		}
	}

	return nil
}

// beside returns what is done to the target without a file.
func (p promise) beside() []string {
	if p.wranglers {
		return append([]string{"DROP TABLE addreams_migrations"}, p.draft.target...)
	}
	return p.draft.target
}

// repeat repeats on another database what prepare did.
func (p promise) repeat(ctx context.Context, db d1.Database) error {
	made, err := migrate.New(db, folder(p.files(false)), migrate.Options{Pause: time.Millisecond, Allow: []string{migrate.All}})
	if err != nil {
		return err
	}
	if _, err := made.Apply(ctx); err != nil {
		return err
	}

	var batch []d1.Statement
	for _, statement := range slices.Concat(p.rows, p.beside()) {
		batch = append(batch, d1.SQL(statement))
	}
	_, err = db.Batch(ctx, batch...)
	return err
}

// The engine keeps its promises. For random schemas, rows and files, each from its own seed:
//   - a plan says that a file is fine if, and only if, migrate applies it;
//   - what is rated additive or rebuild keeps every row and value, and every statement that was accepted is accepted afterwards, and does the same;
//   - what is refused has changed nothing;
//   - honest files that SQLite applies without loss are accepted.
//
// ADDREAMS_PROMISE_CASES and ADDREAMS_PROMISE_START set how many, and from which seed: 20000 is the full count.
func TestPromisesOnSQLite(t *testing.T) {
	t.Parallel()
	counted := tried(t, number(t, "ADDREAMS_PROMISE_CASES", promisesOnSQLite), func(ctx context.Context, s *tally, p promise) {
		s.try(ctx, p, promise.hold, promise.fair)
	})
	counted.report(t, 0.9)
}

// tried tries so many cases, two at a time.
func tried(t *testing.T, wanted int, try func(context.Context, *tally, promise)) *tally {
	t.Helper()
	counted := &tally{kinds: map[string]*count{}}
	work := make(chan promise)
	var group sync.WaitGroup

	for range 2 {
		group.Go(func() {
			for p := range work {
				try(t.Context(), counted, p.drawn())
			}
		})
	}
	for _, p := range cases(t, wanted) {
		work <- p
	}
	close(work)
	group.Wait()
	return counted
}

// try tries one case on SQLite, without the rows that are refused. hold says which promise was broken, and fair whether the
// engine must accept the case.
func (s *tally) try(
	ctx context.Context,
	p promise,
	hold func(promise, context.Context, d1.Database) (kept, string, error),
	fair func(promise, context.Context) bool,
) {
	db, err := sqlite.Open(sqlite.Memory)
	if err != nil {
		s.add(p, kept{}, false, err.Error())
		return
	}
	defer db.Close()
	if err := p.prepare(ctx, db); err != nil {
		s.skip(p, err)
		return
	}

	done, broken, err := hold(p, ctx, db)
	if err != nil {
		broken = "the test failed: " + err.Error()
	}
	s.add(p, done, fair(p, ctx), broken)
}
