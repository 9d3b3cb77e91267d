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

// nodeArrows is the rule for Node: a file of a room, which is a directory and those below it that have no rule of their own,
// may import from outside the room only these files and directories of the project. npm packages are free.
var nodeArrows = map[string][]string{
	"app/platform/workers/host": {},
	"app/platform/workers/test": {"app/platform/workers/host", "local/miniflare.mjs", "local/localtest"},
	"app/cmd/worker/test":       {"app/platform/workers/test", "local/miniflare.mjs", "local/localtest"},
	"app/dbstudio/web":          {},
	"app/cmd/worker/attack":     {"app/cmd/worker/test", "app/platform/workers/test", "local/localtest"},
	"local":                     {"local/sandbox"},
	"local/sandbox":             {},
	"local/worker":              {}, // runs inside workerd
	"local/test":                {"local/worker"},
	"local/localtest":           {"local/miniflare.mjs", "local/sandbox/answer.mjs"},
	"contract":                  {"local/miniflare.mjs", "local/localtest", "local/sandbox/answer.mjs"},
	"contract/client":           {"contract/targets.mjs", "local/localtest"},
	"bench":                     {"local/miniflare.mjs", "local/localtest", "local/sandbox/answer.mjs"},
	"bench/floor":               {},
	"bench/stack":               {},
	"bench/empty":               {},
}

func TestNodeArrows(t *testing.T) {
	used := usage{}
	for file, imports := range nodeImports(t) {
		owner := ownerOf(file, nodeArrows)
		assert.NotEmpty(t, owner, "%s is in no room: add a rule", file)
		used.add(owner)
		for _, imported := range imports {
			inside := ownerOf(imported, nodeArrows) == owner
			assert.True(t, inside || used.note(owner, imported, nodeArrows), "%s imports %s", file, imported)
		}
	}

	used.check(t, nodeArrows)
}

var (
	nodeFile   = regexp.MustCompile(`\.(mjs|js|ts)$`)
	nodeImport = regexp.MustCompile(`(?:\bfrom|\bimport)\s*\(?\s*["'](\.[^"']*)["']`)
	foreign    = []string{".git", ".local", "dist", "node_modules"}
)

// nodeImports returns what each file imports by a relative path, as paths from the project's root.
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
