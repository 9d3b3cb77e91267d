package migrate_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/sqlite"
	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/migrate/rehearse"
)

// promise is one case: a database that files have made, with rows, what a Worker asks of it, and a pending file.
type promise struct {
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
	return fmt.Sprintf("%s (allowed: %t, wrangler's: %t, cut: %d, sample: %d)\n%s;\n%s;\n%s\n----\n%s", p.draft.kind, p.allowed, p.wranglers, p.cut, p.sample, strings.Join(p.base, ";\n"), strings.Join(p.rows, ";\n"),
		strings.Join(p.draft.target, ";\n"), fileText(p.draft.statements))
}

// errUnusable says that the case's own schema is refused, so that it proves nothing about the engine.
var errUnusable = errors.New("unusable")

// prepare creates the case's database with the engine, and removes from the case the rows that a constraint refuses.
func (p *promise) prepare(ctx context.Context, db d1.Database) error {
	made, err := migrate.New(db, folder(p.files(false)), migrate.Options{Pause: time.Millisecond})
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
	made, err := migrate.New(db, folder(p.files(false)), migrate.Options{Pause: time.Millisecond})
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

// kept is what the engine promised and did.
type kept struct {
	accepted bool
	risk     migrate.Risk
	refusal  string
}

// hold applies the case's file and says which promise was broken; empty if all were kept.
func (p promise) hold(ctx context.Context, db d1.Database) (done kept, broken string, err error) {
	options := migrate.Options{Rehearser: rehearse.InMemory{Sample: p.sample}, Pause: time.Millisecond}
	if p.allowed {
		options.Allow = []string{migrate.All}
	}
	made, err := migrate.New(db, folder(p.files(true)), options)
	if err != nil {
		return done, "", err
	}
	before, err := photograph(ctx, db)
	if err != nil {
		return done, "", err
	}
	taken, err := answers(ctx, db, p.asked)
	if err != nil {
		return done, "", err
	}
	well := ill(ctx, db)

	plan, err := made.Plan(ctx)
	if err != nil {
		return done, "the plan failed: " + err.Error(), nil
	}
	planned, err := photograph(ctx, db)
	if err != nil {
		return done, "", err
	}
	if difference := planned.differs(before); difference != "" {
		return done, "the plan wrote: " + difference, nil
	}
	_, applied := made.Apply(ctx)
	after, err := photograph(ctx, db)
	if err != nil {
		return done, "", err
	}

	done.accepted, done.refusal = applied == nil, fmt.Sprint(plan.Err())
	for _, step := range plan.Pending() {
		if step.Effect != nil {
			done.risk = max(done.risk, step.Effect.Risk)
		}
	}
	broken, err = p.broken(ctx, db, done, plan.Err(), applied, before, after, taken)
	if is := ill(ctx, db); broken == "" && applied == nil && is != well && p.draft.kind != "replace rows" { // SQLite itself lets REPLACE leave a broken key
		broken = fmt.Sprintf("it was accepted, and SQLite finds wrong: %s; before: %s", is, well)
	}
	if table := after.setBack(before); broken == "" && applied == nil && p.cut == 0 && table != "" && !strings.Contains(strings.Join(plan.Lines(), ""), "counter") {
		broken = "the counter of " + table + " went back, and the plan does not say so"
	}
	if broken != "" {
		broken += fmt.Sprintf("\nthe plan: %q, %v", plan.Lines(), plan.Err())
	}
	return done, broken, err
}

func (p promise) broken(ctx context.Context, db d1.Database, done kept, refused, applied error, before, after photo, taken map[string]string) (string, error) {
	switch {
	case (refused == nil) != (applied == nil):
		return fmt.Sprintf("the plan said %v, and migrate %v", refused, applied), nil
	case applied != nil && refused == nil && p.cut > 0:
		return "", nil // the first of two files may be there
	case applied != nil:
		if difference := after.differs(before); difference != "" {
			return "it was refused and has changed something: " + difference, nil
		}
		return "", nil
	case p.draft.harmful && p.cut == 0 && !p.allowed:
		return "it was accepted without an allowance", nil
	case done.risk > migrate.RiskRebuild:
		return "", nil
	}
	if lost := before.lost(after); lost != "" {
		return "lost: " + lost, nil
	}
	if after.grown(before) {
		return "", nil // a row of the file may conflict with the requested one
	}

	now, err := answers(ctx, db, p.asked)
	for _, statement := range p.asked {
		if taken[statement] == "" && now[statement] != "" {
			return fmt.Sprintf("no longer taken: %s: %s", statement, now[statement]), err
		}
	}

	return "", err
}

func answers(ctx context.Context, db d1.Database, asked []string) (map[string]string, error) {
	refusals := map[string]string{}
	for _, statement := range asked {
		refusal, err := refusalOf(ctx, db, statement)
		if err != nil {
			return nil, err
		}
		refusals[statement] = refusal
	}
	return refusals, nil
}

// lossless reports whether SQLite itself accepts the file as a whole, and every row and value stays.
func (p promise) lossless(ctx context.Context) bool {
	db, err := sqlite.Open(sqlite.Memory)
	if err != nil {
		return false
	}
	defer db.Close()
	if p.repeat(ctx, db) != nil {
		return false
	}
	before, err := photograph(ctx, db)
	if err != nil {
		return false
	}

	var batch []d1.Statement
	for _, statement := range p.draft.statements {
		batch = append(batch, d1.SQL(statement))
	}
	if _, err := db.Batch(ctx, batch...); err != nil {
		return false
	}

	after, err := photograph(ctx, db)
	return err == nil && (p.draft.needsAllow || before.lost(after) == "" && after.setBack(before) == "")
}

// fair reports whether the engine must accept the case.
func (p promise) fair(ctx context.Context) bool {
	return p.draft.honest && p.cut == 0 && (p.allowed || !p.draft.needsAllow) && p.lossless(ctx)
}

// seeds returns those that found a fault once, in testdata/promise.seeds, and then as many as wanted from 1 on; or only those from
// ADDREAMS_PROMISE_START on.
func seeds(t *testing.T, wanted int) []int {
	t.Helper()
	var list []int
	start := number(t, "ADDREAMS_PROMISE_START", 1)
	if start == 1 {
		list = keptSeeds(t)
	}
	for seed := start; len(list) < wanted; seed++ {
		if !slices.Contains(list, seed) {
			list = append(list, seed)
		}
	}
	return list
}

func keptSeeds(t *testing.T) []int {
	t.Helper()
	content, err := os.ReadFile("testdata/promise.seeds")
	require.NoError(t, err)
	var list []int
	for line := range strings.Lines(string(content)) {
		text, _, _ := strings.Cut(line, "#")
		if text = strings.TrimSpace(text); text != "" {
			seed, err := strconv.Atoi(text)
			require.NoError(t, err)
			list = append(list, seed)
		}
	}

	return list
}

// number reads a number from the environment.
func number(t *testing.T, name string, otherwise int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	value, err := strconv.Atoi(text)
	require.NoError(t, err, name)
	return value
}

// The engine keeps its promises. For random schemas, rows and files, each from its own seed:
//   - a plan says that a file is fine if, and only if, migrate applies it;
//   - what is rated additive or rebuild keeps every row and value, and every statement that was accepted is accepted afterwards;
//   - what is refused has changed nothing;
//   - honest files that SQLite applies without loss are accepted.
//
// ADDREAMS_PROMISE_CASES and ADDREAMS_PROMISE_START set how many, and from which seed: 20000 is the full count.
func TestPromisesOnSQLite(t *testing.T) {
	counted := &tally{kinds: map[string]*count{}}
	work := make(chan int)
	var group sync.WaitGroup

	for range 2 {
		group.Go(func() {
			for seed := range work {
				counted.try(t.Context(), seed)
			}
		})
	}
	for _, seed := range seeds(t, number(t, "ADDREAMS_PROMISE_CASES", promisesOnSQLite)) {
		work <- seed
	}
	close(work)
	group.Wait()
	counted.report(t, 0.9)
}

// try tries one case on SQLite.
func (s *tally) try(ctx context.Context, seed int) {
	p := promises.Example(seed)
	db, err := sqlite.Open(sqlite.Memory)
	if err != nil {
		s.add(seed, p, kept{}, false, err.Error())
		return
	}
	defer db.Close()
	if err := p.prepare(ctx, db); err != nil {
		s.skip(seed, err)
		return
	}

	done, broken, err := p.hold(ctx, db)
	if err != nil {
		broken = "the test failed: " + err.Error()
	}
	s.add(seed, p, done, p.fair(ctx), broken)
}
