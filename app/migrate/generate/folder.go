package generate

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing/fstest"
	"time"

	"github.com/addreams/addreams/app/migrate/script"
)

// Folder is a folder of migrations on disk, as it was when it was opened.
type Folder struct {
	FS    fs.FS // a copy, which other runs don't change
	path  string
	files []script.File
}

// OpenFolder reads the folder.
func OpenFolder(path string) (Folder, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Folder{}, fmt.Errorf("there is no folder %s: run it in the checkout, or name the folder with --migrations", path)
	case err != nil:
		return Folder{}, err
	case !info.IsDir():
		return Folder{}, fmt.Errorf("%s is not a folder: name the folder of the migrations with --migrations", path)
	}

	root := os.DirFS(path)
	files, err := script.Load(root)
	if err != nil {
		return Folder{}, err
	}
	copied := fstest.MapFS{}
	for _, file := range files {
		for _, name := range [...]string{file.Name, script.NoteFile(file.Name)} {
			content, err := fs.ReadFile(root, name)
			if errors.Is(err, fs.ErrNotExist) {
				continue // most files have no notes beside them; a migration that is gone is noticed before anything is written
			}
			if err != nil {
				return Folder{}, err
			}
			copied[name] = &fstest.MapFile{Data: content, Mode: 0o444}
		}
	}
	return Folder{copied, path, files}, nil
}

// Next returns the file name of the next migration: NNNN_name.sql.
func (f Folder) Next(name string) (string, error) {
	name = strings.TrimSuffix(name, ".sql")
	if proposed := script.Stem(name); proposed != name || name == "" {
		problem := fmt.Sprintf("%q can't be the name of a migration, which has lower-case letters, digits and _ only", name)
		if proposed != "" {
			problem += "; " + proposed + " can"
		}
		return "", errors.New(problem)
	}

	number := 0
	if len(f.files) > 0 {
		if _, err := fmt.Sscanf(f.files[len(f.files)-1].Name, "%04d_", &number); err != nil {
			return "", err
		}
		number++
	}

	if number > 9999 {
		return "", errors.New("there are 9999 migrations, and numbers have four digits")
	}
	return fmt.Sprintf("%04d_%s.sql", number, name), nil
}

// stale is the age from which a reservation was left behind by a program that was killed.
const stale = time.Minute

// Write writes a new file, completely or not at all. If another run has changed the folder since it was opened, or does
// so at the same time, nothing is written.
func (f Folder) Write(name, text string) (path string, err error) {
	reservation := filepath.Join(f.path, ".generate")
	if info, err := os.Stat(reservation); err == nil && time.Since(info.ModTime()) > stale {
		_ = os.Remove(reservation)
	}
	file, err := os.OpenFile(reservation, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return "", fmt.Errorf("another addreams db generate is writing to %s; nothing was written: run it again", f.path)
	}
	if err != nil {
		return "", fmt.Errorf("write to %s: %w", f.path, err)
	}
	defer func() {
		if err != nil { // otherwise it is the file now, and what has the name is another run's
			err = errors.Join(err, os.Remove(reservation))
		}
	}()
	if _, err = file.WriteString(text); err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return "", err
	}

	if err := f.unchanged(); err != nil {
		return "", err
	}
	path = filepath.Join(f.path, name)
	return path, os.Rename(reservation, path)
}

// unchanged fails if the folder is not what it was.
func (f Folder) unchanged() error {
	now, err := script.Load(os.DirFS(f.path))
	if err != nil {
		return err
	}
	for i, file := range now {
		if i >= len(f.files) || f.files[i].Name != file.Name || f.files[i].Digest != file.Digest {
			return fmt.Errorf("%s was written meanwhile; nothing was written: run it again", file.Name)
		}
	}
	if len(now) < len(f.files) {
		return fmt.Errorf("%s was removed meanwhile; nothing was written: run it again", f.files[len(now)].Name)
	}
	return nil
}

// Empty reports whether there is no migration yet.
func (f Folder) Empty() bool { return len(f.files) == 0 }
