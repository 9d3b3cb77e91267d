//go:build wasm

package migrate

import "context"

// The Worker has no SQLite to rehearse on, so that what rehearses and compares is not linked into it.

func (e *Engine) foresee(_ context.Context, plan *Plan, surveyed target) error {
	plan.guess(surveyed)
	return nil
}

// Baseline is for those who can compare schemas.
func (e *Engine) Baseline(context.Context, string) (Report, error) {
	return Report{Files: []Done{}}, ErrNoShadow
}

// Drift is for those who can compare schemas.
func (e *Engine) Drift(context.Context) ([]Change, error) { return nil, ErrNoShadow }
