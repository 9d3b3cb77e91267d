package script

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// howToName says how to name a migration.
const howToName = "name it NNNN_what_it_does.sql, with lower-case letters, digits and _"

// SchemaFile lies beside the migrations: the schema that they are to make, from which new ones are written.
const SchemaFile = "schema.sql"

// list returns the names of a folder's migrations in order. Everything else in the folder is refused, all in one
// error, since it may be a migration that would be left out. Exceptions are Markdown, Go and JSON (drizzle-kit's
// meta), notes of a file, and files that an editor or the system hides.
func list(folder fs.FS) ([]string, error) {
	names, err := fs.Glob(folder, "*.sql")
	if err != nil {
		return nil, err
	}
	names = slices.DeleteFunc(names, func(name string) bool { return name == SchemaFile })

	var problems []error
	err = fs.WalkDir(folder, ".", func(place string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}

		problem := misplaced(place, entry)
		if stem, found := strings.CutSuffix(place, noteSuffix); found {
			problem = "no migration has its name: name it after the migration that its notes are about"
			if _, missing := fs.Stat(folder, stem+".sql"); missing == nil {
				problem = ""
			}
		}
		if problem != "" {
			problems = append(problems, fmt.Errorf("migration %s: %s", place, problem))
		}

		return nil
	})
	for i := 1; i < len(names); i++ {
		if numbered(names[i]) && names[i][:4] == names[i-1][:min(4, len(names[i-1]))] {
			problems = append(problems, fmt.Errorf("migrations %s and %s have the same number: give the later one the next number", names[i-1], names[i]))
		}
	}

	return names, errors.Join(append(problems, err)...)
}

// misplaced says why an entry of the folder can't be read as a migration, and what to do; empty if it is one, or is
// known not to be one.
func misplaced(place string, entry fs.DirEntry) string {
	name := entry.Name()
	isSQL := strings.EqualFold(path.Ext(name), ".sql")
	switch {
	case place == ".", place == SchemaFile:
		return ""
	case entry.IsDir() && !isSQL:
		return ""
	case entry.IsDir():
		return "it is a folder: " + howToName
	case !isSQL && strings.HasSuffix(name, "~") && !strings.HasPrefix(name, "."):
		return "it is an editor's copy, and would be left out: delete it"
	case !isSQL && mayLieBeside(place):
		return ""
	case !entry.Type().IsRegular():
		return "it is a link, or not a regular file: put the file itself there"
	case !isSQL:
		return "it is not a .sql file and would be left out: " + howToName + ", or move it elsewhere"
	case path.Dir(place) != ".":
		return "it lies in a folder, where migrations are not read: move it to " + proposedName(place)
	case !numbered(name):
		return howToName
	}

	return ""
}

// mayLieBeside reports whether a file is known not to be a migration.
func mayLieBeside(place string) bool {
	switch path.Ext(place) {
	case ".md", ".go", ".json":
		return !strings.Contains(strings.ToLower(place), ".sql")
	}
	return strings.HasPrefix(place, ".") || strings.Contains(place, "/.")
}

// proposedName proposes a name for a file in a subfolder: newer versions of drizzle-kit write 0001_add/migration.sql.
func proposedName(place string) string {
	if stem := path.Base(path.Dir(place)); numbered(stem + ".sql") {
		return stem + ".sql"
	}
	if name := path.Base(place); numbered(name) {
		return name
	}
	return "NNNN_what_it_does.sql, with the next number"
}
