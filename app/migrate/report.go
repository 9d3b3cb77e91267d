package migrate

import (
	"fmt"
	"slices"
	"time"
)

// Outcome is what became of a file.
type Outcome string

// The outcomes.
const (
	DidApply    Outcome = "applied"
	FoundDone   Outcome = "found applied" // by another deployer, or by us and the answer was lost
	DidBaseline Outcome = "baseline"
	DidAdopt    Outcome = "adopted"
	unconfirmed Outcome = "" // sent, and not answered yet
)

// Report is what an Apply or Baseline did.
type Report struct {
	Files []Done   `json:"migrations"`
	Notes []string `json:"notes,omitempty"` // what a person should know
}

// Done is a file that was dealt with.
type Done struct {
	Name     string  `json:"name"`
	Outcome  Outcome `json:"outcome"`
	Effect   *Effect `json:"effect,omitempty"`
	Bookmark string  `json:"bookmark,omitempty"` // restore point from before it
	Millis   int64   `json:"milliseconds,omitempty"`
}

// Lines are the report as a person reads it, one line a file.
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

// RestorePoint is the bookmark of the moment before the first file was applied; empty if there is none.
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

// sent notes that a file's batch goes out; a second time if it was lost.
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

// recordOutcomes settles from a fresh plan what was sent without an answer: the ledger knows.
func (r *Report) recordOutcomes(plan Plan) {
	for i := range r.Files {
		done := &r.Files[i]
		if done.Outcome == unconfirmed && slices.ContainsFunc(plan.in(Applied), func(s Step) bool { return s.Name == done.Name }) {
			done.Outcome = FoundDone
		}
	}
}

// dropUnconfirmed leaves out what was sent and not applied.
func (r *Report) dropUnconfirmed() {
	r.Files = slices.DeleteFunc(r.Files, func(done Done) bool { return done.Outcome == unconfirmed })
}

func (r *Report) remove(name string) {
	r.Files = slices.DeleteFunc(r.Files, func(done Done) bool { return done.Name == name })
}
