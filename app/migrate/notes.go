package migrate

import (
	"strings"

	"github.com/addreams/addreams/app/migrate/script"
)

// notedChanges finds the note's changes among those that would have to be allowed, and its reason. Given with its details, or
// also with its sign, a change is the only one.
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

// ApplyNotes lets the file's notes stand for changes that are destructive, and tells of notes that are not about one.
func (e *Effect) ApplyNotes(file script.File) []Refusal {
	var refusals []Refusal
	for _, note := range file.Notes {
		found, why := notedChanges(note, e.Changes)
		switch len(found) {
		case 1:
			e.acceptNote(found[0], why)
		case 0:
			refusals = append(refusals, Refusal{
				KindUnfit, file.Name, 0, "it says why the change of " + note.Subject() + " is safe, and makes no such change that would have to be allowed",
				"Remove the comment, or name the change as the plan does.",
			})
		default:
			var several []string
			for _, i := range found {
				several = append(several, e.Changes[i].String())
			}
			refusals = append(refusals, Refusal{
				KindUnfit, file.Name, 0, "it says why one change of " + note.Subject() + " is safe, and makes several: " + strings.Join(several, "; "),
				"Write a comment for each, with all that the plan shows of it, as in: " + script.NoteMark + " " + several[0] + ": WHY.",
			})
		}
	}
	e.Risk = RiskAdditive
	for _, change := range e.Changes {
		e.Risk = max(e.Risk, change.Risk)
	}
	return refusals
}

// acceptNote lowers a change's risk for the reason given, unless values are lost by it.
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
