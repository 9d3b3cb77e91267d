package migrate

import (
	"strconv"
	"strings"
)

// Kind says why a file is refused.
type Kind string

// The kinds.
const (
	KindEdited      Kind = "edited"         // applied, and changed since
	KindMissing     Kind = "missing"        // applied, and not among the files
	KindRenamed     Kind = "renamed"        // applied under another name
	KindOutOfOrder  Kind = "out of order"   // pending, before one that is applied
	KindUnfit       Kind = "unfit"          // D1 would not take it, or not as meant
	KindFailing     Kind = "failing"        // its rehearsal failed
	KindCascading   Kind = "cascading"      // drops a table that others refer to
	KindDestructive Kind = "destructive"    // destroys, and nobody said that it may
	KindLosing      Kind = "losing"         // rows would go that no statement deletes
	KindBreaking    Kind = "breaking"       // a trigger, view or foreign key would not work after it
	KindIdle        Kind = "without effect" // does nothing, over something else
	KindUnproven    Kind = "unproven"       // recorded without a checksum, on a schema that is another
)

// Refusal is why a file can't be applied, and what to do.
type Refusal struct {
	Kind   Kind   `json:"kind"`
	File   string `json:"file"`
	Line   int    `json:"line,omitempty"` // of the statement, counted from 1; 0 if it is about the whole file
	What   string `json:"what"`
	Advice string `json:"advice"`
}

// Refused is the error of a plan that can't be applied. Nothing was changed.
type Refused struct{ Refusals []Refusal }

func (r *Refused) Error() string {
	lines := make([]string, len(r.Refusals))
	for i, refusal := range r.Refusals {
		lines[i] = refusal.String()
	}
	return strings.Join(lines, "\n")
}

// String is the refusal as a line that a person reads: "0003_x.sql is edited: … Restore it."
func (r Refusal) String() string {
	kind := string(r.Kind)
	if strings.HasPrefix(r.What, "it is "+kind) {
		kind = "not allowed"
	}
	return r.place() + " is " + kind + ": " + r.What + ". " + r.Advice
}

func (r Refusal) place() string {
	if r.Line == 0 {
		return r.File
	}
	return r.File + " line " + strconv.Itoa(r.Line)
}
