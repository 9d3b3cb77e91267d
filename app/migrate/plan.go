package migrate

import (
	"context"
	"slices"
	"strings"
)

// State is where a file stands.
type State string

// The states.
const (
	Applied State = "applied"
	Adopted State = "recorded" // by wrangler, without a checksum; the next Apply adds it
	Pending State = "pending"
)

// Step is a file, where it stands, and what it would do.
type Step struct {
	Name     string  `json:"name"`
	Digest   string  `json:"sha256"`
	State    State   `json:"state"`
	At       string  `json:"appliedAt,omitempty"` // UTC
	By       string  `json:"appliedBy,omitempty"`
	How      string  `json:"how,omitempty"`
	Bookmark string  `json:"bookmark,omitempty"` // restore point
	Effect   *Effect `json:"effect,omitempty"`   // of a pending file
	file     File
}

// Plan is what an Apply would do. Making one reads, and writes nothing.
type Plan struct {
	Steps    []Step    `json:"migrations"`
	Refusals []Refusal `json:"refusals,omitempty"`
}

// Pending are the steps to be applied, in order.
func (p Plan) Pending() []Step { return p.in(Pending) }

func (p Plan) pendingFiles() []File {
	var files []File
	for _, step := range p.Pending() {
		files = append(files, step.file)
	}
	return files
}

func (p Plan) in(state State) []Step {
	var steps []Step
	for _, step := range p.Steps {
		if step.State == state {
			steps = append(steps, step)
		}
	}
	return steps
}

// Err is *Refused if a file can't be applied.
func (p Plan) Err() error {
	if len(p.Refusals) == 0 {
		return nil
	}
	return &Refused{p.Refusals}
}

// Plan compares the files with the ledger, checks those that are pending, and rehearses them. What is wrong with files
// stands in the plan; the error is of the database.
func (e *Engine) Plan(ctx context.Context) (Plan, error) {
	surveyed, err := survey(ctx, e.db)
	if err != nil {
		return Plan{}, err
	}
	return e.plan(ctx, surveyed)
}

func (e *Engine) plan(ctx context.Context, surveyed target) (Plan, error) {
	plan := Plan{Steps: make([]Step, len(e.files)), Refusals: history(e.files, surveyed)}
	for i, file := range e.files {
		plan.Steps[i] = step(file, surveyed)
		if plan.Steps[i].State == Pending {
			plan.Refusals = append(plan.Refusals, unfit(file)...)
		}
	}
	if len(plan.Refusals) > 0 {
		return plan, nil
	}
	if err := e.foresee(ctx, &plan, surveyed); err != nil {
		return plan, err
	}
	for _, step := range plan.Pending() {
		plan.Refusals = append(plan.Refusals, e.forbidden(step)...)
	}
	return plan, nil
}

func step(file File, surveyed target) Step {
	record, known := surveyed.records[file.Name]
	found := Step{
		Name: file.Name, Digest: file.Digest, State: Applied, file: file,
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

// guess gives every pending step the effect that its words tell.
func (p *Plan) guess(surveyed target) {
	for i, step := range p.Steps {
		if step.State == Pending {
			effect := wordsOnly(step.file)
			effect.guessIdle(step.file, surveyed)
			p.Steps[i].Effect = &effect
		}
	}
}

// forbidden refuses a step that destroys, unless it is allowed.
func (e *Engine) forbidden(step Step) []Refusal {
	if step.Effect == nil {
		return nil
	}
	limit, advice := Rebuild, "If that is meant, allow this file by name: --allow "+step.Name+", or the stack's setting for it."
	if e.options.Shadow == nil {
		limit, advice = Additive, "Apply it with a deployment, or with: addreams db migrate."
	}
	if step.Effect.Risk <= limit || e.allows(step.Name) {
		return nil
	}
	what := "it is " + step.Effect.Risk.article() + ", with " + step.Effect.beyond(limit)
	return []Refusal{{Destructive, step.Name, 0, what, advice}}
}

func (e *Engine) allows(name string) bool {
	return slices.ContainsFunc(e.options.Allow, func(allowed string) bool {
		return allowed == All || strings.TrimSuffix(allowed, ".sql") == strings.TrimSuffix(name, ".sql")
	})
}
