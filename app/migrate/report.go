package migrate

import (
	"fmt"
	"slices"
	"time"
)

// Outcome is what happened to a file.
type Outcome string

// The outcomes.
const (
	DidApply    Outcome = "applied"
	FoundDone   Outcome = "found applied" // by another deployer, or by this one and the answer was lost
	DidBaseline Outcome = "baseline"
	DidAdopt    Outcome = "adopted"
	unconfirmed Outcome = "" // sent and not answered
)

// Report is what an Apply or Baseline did.
type Report struct {
	Files []Done   `json:"migrations"`
	Notes []string `json:"notes,omitempty"` // for the operator
}

// Done is a file that was handled.
type Done struct {
	Name     string  `json:"name"`
	Outcome  Outcome `json:"outcome"`
	Effect   *Effect `json:"effect,omitempty"`
	Bookmark string  `json:"bookmark,omitempty"` // restore point from before it
	Millis   int64   `json:"milliseconds,omitempty"`
}

// Lines returns the report for a reader, one line per file.
func (r Report) Lines() []string {
	var lines []string
	for _, done := range r.Files {
		line := done.Name + "  " + string(done.Outcome)
		if done.Effect != nil {
			line += "  " + done.Effect.String()
		}
		if done.Outcome == DidApply {
			line += fmt.Sprintf("  in %d ms", done.Millis)
		}
		lines = append(lines, line)
	}
	return append(lines, r.Notes...)
}

// RestorePoint returns the bookmark from before the first file was applied; empty if there is none.
func (r Report) RestorePoint() string {
	for _, done := range r.Files {
		if done.Bookmark != "" {
			return done.Bookmark
		}
	}
	return ""
}

func (r *Report) note(text string) {
	if !slices.Contains(r.Notes, text) {
		r.Notes = append(r.Notes, text)
	}
}

// sent records that a file's batch is being sent, possibly again.
func (r *Report) sent(step Step, bookmark string) {
	r.remove(step.Name)
	r.Files = append(r.Files, Done{Name: step.Name, Effect: step.Effect, Bookmark: bookmark})
}

func (r *Report) applied(name string, took time.Duration) {
	for i := range r.Files {
		if r.Files[i].Name == name {
			r.Files[i].Outcome, r.Files[i].Millis = DidApply, took.Milliseconds()
		}
	}
}

func (r *Report) mark(step Step, how string) {
	outcome := DidBaseline
	if how == howAdopted {
		outcome = DidAdopt
	}
	r.Files = append(r.Files, Done{Name: step.Name, Outcome: outcome})
}

// recordOutcomes marks the files as applied that were sent without an answer and that a fresh plan finds in the
// ledger.
func (r *Report) recordOutcomes(plan Plan) {
	for i := range r.Files {
		done := &r.Files[i]
		if done.Outcome == unconfirmed && slices.ContainsFunc(plan.in(Applied), func(s Step) bool { return s.Name == done.Name }) {
			done.Outcome = FoundDone
		}
	}
}

// dropUnconfirmed removes the files that were sent and not applied.
func (r *Report) dropUnconfirmed() {
	r.Files = slices.DeleteFunc(r.Files, func(done Done) bool { return done.Outcome == unconfirmed })
}

func (r *Report) remove(name string) {
	r.Files = slices.DeleteFunc(r.Files, func(done Done) bool { return done.Name == name })
}
