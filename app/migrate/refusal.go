package migrate

import (
	"strconv"
	"strings"
)

// Kind classifies refusals.
type Kind string

// The kinds.
const (
	KindEdited      Kind = "edited"         // applied, and changed since
	KindMissing     Kind = "missing"        // applied, and not among the files
	KindRenamed     Kind = "renamed"        // applied under another name
	KindOutOfOrder  Kind = "out of order"   // pending, before one that is applied
	KindInvalid     Kind = "invalid"        // D1 would refuse it, or not understand it as intended
	KindFailing     Kind = "failing"        // its rehearsal failed
	KindCascading   Kind = "cascading"      // drops a table that others refer to
	KindDestructive Kind = "destructive"    // it destroys and is not allowed to
	KindLosing      Kind = "losing"         // rows would be lost that no statement deletes
	KindBreaking    Kind = "breaking"       // a trigger, view or foreign key would no longer work
	KindIdle        Kind = "without effect" // it does nothing, because something else has the name
	KindUnproven    Kind = "unproven"       // recorded without a checksum, on another schema
	KindPushed      Kind = "pushed, not migrated"
)

// Refusal says why a file can't be applied, and what to do.
type Refusal struct {
	Kind   Kind   `json:"kind"`
	File   string `json:"file"`
	Line   int    `json:"line,omitempty"` // of the statement, counted from 1; 0 if it is about the whole file
	What   string `json:"what"`
	Advice string `json:"advice"`
}

// Refused is the error of a plan that can't be applied. Nothing has changed.
type Refused struct{ Refusals []Refusal }

func (r *Refused) Error() string {
	lines := make([]string, len(r.Refusals))
	for i, refusal := range r.Refusals {
		lines[i] = refusal.String()
	}
	return strings.Join(lines, "\n")
}

// String returns the refusal as one line: "0003_x.sql is edited: … Restore the file …".
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
