package migrate_test

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/sqlite"
	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/migrate/rehearse"
)

// What the engine promises, and whether it holds for a case.

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
	taken, err := before.answers(ctx, db, p.asked)
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
	if is := ill(ctx, db); broken == "" && applied == nil && is != "" && is != well && p.draft.kind != "replace rows" { // SQLite itself lets REPLACE leave a broken key
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

func (p promise) broken(ctx context.Context, db d1.Database, done kept, refused, applied error, before, after photo, taken answers) (string, error) {
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

	now, err := taken.again(ctx, db)
	grown := after.grown(before)
	for _, statement := range p.asked {
		refusal := now.refusals[statement]
		if grown && (strings.HasPrefix(refusal, "UNIQUE") || strings.HasPrefix(refusal, "FOREIGN KEY")) {
			continue // a row of the file has the key, or refers to the row
		}
		if grown && strings.Contains(statement, firstRow) {
			continue // it is about a row of the file, to which a trigger may say no as to any other
		}
		if strings.HasPrefix(statement, "INSERT OR REPLACE") && strings.HasPrefix(refusal, "FOREIGN KEY") {
			continue // SQLite let it leave a broken key before, which depends on the order in which tables were created
		}
		if taken.refusals[statement] == "" && refusal != "" {
			return fmt.Sprintf("no longer taken: %s: %s", statement, refusal), err
		}
		was, is := taken.effects[statement], now.effects[statement]
		if !grown && !strings.Contains(p.draft.kind, "not null") && was != is && strings.Contains(was, ":") {
			return fmt.Sprintf("means something else: %s: %s, and before: %s", statement, is, was), err
		}
	}

	return "", err
}

// answers are what a database says to statements of a Worker: why it refuses them, and what they do.
type answers struct {
	asked             []string
	echo              string
	refusals, effects map[string]string
}

func (p photo) answers(ctx context.Context, db d1.Database, asked []string) (answers, error) {
	echo, err := p.echo(ctx, db)
	if err != nil {
		return answers{}, err
	}
	return answers{asked: asked, echo: echo}.again(ctx, db)
}

// again asks the same again.
func (a answers) again(ctx context.Context, db d1.Database) (answers, error) {
	a.refusals, a.effects = map[string]string{}, map[string]string{}
	for _, statement := range a.asked {
		refusal, effect, err := answerOf(ctx, db, statement, a.echo)
		if err != nil {
			return a, err
		}
		a.refusals[statement], a.effects[statement] = refusal, effect
	}
	return a, nil
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
