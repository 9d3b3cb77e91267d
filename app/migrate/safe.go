package migrate

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/addreams/addreams/app/d1/d1sql"
)

// note is a file's word that a change is safe although it is destructive: a comment of its own line,
//
//	-- safe: unique index user_email_unique: the service has always looked for the address before it wrote one
//
// which names one change as the plan does, and says why. The plan shows the reason in its place. Where several are about
// the same, the details in brackets tell which is meant:
//
//	-- safe: constraint of plan (check ( price > 0 )): the service has never written another
type note struct {
	text string // all behind the mark
	line int
}

// what is the change's name, as far as the note tells by itself.
func (n note) what() string {
	what, _, _ := strings.Cut(n.text, ":")
	return strings.TrimSpace(what)
}

// why is the reason, if the note is about the change of that name.
func (n note) why(name string) (why string, about bool) {
	if len(n.text) < len(name) || !strings.EqualFold(n.text[:len(name)], name) {
		return "", false
	}
	why, about = strings.CutPrefix(strings.TrimSpace(n.text[len(name):]), ":")
	return strings.TrimSpace(why), about
}

// about finds the note's changes among those that would have to be allowed, and its reason. Given with its details, or
// also with its sign, a change is the only one.
func (n note) about(changes []Change) (found []int, why string) {
	for _, named := range [...]func(Change) string{Change.String, Change.unsigned, func(c Change) string { return c.What }} {
		for i, change := range changes {
			if reason, about := n.why(named(change)); about && change.Risk == DestructiveRisk {
				found, why = append(found, i), reason
			}
		}
		if len(found) > 0 {
			break
		}
	}
	return found, why
}

// noteMark starts such a comment.
const noteMark = "-- safe:"

// notesIn reads the notes of a script.
func notesIn(script string) ([]note, error) {
	tokens, err := d1sql.Tokens(script)
	if err != nil {
		return nil, err
	}
	var notes []note
	for _, token := range tokens {
		text, found := strings.CutPrefix(token.Text, noteMark)
		if token.Kind != d1sql.Comment || !found {
			continue
		}
		what, why, _ := strings.Cut(text, ":")
		if strings.TrimSpace(what) == "" || strings.TrimSpace(why) == "" {
			return nil, fmt.Errorf("line %d: write %s WHAT: WHY, as in %s unique index user_email_unique: …", token.Line, noteMark, noteMark)
		}
		notes = append(notes, note{strings.TrimSpace(text), token.Line})
	}
	return notes, nil
}

// noteFile is where the notes stand of a file that has landed and can't be edited any more: NNNN_what_it_does.safe.
// Its first line ties it to the file's text: "-- of SHA-256 …".
func noteFile(name string) string { return strings.TrimSuffix(name, ".sql") + noteSuffix }

const noteSuffix = ".safe"

const noteTie = "-- of SHA-256 "

// notesOf reads a file's notes, in it and beside it. What is wrong with them counts only when the file is to be applied.
func notesOf(folder fs.FS, file File, text string) ([]note, *flaw) {
	notes, err := notesIn(text)
	beside, other := notesBeside(folder, file)
	if err = errors.Join(err, other); err != nil {
		return nil, &flaw{0, err.Error(), "Correct the comment."}
	}
	return append(notes, beside...), nil
}

// notesBeside reads a file's notes in the file beside it, if there is one.
func notesBeside(folder fs.FS, file File) ([]note, error) {
	content, err := fs.ReadFile(folder, noteFile(file.Name))
	if err != nil {
		return nil, nil // none, which is the rule
	}
	text := strings.ReplaceAll(string(content), "\r\n", "\n")
	first, _, _ := strings.Cut(text, "\n")
	if digest, tied := strings.CutPrefix(first, noteTie); !tied || strings.TrimSpace(digest) != file.Digest {
		return nil, fmt.Errorf("%s is about another text of it: its first line has to be %s%s", noteFile(file.Name), noteTie, file.Digest)
	}
	return notesIn(text)
}

// settle lets the file's notes stand for changes that are destructive, and tells of notes that are not about one.
func (e *Effect) settle(file File) []Refusal {
	var refusals []Refusal
	for _, note := range file.notes {
		found, why := note.about(e.Changes)
		switch len(found) {
		case 1:
			e.accept(found[0], why)
		case 0:
			refusals = append(refusals, Refusal{
				Unfit, file.Name, 0, "it says why the change of " + note.what() + " is safe, and makes no such change that would have to be allowed",
				"Remove the comment, or name the change as the plan does.",
			})
		default:
			var several []string
			for _, i := range found {
				several = append(several, e.Changes[i].String())
			}
			refusals = append(refusals, Refusal{
				Unfit, file.Name, 0, "it says why one change of " + note.what() + " is safe, and makes several: " + strings.Join(several, "; "),
				"Write a comment for each, with all that the plan shows of it, as in: " + noteMark + " " + several[0] + ": WHY.",
			})
		}
	}
	e.Risk = Additive
	for _, change := range e.Changes {
		e.Risk = max(e.Risk, change.Risk)
	}
	return refusals
}

// accept lowers a change's risk for the reason given, unless values are lost by it.
func (e *Effect) accept(i int, why string) {
	change := &e.Changes[i]
	if lost := e.overwritten[change.What]; change.Sign == "~" && len(lost) > 0 {
		e.Changes = append(e.Changes, lost...)
		return
	}
	change.Risk = Rebuild
	if change.Sign == "+" {
		change.Risk = Additive
	}
	change.Detail = strings.TrimPrefix(change.Detail+"; safe: "+why, "; ")
}
