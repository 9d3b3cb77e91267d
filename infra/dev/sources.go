package dev

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// folders are what a session watches, beside the files of Pulumi at the root.
var folders = []string{"app", "migrations", "infra"}

// sources are the watched files, by path from the root.
type sources map[string]stamp

// stamp changes when its file does.
type stamp struct {
	modified time.Time
	size     int64
}

// scan looks at all sources below a root. A file that vanishes meanwhile is left out.
func scan(root string) (sources, error) {
	found := sources{}
	starts, err := filepath.Glob(filepath.Join(root, "Pulumi*.yaml"))
	if err != nil {
		return nil, err
	}
	for _, folder := range folders {
		starts = append(starts, filepath.Join(root, folder))
	}

	for _, start := range starts {
		err := filepath.WalkDir(start, func(path string, entry fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err != nil {
				return err
			}
			if entry.IsDir() && ignoredFolder(entry.Name()) {
				return fs.SkipDir
			}
			if entry.IsDir() || ignoredFile(entry.Name()) {
				return nil
			}
			return found.add(root, path)
		})
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

func (s sources) add(root, path string) error {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	name, err := filepath.Rel(root, path)
	s[filepath.ToSlash(name)] = stamp{info.ModTime(), info.Size()}
	return err
}

// ignoredFolder reports whether nothing below a folder of this name is deployed to stack local. Command addreams and its
// studio are programs of this machine.
func ignoredFolder(name string) bool {
	return slices.Contains([]string{"node_modules", "testdata", "test", "attack", "dbstudio", "addreams", "e2e", "plan"}, name)
}

// ignoredFile reports whether a file of this name is a test or an editor's.
func ignoredFile(name string) bool {
	return strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, ".md") || strings.HasPrefix(name, ".") || strings.HasSuffix(name, "~")
}

// changed returns the names of the files that are new, gone or different, sorted.
func (s sources) changed(earlier sources) []string {
	different := map[string]bool{}
	for name, stamp := range s {
		if earlier[name] != stamp {
			different[name] = true
		}
	}
	for name := range earlier {
		if _, found := s[name]; !found {
			different[name] = true
		}
	}
	return slices.Sorted(maps.Keys(different))
}

// within reports whether one of the files is below a folder.
func within(files []string, folder string) bool {
	return slices.ContainsFunc(files, func(file string) bool { return strings.HasPrefix(file, folder) })
}
