//go:build !wasm

package migrate

import (
	"context"
	"errors"
)

// foresee gives every pending step its effect, and refuses what a rehearsal shows to be wrong.
func (e *Engine) foresee(ctx context.Context, plan *Plan, surveyed target) error {
	if e.options.Shadow == nil {
		plan.guess(surveyed)
		return nil
	}
	if len(plan.in(Adopted)) > 0 {
		if err := e.prove(ctx, plan, surveyed); err != nil || plan.Refusals != nil {
			return err
		}
	}
	if len(plan.Pending()) == 0 {
		return nil
	}
	return e.rehearseAll(ctx, plan, surveyed)
}

// rehearseAll runs the pending steps on a shadow, up to the first that fails there.
func (e *Engine) rehearseAll(ctx context.Context, plan *Plan, surveyed target) (err error) {
	rehearsal, err := e.rehearse(ctx, surveyed.objects)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rehearsal.shadow.Close()) }()
	if err := rehearsal.load(ctx, rehearsal.now.reach(plan.pendingFiles())); err != nil {
		return err
	}
	twin, err := e.twin(ctx, *plan, surveyed)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, twin.Close()) }()
	for i, step := range plan.Steps {
		if step.State != Pending {
			continue
		}
		effect, refusals, err := rehearsal.run(ctx, step.file)
		if err == nil {
			idle, failed := twin.run(ctx, step.file, &effect)
			refusals, err = append(refusals, idle...), failed
		}
		plan.Steps[i].Effect = &effect
		plan.Refusals = append(plan.Refusals, refusals...)
		if err != nil || rehearsal.stuck {
			return err
		}
	}
	return nil
}
