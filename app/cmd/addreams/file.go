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
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return fmt.Errorf("write %s: it is a folder", path)
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
