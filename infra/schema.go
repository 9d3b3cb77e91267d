package main

import (
	"errors"
	"io/fs"

	"github.com/addreams/addreams/app/migrate/script"
)

// schema is what the migrations make.
type schema struct {
	folder  fs.FS
	files   []string
	version string // changes whenever a migration is added, so that the Worker is updated then
}

func readSchema(folder fs.FS) (schema, error) {
	version, err := script.SchemaVersion(folder)
	if err != nil {
		return schema{}, err
	}
	files, err := fs.Glob(folder, "*.sql")
	if err != nil {
		return schema{}, err
	}
	if len(files) == 0 {
		return schema{}, errors.New("there are no migrations: set addreams:migrations to their directory")
	}
	return schema{folder: folder, files: files, version: version}, nil
}
