package migrate

import (
	"context"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/migrate/script"
)

// State says how far a file is.
type State string

// The states.
const (
	Applied State = "applied"
	Adopted State = "recorded" // by wrangler, without a checksum, which the next Apply adds
	Pending State = "pending"
)

// Step is a file, its state, and what it would do.
type Step struct {
	Name     string      `json:"name"`
	Digest   string      `json:"sha256"`
	State    State       `json:"state"`
	At       string      `json:"appliedAt,omitempty"` // UTC
	By       string      `json:"appliedBy,omitempty"`
	How      string      `json:"how,omitempty"`
	Bookmark string      `json:"bookmark,omitempty"` // restore point
	Effect   *Effect     `json:"effect,omitempty"`   // of a pending file
	File     script.File `json:"-"`
}

// Plan is what an Apply would do. Making one only reads.
type Plan struct {
	Steps    []Step    `json:"migrations"`
	Refusals []Refusal `json:"refusals,omitempty"`
}

// Pending returns the steps to be applied, in order.
func (p Plan) Pending() []Step { return p.in(Pending) }

func (p Plan) in(state State) []Step {
	var steps []Step
	for _, step := range p.Steps {
		if step.State == state {
			steps = append(steps, step)
		}
	}
	return steps
}

// Err returns *Refused if a file can't be applied, and nil otherwise.
func (p Plan) Err() error {
	if len(p.Refusals) == 0 {
		return nil
	}
	return &Refused{p.Refusals}
}

// Plan compares the files with the ledger, checks those that are pending, and rehearses them. Problems of the files
// are in the plan; the error is about the database.
func (e *Engine) Plan(ctx context.Context) (Plan, error) {
	inspected, err := inspect(ctx, e.db)
	if err != nil {
		return Plan{}, err
	}
	return e.plan(ctx, inspected)
}

func (e *Engine) plan(ctx context.Context, inspected inspection) (Plan, error) {
	plan := Plan{Steps: make([]Step, len(e.files)), Refusals: checkHistory(e.files, inspected)}
	for i, file := range e.files {
		plan.Steps[i] = newStep(file, inspected)
		if plan.Steps[i].State == Pending {
			plan.Refusals = append(plan.Refusals, checkStatements(file)...)
		}
	}
	if err := e.refusePushed(ctx, &plan, inspected); err != nil || len(plan.Refusals) > 0 {
		return plan, err
	}
	if err := e.rehearse(ctx, &plan, inspected); err != nil {
		return plan, err
	}

	for _, step := range plan.Pending() {
		plan.Refusals = append(plan.Refusals, e.checkAllowed(step)...)
	}
	return plan, nil
}

func newStep(file script.File, inspected inspection) Step {
	record, known := inspected.records[file.Name]
	found := Step{
		Name: file.Name, Digest: file.Digest, State: Applied, File: file,
		At: record.At, By: record.By, How: record.How, Bookmark: record.Bookmark,
	}
	switch {
	case !known:
		found.State = Pending
	case record.Digest == "":
		found.State, found.By = Adopted, "wrangler"
	}
	return found
}

// estimate sets every pending step's effect from the words of its statements.
func (p *Plan) estimate(inspected inspection) {
	schema := tablesOf(inspected)
	for i, step := range p.Steps {
		if step.State == Pending {
			effect := estimateEffect(step.File, schema)
			effect.estimateIdle(step.File, inspected)
			effect.estimateInserts(step.File, inspected)
			effect.estimateCaptures(step.File, inspected)
			p.Steps[i].Effect = &effect
		}
	}
}

// rehearse sets every pending step's effect, and refuses files that a rehearsal shows to be wrong.
func (e *Engine) rehearse(ctx context.Context, plan *Plan, inspected inspection) error {
	if e.options.Rehearser == nil {
		plan.estimate(inspected)
		return nil
	}

	if len(plan.in(Adopted)) > 0 {
		if err := e.verifyAdopted(ctx, plan, inspected); err != nil || plan.Refusals != nil {
			return err
		}
	}
	if len(plan.Pending()) == 0 {
		return nil
	}

	return e.options.Rehearser.Rehearse(ctx, e.db, inspected.entries, plan)
}

// checkAllowed refuses a step that destroys and is not allowed to.
func (e *Engine) checkAllowed(step Step) []Refusal {
	if step.Effect == nil {
		return nil
	}
	limit, advice := RiskRebuild, "If that is intended, allow this file by name: --allow "+step.Name+", or the stack's setting for it."
	if e.options.Rehearser == nil {
		limit, advice = RiskAdditive, "Apply it with a deployment, or with: addreams db migrate."
	}
	if step.Effect.Risk <= limit || e.allows(step.Name) {
		return nil
	}
	what := "it is " + step.Effect.Risk.article() + ", with " + step.Effect.above(limit)
	return []Refusal{{KindDestructive, step.Name, 0, what, advice}}
}

func (e *Engine) allows(name string) bool {
	return slices.ContainsFunc(e.options.Allow, func(allowed string) bool {
		return allowed == All || strings.TrimSuffix(allowed, ".sql") == strings.TrimSuffix(name, ".sql")
	})
}

// Lines returns the plan for a reviewer: one line per file that is not applied, with its notes. Refusals are in Err.
func (p Plan) Lines() []string {
	var lines []string
	for _, step := range p.Steps {
		switch {
		case step.State == Applied:
		case step.Effect != nil:
			lines = append(lines, step.Name+"  "+step.Effect.String())
			for _, note := range step.Effect.Notes {
				lines = append(lines, "    "+note)
			}
		case step.State == Adopted:
			lines = append(lines, step.Name+"  recorded by wrangler, to be adopted with its checksum; it is not run again")
		default:
			lines = append(lines, step.Name+"  "+string(step.State))
		}
	}

	return lines
}
