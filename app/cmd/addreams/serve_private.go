package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// What the data directory holds.
const (
	databaseName = "addreams.sqlite" // with -wal and -shm, which SQLite creates with its mode
	objectsName  = "objects"
	secretName   = "secret"
)

// owned are the names of all that.
var owned = []string{databaseName, databaseName + "-wal", databaseName + "-shm", secretName, objectsName}

// keepPrivate creates the data directory and the database with access for the user of the process only, and restricts what an
// earlier version let others read. A directory that contains other files keeps its mode, and so do those files.
func keepPrivate(data string) error {
	if err := os.MkdirAll(data, 0o700); err != nil {
		return fmt.Errorf("create the data directory: %w", err)
	}
	entries, err := os.ReadDir(data)
	if err != nil {
		return fmt.Errorf("read the data directory: %w", err)
	}

	if !slices.ContainsFunc(entries, func(entry fs.DirEntry) bool { return !slices.Contains(owned, entry.Name()) }) {
		if err := os.Chmod(data, 0o700); err != nil {
			return fmt.Errorf("keep the data directory private: %w", err)
		}
	}
	for _, name := range owned {
		if err := restrict(filepath.Join(data, name)); err != nil {
			return fmt.Errorf("keep the data private: %w", err)
		}
	}

	file, err := os.OpenFile(filepath.Join(data, databaseName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("create the database: %w", err)
	}
	return file.Close()
}

// restrict lets only the user of the process access a file, or a directory with its contents. It follows no link.
func restrict(path string) error {
	err := filepath.WalkDir(path, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}

		mode := fs.FileMode(0o600)
		switch {
		case entry.IsDir():
			mode = 0o700
		case !entry.Type().IsRegular():
			return nil
		}
		info, err := entry.Info()
		if err != nil || info.Mode().Perm() == mode {
			return err
		}
		return os.Chmod(path, mode)
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
