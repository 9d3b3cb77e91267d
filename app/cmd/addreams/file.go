package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// writeFile writes a file under a temporary name, and gives it its own when it is whole.
func writeFile(path string, mode fs.FileMode, write func(io.Writer) error) error {
	if err := mayReplace(path); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target // and the link stays
	}
	temporary, err := os.CreateTemp(filepath.Dir(path), ".addreams-*")
	if err != nil {
		return named(path, err)
	}

	err = errors.Join(write(temporary), temporary.Chmod(mode), temporary.Close())
	if err == nil {
		err = os.Rename(temporary.Name(), path)
	}
	if err != nil {
		return errors.Join(named(path, err), named(path, os.Remove(temporary.Name())))
	}
	return nil
}

// mayReplace fails if there is something that a text must not replace.
func mayReplace(path string) error {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil // there is nothing, or the attempt to write says what is wrong
	case info.IsDir():
		return errors.New("it is a folder")
	case !info.Mode().IsRegular():
		return errors.New("it is not a file")
	case isDatabase(path):
		return errors.New("it is a SQLite database, which would be lost: choose another name")
	}
	return nil
}

// isDatabase reports whether a file is a SQLite database (https://www.sqlite.org/fileformat.html#magic_header_string).
func isDatabase(path string) bool {
	const magic = "SQLite format 3\x00"
	file, err := os.Open(path)
	if err != nil {
		return false
	}
	defer file.Close()

	start := make([]byte, len(magic))
	_, err = io.ReadFull(file, start)
	return err == nil && string(start) == magic
}

// named returns an error of the temporary file as one of the file that the caller knows.
func named(path string, err error) error {
	var file *fs.PathError
	var renaming *os.LinkError
	switch {
	case errors.As(err, &file):
		return fmt.Errorf("write %s: %w", path, file.Err)
	case errors.As(err, &renaming):
		return fmt.Errorf("write %s: %w", path, renaming.Err)
	}
	return err
}
