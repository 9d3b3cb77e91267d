// Package script reads a folder of migration files: their names, text, statements, and the notes that say why a change
// is safe. It knows nothing of databases, or of what a statement does.
package script

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/addreams/addreams/app/d1/d1sql"
)

// File is one migration.
type File struct {
	Name       string // with .sql: what wrangler records
	Digest     string // SHA-256 of the text, in hex
	Statements []d1sql.Statement
	Notes      []Note
	Flaw       *Flaw // nil if it is SQL text
}

// Load reads a folder's migrations in the order of their names.
func Load(folder fs.FS) ([]File, error) {
	names, err := list(folder)
	if err != nil {
		return nil, err
	}

	files := make([]File, 0, len(names))
	for _, name := range names {
		file, err := read(folder, name)
		if err != nil {
			return nil, fmt.Errorf("migration %s: %w", name, err)
		}
		files = append(files, file)
	}

	return files, nil
}

// read reads one migration. A flaw of its bytes is kept with it and refused only when it is to be applied: applied
// files are left alone.
func read(folder fs.FS, name string) (File, error) {
	content, err := fs.ReadFile(folder, name)
	if err != nil {
		return File{}, err
	}

	text, flaw := Decode(content)
	sum := sha256.Sum256([]byte(text))
	file := File{Name: name, Digest: hex.EncodeToString(sum[:]), Flaw: flaw}
	if file.Statements, err = d1sql.Split(text); flaw != nil {
		return file, nil
	}

	if err == nil && len(file.Statements) == 0 {
		err = errors.New("there is no statement in it: write one, or remove the file")
	}
	file.Notes, file.Flaw = notesOf(folder, file, text)
	return file, err
}

// numbered reports whether a name has the form NNNN_what_it_does.sql.
func numbered(name string) bool {
	stem := strings.TrimSuffix(name, ".sql")
	if len(stem) < len("0000_a") || stem[4] != '_' {
		return false
	}
	for i := range len(stem) {
		digit := '0' <= stem[i] && stem[i] <= '9'
		letter := 'a' <= stem[i] && stem[i] <= 'z' || stem[i] == '_'
		if !digit && (i < 4 || !letter) {
			return false
		}
	}
	return true
}

// SchemaVersion names the schema that a folder's migrations make: the last file's name and 12 digits of a digest over
// all. A deployment binds it to the Worker, so that a new migration alone updates the Worker, and a reviewer sees it.
func SchemaVersion(folder fs.FS) (string, error) {
	files, err := Load(folder)
	if err != nil {
		return "", err
	}
	if len(files) == 0 {
		return "none", nil
	}

	sum := sha256.New()
	for _, file := range files {
		_, _ = io.WriteString(sum, file.Name+" "+file.Digest+"\n")
	}
	last := strings.TrimSuffix(files[len(files)-1].Name, ".sql")
	return last + " " + hex.EncodeToString(sum.Sum(nil))[:12], nil
}

// Stem returns what a name becomes in a file's name: with lower-case letters, digits and _ only. A name that can be one
// stays as it is.
func Stem(name string) string {
	var stem strings.Builder
	for _, r := range strings.ToLower(name) {
		switch {
		case 'a' <= r && r <= 'z' || '0' <= r && r <= '9' || r == '_':
			stem.WriteRune(r)
		case stem.Len() > 0 && !strings.HasSuffix(stem.String(), "_"):
			stem.WriteByte('_')
		}
	}
	return strings.TrimSuffix(stem.String(), "_")
}
