//go:build !wasm

package migrate

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/addreams/addreams/app/d1"
)

// rehearsal runs pending files on a shadow that starts as the target's schema, with rows wherever the target has some.
type rehearsal struct {
	open    func() (Shadow, error)
	sample  int // rows at the start, and at the end, of a large table
	most    int // rows of a table that is copied as a whole
	shadow  Shadow
	target  d1.Database     // only read
	objects []object        // of the target
	there   map[string]bool // the target's tables
	whole   map[string]bool // tables with all of the rows that the target has, or would have
	unfit   map[string]bool // tables with a row that can't be copied
	dirty   map[string]bool // tables that are not any more what the target has
	now     schema          // of the shadow
	stuck   bool            // a file could not be run, and what comes after it can't be told
}

// rehearse opens a shadow with the objects, and without rows. The caller closes it.
func (e *Engine) rehearse(ctx context.Context, objects []object) (*rehearsal, error) {
	r := &rehearsal{
		open: e.options.Shadow, sample: e.options.Sample, most: e.options.Whole, target: e.db, objects: objects,
		there: map[string]bool{}, whole: map[string]bool{}, dirty: map[string]bool{}, unfit: map[string]bool{},
	}
	var err error
	if r.shadow, err = e.options.Shadow(); err != nil {
		return nil, err
	}
	if err := copyInto(ctx, r.shadow, objects); err != nil {
		return nil, errors.Join(fmt.Errorf("copy the database's schema to a shadow: %w", err), r.shadow.Close())
	}
	if r.now, err = inspect(ctx, r.shadow); err != nil {
		return nil, errors.Join(err, r.shadow.Close())
	}
	for name := range r.now.tables {
		r.there[name] = true
	}
	return r, nil
}

// errEnds ends a performance whose file has failed, and undoes it.
var errEnds = errors.New("the file failed")

// run rehearses a file and tells its effect, or why it can't be applied. Rows of the target that it meets are copied, and
// it is rehearsed anew.
func (r *rehearsal) run(ctx context.Context, file File) (Effect, []Refusal, error) {
	for try := 0; ; try++ {
		p, err := r.performance(ctx, file)
		if err != nil {
			return Effect{}, nil, err
		}
		if try == meetings {
			p.keys = nil
		}
		err = r.shadow.Transaction(ctx, func(tx d1.Database) error { return p.play(ctx, tx) })
		if errors.Is(err, errMeets) {
			if err := r.take(ctx, p.met); err != nil {
				return Effect{}, nil, err
			}
			continue
		}
		return r.conclude(ctx, p, err)
	}
}

// conclude tells what the rehearsal of a file comes to that has ended with an error, or without.
func (r *rehearsal) conclude(ctx context.Context, p *performance, err error) (Effect, []Refusal, error) {
	r.stuck = err != nil
	var refused *d1.Error
	switch {
	case errors.Is(err, errEnds):
		err = p.clarify(ctx)
	case errors.As(err, &refused):
		err = p.unfinished(ctx, refused)
	case err == nil:
		err = p.ask(ctx, p.survivors, 0, false)
		r.advance(p)
	}
	return p.effect, p.refusals, err
}

// advance makes the state after the file the one before the next.
func (r *rehearsal) advance(p *performance) {
	all := true
	for _, whole := range r.whole {
		all = all && whole
	}
	for name := range p.now.tables {
		if old, known := p.line.old[name]; known {
			r.whole[name] = r.whole[old]
		} else {
			r.whole[name] = all
		}
	}
	for name, table := range r.now.tables {
		now := p.now.tables[name]
		if now == nil || p.line.written[name] || p.line.old[name] != name || !slices.EqualFunc(table.columns, now.columns, func(a, b column) bool { return a.name == b.name }) {
			r.dirty[name] = true
		}
	}
	r.now = p.now
}
