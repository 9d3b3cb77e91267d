package rehearse

import (
	"context"
	"errors"
	"slices"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/rehearse/shadow"
	"github.com/addreams/addreams/app/migrate/script"
)

// rehearsal runs pending files one after the other on a replica of the target.
type rehearsal struct {
	*shadow.Replica
	failed bool            // a file could not be run, so that later ones can't be rehearsed
	met    map[string]bool // rows that were copied because a file's rows collide with them
}

// errFileFailed ends the trial of a file that failed, and rolls it back.
var errFileFailed = errors.New("the file failed")

// run rehearses a file and returns its effect, or why it can't be applied. If the file collides with rows of the
// target that were not copied, they are copied, and it is rehearsed again.
func (r *rehearsal) run(ctx context.Context, file script.File) (migrate.Effect, []migrate.Refusal, error) {
	for try := 0; ; try++ {
		t, err := r.newTrial(ctx, file)
		if err != nil {
			return migrate.Effect{}, nil, err
		}
		err = r.DB.Transaction(ctx, func(tx d1.Database) error { return t.execute(ctx, tx) })
		if errors.Is(err, errCollision) && try == maxRetries {
			r.failed = true
			t.refuseCollision()
			return t.effect, t.refusals, nil
		}
		if errors.Is(err, errCollision) {
			if err := r.AddRows(ctx, t.collisions); err != nil {
				return migrate.Effect{}, nil, err
			}
			continue
		}
		return r.conclude(ctx, t, err)
	}
}

// conclude returns the result of a trial that ended with an error or without.
func (r *rehearsal) conclude(ctx context.Context, t *trial, err error) (migrate.Effect, []migrate.Refusal, error) {
	r.failed = err != nil
	var refused *d1.Error
	switch {
	case errors.Is(err, errFileFailed):
		err = t.explainFailure(ctx)
	case errors.As(err, &refused):
		err = t.explainCommit(ctx, refused)
	case err == nil:
		err = t.askQuestions(ctx, t.survivors, 0, false)
		if err == nil && len(t.refusals) == 0 {
			err = t.askAboutInserts(ctx)
		}
		r.advance(t)
	}

	return t.effect, t.refusals, err
}

// advance makes the state after the file the one before the next file.
func (r *rehearsal) advance(t *trial) {
	all := true
	for _, whole := range r.Complete {
		all = all && whole
	}
	for name := range t.after.Tables {
		if old, known := t.lineage.OldNames[name]; known {
			r.Complete[name] = r.Complete[old]
		} else {
			r.Complete[name] = all
		}
	}
	for name, table := range r.Schema.Tables {
		now := t.after.Tables[name]
		if now == nil || t.lineage.Written[name] || t.lineage.OldNames[name] != name || !slices.EqualFunc(table.Columns, now.Columns, func(a, b schema.Column) bool { return a.Name == b.Name }) {
			r.Modified[name] = true
		}
	}

	r.Schema = t.after
}
