package release

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/addreams/addreams/app/migrate/script"
	"github.com/addreams/addreams/infra/config"
)

// Schema is what the migrations create.
type Schema struct {
	Folder  fs.FS
	Files   []string
	Version string // changes with every migration, so that a new one updates the Worker
}

func readSchema(path string) (Schema, error) {
	folder := os.DirFS(path)
	version, err := script.SchemaVersion(folder)
	if err != nil {
		return Schema{}, fmt.Errorf("the migrations, at %smigrations %q: %w", config.Namespace, path, err)
	}
	files, err := fs.Glob(folder, "[0-9]*.sql") // without the schema that they make
	if err == nil && len(files) == 0 {
		err = errors.New("there are no migrations: set addreams:migrations to their directory")
	}
	return Schema{Folder: folder, Files: files, Version: version}, err
}
