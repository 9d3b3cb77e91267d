package migrate

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/addreams/addreams/app/d1/dialect"
)

// File is one migration.
type File struct {
	Name       string // with .sql: what wrangler records
	Digest     string // SHA-256 of the text, in hex
	Statements []dialect.Statement
	notes      []note
}

// load reads a folder's migrations in the order of their names. Line ends are made \n first, so that a checkout on
// Windows has the same digests, and D1's splitter, which trips over \r\n, never meets them.
func load(folder fs.FS) ([]File, error) {
	names, err := fs.Glob(folder, "*.sql")
	if err != nil {
		return nil, err
	}
	files := make([]File, 0, len(names))
	for i, name := range names {
		if !numbered(name) {
			return nil, fmt.Errorf("migration %s: name it NNNN_what_it_does.sql, with lower-case letters, digits and _", name)
		}
		if i > 0 && name[:4] == names[i-1][:4] {
			return nil, fmt.Errorf("migrations %s and %s have one number: give the later one the next", names[i-1], name)
		}
		file, err := read(folder, name)
		if err != nil {
			return nil, fmt.Errorf("migration %s: %w", name, err)
		}
		files = append(files, file)
	}
	return files, nil
}

func read(folder fs.FS, name string) (File, error) {
	content, err := fs.ReadFile(folder, name)
	if err != nil {
		return File{}, err
	}
	text := strings.ReplaceAll(strings.TrimPrefix(string(content), "\uFEFF"), "\r\n", "\n")
	statements, err := dialect.Split(text)
	if err != nil {
		return File{}, err
	}
	if len(statements) == 0 {
		return File{}, fmt.Errorf("there is no statement in it")
	}
	sum := sha256.Sum256([]byte(text))
	file := File{Name: name, Digest: hex.EncodeToString(sum[:]), Statements: statements}
	if file.notes, err = notesIn(text); err != nil {
		return File{}, err
	}
	beside, err := notesBeside(folder, file)
	file.notes = append(file.notes, beside...)
	return file, err
}

// numbered tells whether a name reads NNNN_what_it_does.sql.
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

// SchemaVersion names the schema that a folder's migrations make: the last one's name and 12 digits of a digest of all.
// A deployment binds it to the Worker, so that a migration alone changes the Worker, and a reviewer sees it.
func SchemaVersion(folder fs.FS) (string, error) {
	files, err := load(folder)
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
