package migrate

import (
	"fmt"
	"slices"
	"strings"
)

// Effect is what a file does to the existing schema and rows.
type Effect struct {
	Risk    Risk     `json:"risk"`
	Changes []Change `json:"changes"`
	Notes   []string `json:"notes,omitempty"` // what the rehearsal could not see

	Guards      []Guard             `json:"-"` // tables that must not lose rows or values
	TouchesRows bool                `json:"-"` // of tables that existed before
	overwritten map[string][]Change // values that an UPDATE overwrites, by the name of the change: "rows of user"
}

// Guard is a table that must not lose rows, with its names before and after the file. If the file moves the table's
// rows or may change them, Pairs are the columns whose values must stay, with their names before and after.
type Guard struct {
	Before, After string
	Pairs         [][2]string
	Numbered      bool // no key among the pairs tells the rows apart
}

// String returns the effect as one line: "additive  + table rate_limit (3 columns), + index rate_limit_idx (on …)".
func (e Effect) String() string {
	changes := make([]string, len(e.Changes))
	for i, change := range e.Changes {
		changes[i] = change.String()
	}
	return e.Risk.String() + "  " + strings.Join(changes, ", ")
}

// above lists the changes with a greater risk, the first three in full.
func (e Effect) above(limit Risk) string {
	var worse []string
	for _, change := range e.Changes {
		if change.Risk > limit {
			worse = append(worse, change.String())
		}
	}
	if more := len(worse) - 3; more > 0 {
		worse = append(worse[:3], fmt.Sprintf("and %d more", more))
	}
	return strings.Join(worse, ", ")
}

// Add adds a change unless it is already there.
func (e *Effect) Add(change Change) {
	if slices.Contains(e.Changes, change) {
		return
	}
	e.Changes = append(e.Changes, change)
	e.Risk = max(e.Risk, change.Risk)
}

// Worsen makes a change destructive.
func (e *Effect) Worsen(what, detail string) {
	for i := range e.Changes {
		if e.Changes[i].What == what && e.Changes[i].Detail == detail {
			e.Changes[i].Risk = max(e.Changes[i].Risk, RiskDestructive)
		}
	}
}

// Blame makes what becomes of a column destructive, and says why.
func (e *Effect) Blame(what, why string) {
	for i := range e.Changes {
		if e.Changes[i].What == what && e.Changes[i].Sign != "-" {
			e.Changes[i].Detail += ": " + why
			e.Changes[i].Risk = max(e.Changes[i].Risk, RiskDestructive)
		}
	}
}

// Overwrite records values of a table that an UPDATE overwrites.
func (e *Effect) Overwrite(table string, change Change) {
	if e.overwritten == nil {
		e.overwritten = map[string][]Change{}
	}
	what := "rows of " + table
	e.overwritten[what] = append(e.overwritten[what], change)
}
