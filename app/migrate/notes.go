package migrate

import (
	"strings"

	"github.com/addreams/addreams/app/migrate/script"
)

// notedChanges finds the note's changes among those that need an allowance, and its reason. A note that quotes a
// change's details, or also its sign, matches only that change.
func notedChanges(n script.Note, changes []Change) (found []int, why string) {
	for _, named := range [...]func(Change) string{Change.String, Change.withoutSign, func(c Change) string { return c.What }} {
		for i, change := range changes {
			if reason, about := n.Reason(named(change)); about && change.Risk == RiskDestructive {
				found, why = append(found, i), reason
			}
		}
		if len(found) > 0 {
			break
		}
	}
	return found, why
}

// ApplyNotes lowers the risk of destructive changes that the file's notes explain, and refuses notes that match no
// change, or several.
func (e *Effect) ApplyNotes(file script.File) []Refusal {
	var refusals []Refusal
	for _, note := range file.Notes {
		found, why := notedChanges(note, e.Changes)
		switch len(found) {
		case 1:
			e.acceptNote(found[0], why)
		case 0:
			refusals = append(refusals, Refusal{
				KindInvalid, file.Name, 0, "it says why the change of " + note.Subject() + " is safe, and makes no such change that needs an allowance",
				"Remove the comment, or name the change as the plan does.",
			})
		default:
			var several []string
			for _, i := range found {
				several = append(several, e.Changes[i].String())
			}
			refusals = append(refusals, Refusal{
				KindInvalid, file.Name, 0, "it says why one change of " + note.Subject() + " is safe, but makes several: " + strings.Join(several, "; "),
				"Write one comment per change, with everything that the plan shows of it, as in: " + script.NoteMark + " " + several[0] + ": WHY.",
			})
		}
	}
	e.Risk = RiskAdditive
	for _, change := range e.Changes {
		e.Risk = max(e.Risk, change.Risk)
	}

	return refusals
}

// acceptNote lowers a change's risk for the given reason, unless it loses values.
func (e *Effect) acceptNote(i int, why string) {
	change := &e.Changes[i]
	if lost := e.overwritten[change.What]; change.Sign == "~" && len(lost) > 0 {
		e.Changes = append(e.Changes, lost...)
		return
	}
	change.Risk = RiskRebuild
	if change.Sign == "+" {
		change.Risk = RiskAdditive
	}
	change.Detail = strings.TrimPrefix(change.Detail+"; safe: "+why, "; ")
}
