package migrate

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/addreams/addreams/app/d1/dialect"
)

// note is a file's word that a change is safe although it is destructive: a comment of its own line,
//
//	-- safe: unique index user_email_unique: the service has always looked for the address before it wrote one
//
// which names the change as the plan does, and says why. The plan shows the reason in its place.
type note struct {
	what, why string
	line      int
}

// noteMark starts such a comment.
const noteMark = "-- safe:"

// notesIn reads the notes of a script.
func notesIn(script string) ([]note, error) {
	tokens, err := dialect.Tokens(script)
	if err != nil {
		return nil, err
	}
	var notes []note
	for _, token := range tokens {
		text, found := strings.CutPrefix(token.Text, noteMark)
		if token.Kind != dialect.Comment || !found {
			continue
		}
		what, why, found := strings.Cut(text, ":")
		if what, why = strings.TrimSpace(what), strings.TrimSpace(why); !found || what == "" || why == "" {
			return nil, fmt.Errorf("line %d: write %s WHAT: WHY, as in %s unique index user_email_unique: …", token.Line, noteMark, noteMark)
		}
		notes = append(notes, note{what, why, token.Line})
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

// settle lets the file's notes stand for changes that are destructive, and tells of notes about nothing.
func (e *Effect) settle(file File) []Refusal {
	var refusals []Refusal
	e.Risk = Additive
	used := map[int]bool{}
	for i, change := range e.Changes {
		if change.Risk != DestructiveRisk {
			continue
		}
		noted := change.withNote(file.notes, used)
		if lost := e.overwritten[change.What]; change.Sign == "~" && noted != change && len(lost) > 0 {
			e.Changes = append(e.Changes, lost...) // whatever the note says
			continue
		}
		e.Changes[i] = noted
	}
	for _, change := range e.Changes {
		e.Risk = max(e.Risk, change.Risk)
	}
	for i, note := range file.notes {
		if !used[i] {
			refusals = append(refusals, Refusal{
				Unfit, file.Name, 0, "it says why the change of " + note.what + " is safe, and makes no such change that would have to be allowed",
				"Remove the comment, or name the change as the plan does.",
			})
		}
	}
	return refusals
}

// withNote is the change with the reason why it is safe, if there is one.
func (c Change) withNote(notes []note, used map[int]bool) Change {
	for i, note := range notes {
		if key(note.what) != key(c.What) {
			continue
		}
		used[i] = true
		c.Risk = Rebuild
		if c.Sign == "+" {
			c.Risk = Additive
		}
		c.Detail = strings.TrimPrefix(c.Detail+"; safe: "+note.why, "; ")
	}
	return c
}
