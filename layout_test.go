// Package addreams_test states which package may know which, and checks it.
package addreams_test

import (
	"encoding/json"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = "github.com/addreams/addreams/"

// arrows is the rule: a package, and those below it that have no rule of their own, may import only these of the project
// (and what stands below them).
// The domain (auth, studio) imports no adapter; infra knows of the application only what it deploys.
var arrows = map[string][]string{
	"app/fault":            {},
	"app/binding":          {},
	"app/dotenv":           {},
	"app/safejson":         {},
	"app/js":               {},
	"app/whatwg":           {},
	"app/cloudflare":       {},
	"app/d1":               {"app/d1", "app/cloudflare"},
	"app/platform":         {"app/d1"},
	"app/platform/native":  {"app/platform", "app/d1"},
	"app/platform/workers": {"app/platform", "app/d1", "local/localtest"},
	"app/auth":             {"app/auth/cookie", "app/auth/oauth", "app/fault", "app/platform", "app/safejson", "app/whatwg"},
	"app/auth/cookie":      {"app/safejson", "app/js"},
	"app/auth/oauth":       {"app/platform", "app/safejson", "app/js"},
	"app/zod":              {},
	"app/studio":           {"app/studio", "app/fault", "app/platform", "app/safejson", "app/whatwg", "app/zod"},
	"app/provider":         {"app/studio", "app/fault", "app/platform", "app/safejson", "app/binding"},
	"app/store":            {"app/auth", "app/studio", "app/fault", "app/d1", "app/safejson"},
	"app/migrate":          {"app/migrate/script", "app/migrate/catalog", "app/migrate/sqltext", "app/d1"},
	"app/migrate/sqltext":  {"app/d1/d1sql"},
	"app/migrate/script":   {"app/d1/d1sql"},
	"app/migrate/catalog":  {"app/migrate/sqltext", "app/d1"},
	"app/migrate/rehearse": {"app/migrate", "app/d1"}, // native alone: it links SQLite
	"app/api": {
		"app/api", "app/auth", "app/studio", "app/store", "app/provider", "app/migrate", "migrations",
		"app/fault", "app/binding", "app/d1", "app/platform", "app/safejson", "app/js", "app/whatwg",
	},
	"app/api/httpio":      {},
	"app/api/betterauth":  {"app/api/httpio", "app/auth", "app/studio/payload", "app/fault", "app/js", "app/zod"},
	"migrations":          {},
	"migrations/migrated": {"migrations", "app/migrate", "app/d1"}, // for tests
	"infra":               {"infra", "app/dotenv", "app/whatwg", "app/binding", "app/cloudflare", "app/migrate", "app/d1", "migrations"},
}

func TestArrows(t *testing.T) {
	seen := map[string]bool{}
	for _, pkg := range list(t) {
		owner := ownerOf(pkg.ImportPath)
		seen[owner] = true
		for _, imported := range pkg.Imports {
			ours := strings.HasPrefix(imported, module)
			known := owner == "" || slices.ContainsFunc(arrows[owner], func(path string) bool { return within(imported, path) })
			assert.True(t, !ours || known, "%s imports %s", pkg.ImportPath, imported)
		}
	}
	for owner := range arrows {
		assert.True(t, seen[owner], "there is no package %s: the rule is out of date", owner)
	}
}

// ownerOf is the rule that a package stands under; "" if it may import anything, as commands may.
func ownerOf(path string) string {
	longest := ""
	for owner := range arrows {
		if within(path, owner) && len(owner) > len(longest) {
			longest = owner
		}
	}
	return longest
}

type goPackage struct {
	ImportPath string
	Imports    []string
}

// list asks for the packages of both builds, the native one and the Worker's.
func list(t *testing.T) []goPackage {
	var packages []goPackage
	for _, target := range [][]string{nil, {"GOOS=js", "GOARCH=wasm"}} {
		command := exec.Command("go", "list", "-e", "-json=ImportPath,Imports", "./...")
		command.Env = append(command.Environ(), target...)
		output, err := command.Output()
		require.NoError(t, err)
		for decoder := json.NewDecoder(strings.NewReader(string(output))); ; {
			var pkg goPackage
			if err := decoder.Decode(&pkg); err == io.EOF {
				break
			} else {
				require.NoError(t, err)
			}
			packages = append(packages, pkg)
		}
	}
	return packages
}

func within(path, owner string) bool {
	path = strings.TrimPrefix(path, module)
	return path == owner || strings.HasPrefix(path, owner+"/")
}
