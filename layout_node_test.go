package addreams_test

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// nodeArrows is the rule for Node: a file of a directory may import from other directories of the project only these
// directories, without those below them, and these files. npm packages are free.
var nodeArrows = map[string][]string{
	"app/platform/workers/host":  {},
	"app/platform/workers/test":  {"app/platform/workers/host", "local/miniflare.mjs", "local/localtest", "local/package.json"},
	"app/cmd/worker/test":        {"app/platform/workers/test", "local/miniflare.mjs", "local/localtest", "local/sandbox", "app/dbstudio/web/package.json"},
	"app/cmd/worker/attack":      {"app/cmd/worker/test", "app/platform/workers/test", "local/localtest"},
	"app/api/reference":          {}, // runs in a browser
	"app/dbstudio/web/src":       {}, // runs in a browser
	"app/dbstudio/web/test":      {},
	"local":                      {"local/rest", "local/sandbox"},
	"local/rest":                 {"local/buckets.mjs", "local/deploy.mjs", "local/statements.mjs"},
	"local/sandbox":              {},
	"local/worker":               {}, // runs in workerd
	"local/test":                 {"local/worker"},
	"local/localtest":            {"local/miniflare.mjs", "local/sandbox/answer.mjs"},
	"contract":                   {"local/miniflare.mjs", "local/localtest", "local/sandbox/answer.mjs"},
	"contract/client":            {"contract/providers.mjs", "contract/secrets.mjs", "contract/targets.mjs", "local/localtest"},
	"contract/client/typescript": {},
	"bench":                      {"bench/runner"},
	"bench/runner":               {"local/miniflare.mjs", "local/localtest", "local/sandbox/answer.mjs", "local/package.json"},
	"bench/floor":                {},
	"bench/stack":                {},
	"bench/empty":                {},
}

func TestNodeArrows(t *testing.T) {
	used := usage{}
	for file, imports := range nodeImports(t) {
		directory := path.Dir(file)
		assert.Contains(t, nodeArrows, directory, "%s: add a rule for its directory", file)
		used.add(directory)
		for _, imported := range imports {
			if path.Dir(imported) == directory {
				continue
			}
			permission := imported
			if !slices.Contains(nodeArrows[directory], imported) {
				permission = path.Dir(imported)
			}
			assert.Contains(t, nodeArrows[directory], permission, "%s imports %s", file, imported)
			used[directory][permission] = true
		}
	}

	used.check(t, nodeArrows)
}

var (
	nodeFile   = regexp.MustCompile(`\.([mc]?[jt]s|[jt]sx)$`)
	nodeImport = regexp.MustCompile(`(?:\bfrom|\bimport|\brequire|\bcreateRequire\(new URL)\s*\(?\s*["'](\.[^"']*)["']`)
	foreign    = []string{".git", ".local", "dist", "node_modules"}
)

// nodeImports returns what each file imports by a relative path, as paths from the project's root. A file whose packages
// another one requires (createRequire) counts as imported.
func nodeImports(t *testing.T) map[string][]string {
	t.Helper()
	imports := map[string][]string{}
	err := fs.WalkDir(os.DirFS("."), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && slices.Contains(foreign, entry.Name()):
			return fs.SkipDir
		case entry.IsDir() || !nodeFile.MatchString(name):
			return nil
		}

		text, err := os.ReadFile(name)
		imports[name] = nil
		for _, match := range nodeImport.FindAllStringSubmatch(string(text), -1) {
			imports[name] = append(imports[name], path.Join(path.Dir(name), match[1]))
		}
		return err
	})
	require.NoError(t, err)
	return imports
}
