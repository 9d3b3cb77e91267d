package script

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/addreams/addreams/app/d1/d1sql"
)

// Note says why a destructive change is safe. It is a comment on a line of its own,
//
//	-- safe: unique index user_email_unique: the service has always looked for the address before it wrote one
//
// which names one change as the plan does, and gives the reason. The plan shows the reason to the reviewer. If several
// changes have that name, the details in brackets tell them apart:
//
//	-- safe: constraint of plan (check ( price > 0 )): the service has never written another
type Note struct {
	Text string // everything after the mark
	line int
}

// Subject returns the change's name, as far as the note alone shows it.
func (n Note) Subject() string {
	what, _, _ := strings.Cut(n.Text, ":")
	return strings.TrimSpace(what)
}

// Reason returns the reason, if the note is about the change with that name.
func (n Note) Reason(name string) (why string, about bool) {
	if len(n.Text) < len(name) || !strings.EqualFold(n.Text[:len(name)], name) {
		return "", false
	}
	why, about = strings.CutPrefix(strings.TrimSpace(n.Text[len(name):]), ":")
	return strings.TrimSpace(why), about
}

// NoteMark starts such a comment.
const NoteMark = "-- safe:"

// notesIn returns a script's notes.
func notesIn(script string) ([]Note, error) {
	tokens, err := d1sql.Tokens(script)
	if err != nil {
		return nil, err
	}

	var notes []Note
	for _, token := range tokens {
		text, found := strings.CutPrefix(token.Text, NoteMark)
		if token.Kind != d1sql.Comment || !found {
			continue
		}
		what, why, _ := strings.Cut(text, ":")
		if strings.TrimSpace(what) == "" || strings.TrimSpace(why) == "" {
			return nil, fmt.Errorf("line %d: write %s WHAT: WHY, as in %s unique index user_email_unique: …", token.Line, NoteMark, NoteMark)
		}
		notes = append(notes, Note{strings.TrimSpace(text), token.Line})
	}

	return notes, nil
}

// NoteFile returns the name of the file beside a migration that has landed and can't be edited any more:
// NNNN_what_it_does.safe. Its first line ties it to the migration's text: "-- of SHA-256 …".
func NoteFile(name string) string { return strings.TrimSuffix(name, ".sql") + noteSuffix }

const noteSuffix = ".safe"

const noteTie = "-- of SHA-256 "

// notesOf reads a file's notes, in it and beside it. An error in them matters only when the file is to be applied.
func notesOf(folder fs.FS, file File, text string) ([]Note, *Flaw) {
	notes, err := notesIn(text)
	beside, other := notesBeside(folder, file)
	if err = errors.Join(err, other); err != nil {
		return nil, &Flaw{0, err.Error(), "Correct the comment."}
	}
	return append(notes, beside...), nil
}

// notesBeside reads a file's notes from the file beside it, if there is one.
func notesBeside(folder fs.FS, file File) ([]Note, error) {
	content, err := fs.ReadFile(folder, NoteFile(file.Name))
	if err != nil {
		return nil, nil // most files have none
	}
	text := strings.ReplaceAll(string(content), "\r\n", "\n")
	first, _, _ := strings.Cut(text, "\n")
	if digest, tied := strings.CutPrefix(first, noteTie); !tied || strings.TrimSpace(digest) != file.Digest {
		return nil, fmt.Errorf("%s is about another text: its first line has to be %s%s", NoteFile(file.Name), noteTie, file.Digest)
	}
	return notesIn(text)
}
