//go:build !wasm

package migrate

import (
	"context"
	"errors"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/d1sql"
)

// twin runs pending files on two more shadows, and finds statements that do nothing over something else: one shadow
// starts as the target's schema, the other is what the files make of an empty database.
type twin struct {
	engine      *Engine
	here, fresh Shadow // fresh is nil if the applied files can't be run again
}

// twin is nil if no pending file has a statement that may do nothing.
func (e *Engine) twin(ctx context.Context, plan Plan, surveyed target) (*twin, error) {
	if !plan.mayIdle() {
		return nil, nil
	}
	here, err := e.options.Shadow()
	if err != nil {
		return nil, err
	}
	made := &twin{engine: e, here: here}
	if err := copyInto(ctx, here, surveyed.objects); err != nil {
		return nil, errors.Join(err, made.Close())
	}
	if made.fresh, err = e.options.Shadow(); err != nil {
		return nil, errors.Join(err, made.Close())
	}
	for _, step := range plan.Steps {
		if step.State != Pending {
			made.advance(ctx, step.file)
		}
	}
	return made, nil
}

func (p Plan) mayIdle() bool {
	for _, step := range p.Pending() {
		for _, statement := range step.file.Statements {
			if _, may := conditionalOf(statement); may {
				return true
			}
		}
	}
	return false
}

// Close closes the shadows.
func (t *twin) Close() error {
	if t == nil {
		return nil
	}
	err := t.here.Close()
	if t.fresh != nil {
		err = errors.Join(err, t.fresh.Close())
	}
	return err
}

// advance runs a file on the empty database's shadow, and gives that up if it fails.
func (t *twin) advance(ctx context.Context, file File) {
	for _, statement := range file.Statements {
		if t.fresh == nil {
			return
		}
		if _, err := t.fresh.Batch(ctx, d1.SQL(statement.SQL)); err != nil {
			_ = t.fresh.Close() // in memory: nothing is lost
			t.fresh = nil
		}
	}
}

// run runs a pending file, names in its effect what does nothing, and refuses what does nothing over something else.
func (t *twin) run(ctx context.Context, file File, effect *Effect) ([]Refusal, error) {
	if t == nil {
		return nil, nil
	}
	var refusals []Refusal
	var named []conditional
	for _, statement := range file.Statements {
		if may, found := conditionalOf(statement); found {
			refused, err := t.idle(ctx, file, may, effect)
			if err != nil {
				return nil, err
			}
			named, refusals = append(named, may), append(refusals, refused...)
		}
		if _, err := t.here.Batch(ctx, d1.SQL(statement.SQL)); err != nil {
			return refusals, nil // the rehearsal tells
		}
	}
	t.advance(ctx, file)
	if t.fresh == nil || len(refusals) > 0 {
		return refusals, nil
	}
	return t.settle(ctx, file, named)
}

// idle refuses a statement that does nothing because something else has the name.
func (t *twin) idle(ctx context.Context, file File, may conditional, effect *Effect) ([]Refusal, error) {
	present, err := inspect(ctx, t.here)
	if err != nil {
		return nil, err
	}
	there := present.has(may.name)
	switch {
	case !may.creates && !there:
		effect.add(Change{"-", "nothing", "there is no " + may.kind + " " + may.name, Additive})
		return nil, nil
	case may.creates && there:
		effect.add(Change{"+", "nothing", may.kind + " " + may.name + " is there already", Additive})
	default:
		return nil, nil
	}

	wanted, err := t.alone(ctx, may, present)
	if err != nil {
		return []Refusal{may.refusal(file, "it can't be compared with what is there: "+err.Error())}, nil
	}
	if instead := unlike(may.name, wanted, present); instead != "" {
		return []Refusal{may.refusal(file, "that one "+instead)}, nil
	}
	return nil, nil
}

// alone is the schema that the statement makes where nothing has its name.
func (t *twin) alone(ctx context.Context, may conditional, present schema) (schema, error) {
	empty, err := t.engine.options.Shadow()
	if err != nil {
		return schema{}, err
	}
	defer empty.Close()
	if may.kind == "index" || may.kind == "trigger" {
		if on := subject(may.Tokens); present.has(on) {
			if err := copyOne(ctx, t.here, empty, on); err != nil {
				return schema{}, err
			}
		}
	}
	if _, err := empty.Batch(ctx, d1.SQL(may.plain())); err != nil {
		return schema{}, err
	}
	return inspect(ctx, empty)
}

// subject is the table or view behind ON, of a CREATE INDEX or CREATE TRIGGER.
func subject(tokens []d1sql.Token) string {
	for i, token := range tokens {
		if token.Is("ON") {
			return name(tokens[i+1:])
		}
	}
	return ""
}

// copyOne makes the table or view of one shadow on another.
func copyOne(ctx context.Context, from, to d1.Database, name string) error {
	found, err := d1.Query(ctx, from,
		"SELECT sql FROM sqlite_master WHERE type IN ('table', 'view') AND lower(name) = lower("+literal(name)+")")
	if err != nil || len(found.Rows) == 0 {
		return err
	}
	_, err = d1.Query(ctx, to, found.Rows[0].Text(0))
	return err
}

// settle refuses statements that leave the target with something else than what the files make of an empty database.
func (t *twin) settle(ctx context.Context, file File, named []conditional) ([]Refusal, error) {
	here, err := inspect(ctx, t.here)
	if err != nil {
		return nil, err
	}
	fresh, err := inspect(ctx, t.fresh)
	if err != nil {
		return nil, err
	}
	var refusals []Refusal
	for _, may := range named {
		if instead := unlike(may.name, fresh, here); instead != "" {
			refusals = append(refusals, may.refusal(file, "the files make another of an empty database, and this one "+instead))
		}
	}
	return refusals, nil
}
