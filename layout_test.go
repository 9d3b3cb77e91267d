// Package addreams_test states which package may know which, and checks it.
package addreams_test

import (
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	root   = "github.com/addreams/addreams"
	module = root + "/"
)

// arrows is the rule for Go: a package, and those below it that have no rule of their own, may import only these packages of
// the project, and those below them. Every package is under a rule. The tests of a package are free, but a permission counts as
// used if only a test uses it. The domain (auth, studio) imports no adapter; infra knows of the application only what it deploys.
var arrows = map[string][]string{
	"app/fault":            {},
	"app/binding":          {},
	"app/dotenv":           {},
	"app/safejson":         {},
	"app/sleep":            {},
	"app/js":               {},
	"app/whatwg":           {},
	"app/cloudflare":       {"app/sleep"},
	"app/d1":               {"app/d1", "app/cloudflare"},
	"app/platform":         {"app/d1"},
	"app/platform/native":  {"app/platform", "app/d1"},
	"app/platform/workers": {"app/platform", "app/d1", "local/localtest"},
	"app/auth":             {"app/auth/cookie", "app/auth/oauth", "app/fault", "app/js", "app/platform", "app/safejson", "app/whatwg"},
	"app/auth/cookie":      {"app/safejson", "app/js"},
	"app/auth/oauth":       {"app/platform", "app/safejson", "app/js"},
	"app/zod":              {},
	"app/studio/form":      {},
	"app/studio/payload":   {"app/safejson"},
	"app/studio/picture":   {"app/studio/payload", "app/fault", "app/platform", "app/js", "app/whatwg"},
	"app/studio":           {"app/studio", "app/fault", "app/platform", "app/safejson", "app/sleep", "app/js", "app/whatwg", "app/zod"},
	"app/provider":         {"app/studio", "app/fault", "app/platform", "app/safejson", "app/js", "app/binding"},
	"app/billing":          {"app/billing", "app/studio", "app/binding", "app/fault", "app/platform", "app/safejson"},
	"app/store":            {"app/auth", "app/studio", "app/billing", "app/fault", "app/d1", "app/safejson"},
	"app/migrate":          {"app/migrate/script", "app/migrate/catalog", "app/migrate/sqltext", "app/d1", "app/sleep"},
	"app/migrate/sqltext":  {"app/d1"}, // its limits, and what it accepts
	"app/migrate/script":   {"app/d1/d1sql"},
	"app/migrate/catalog":  {"app/migrate/sqltext", "app/d1"},
	"app/migrate/rehearse": {"app/migrate", "app/d1"}, // native alone: it links SQLite
	"app/migrate/generate": {"app/migrate", "app/d1"}, // the same
	"app/dbstudio":         {"app/d1", "app/migrate"},
	"app/dump":             {"app/d1", "app/migrate"},
	"app/seed":             {"app/auth", "app/store", "app/studio", "app/fault", "app/d1", "app/platform"},
	"app/api": {
		"app/api", "app/auth", "app/studio", "app/billing", "app/store", "app/provider", "app/migrate", "migrations",
		"app/fault", "app/binding", "app/d1", "app/platform", "app/safejson", "app/js", "app/whatwg",
	},
	"app/api/httpio":      {"app/js"},
	"app/api/openapi":     {"app/safejson"},
	"app/api/reference":   {},
	"app/api/betterauth":  {"app/api/httpio", "app/auth", "app/studio/payload", "app/fault", "app/js", "app/zod"},
	"migrations":          {},
	"migrations/migrated": {"migrations", "app/migrate", "app/d1"}, // for tests

	"infra":         {"infra/config", "infra/hook", "infra/release", "app/binding"}, // declares, and contacts nothing
	"infra/names":   {},
	"infra/config":  {"infra/config", "infra/names", "app/binding", "app/cloudflare", "app/dotenv", "app/whatwg"},
	"infra/release": {"infra/config", "app/migrate"},
	"infra/hook": {
		"infra/config", "infra/names", "infra/release", "infra/review", "app/binding", "app/cloudflare", "app/d1", "app/migrate",
	},
	"infra/review":     {"app/migrate"},
	"infra/smoke":      {"app/binding", "app/sleep"},
	"infra/github":     {},
	"infra/r2":         {"app/cloudflare"},
	"infra/secret":     {},
	"infra/logs":       {},
	"infra/localcloud": {"app/cloudflare"},
	"infra/engine":     {"infra/localcloud", "infra/secret", "app/binding"},
	"infra/dev":        {"app/platform/workers/bundle"},
	"infra/local": {
		"app/cloudflare", "app/platform/workers/bundle", "infra/config", "infra/engine", "infra/localcloud", "infra/names", "infra/r2", "infra/secret", "app/binding", "app/dotenv",
	},
	"infra/cmd": {"infra", "app/binding", "app/cloudflare", "app/platform/workers/bundle"},

	"app/cmd/worker": {"app/api", "app/binding", "app/platform"},
	"app/cmd/addreams": {
		"app/api", "app/binding", "app/cloudflare", "app/d1", "app/dbstudio", "app/dotenv", "app/dump", "app/migrate", "app/platform",
		"app/provider", "app/store", "app/studio", "app/auth", "app/seed", "app/whatwg", "infra/localcloud", "infra/names", "migrations",
	},
	"contract/native": {"app/api", "app/d1", "app/platform"},
	"local/localtest": {},
	"docs":            {},
	root:              {"local/localtest"},
}

func TestArrows(t *testing.T) {
	used := usage{}
	for _, pkg := range list(t) {
		owner := ownerOf(pkg.ImportPath, arrows)
		if !assert.NotEmpty(t, owner, "%s has no rule: say what it may import", pkg.ImportPath) {
			continue
		}
		used.add(owner)
		for _, imported := range ours(pkg.Imports) {
			assert.True(t, used.note(owner, imported, arrows), "%s imports %s", pkg.ImportPath, imported)
		}
		for _, imported := range ours(pkg.TestImports, pkg.XTestImports) {
			used.note(owner, imported, arrows)
		}
	}

	used.check(t, arrows)
}

// ours are the imports that belong to the project, as paths from its root.
func ours(lists ...[]string) []string {
	var paths []string
	for _, imported := range slices.Concat(lists...) {
		if path, found := strings.CutPrefix(imported, module); found {
			paths = append(paths, path)
		}
	}
	return paths
}

// ownerOf returns the rule that a path is under; "" if there is none.
func ownerOf(path string, rules map[string][]string) string {
	path = strings.TrimPrefix(path, module)
	longest := ""
	for owner := range rules {
		if within(path, owner) && len(owner) > len(longest) {
			longest = owner
		}
	}
	return longest
}

func within(path, owner string) bool {
	return path == owner || strings.HasPrefix(path, owner+"/")
}

// usage is which rules have been met, and which of their permissions have been used.
type usage map[string]map[string]bool

func (u usage) add(owner string) {
	if u[owner] == nil {
		u[owner] = map[string]bool{}
	}
}

// note records an import under its rule, and reports whether it is permitted.
func (u usage) note(owner, imported string, rules map[string][]string) bool {
	u.add(owner)
	known := false
	for _, permitted := range rules[owner] {
		if within(imported, permitted) {
			known = true
			u[owner][permitted] = true
		}
	}
	return known
}

// check fails for each rule that nothing is under, and for each permission that nothing has used.
func (u usage) check(t *testing.T, rules map[string][]string) {
	t.Helper()
	for owner, permissions := range rules {
		if !assert.Contains(t, u, owner, "nothing is in %s: its rule is out of date", owner) {
			continue
		}
		for _, permitted := range permissions {
			assert.True(t, u[owner][permitted], "%s may import %s, and does not: remove the permission", owner, permitted)
		}
	}
}

type goPackage struct {
	ImportPath   string
	Imports      []string
	TestImports  []string
	XTestImports []string
	GoFiles      []string
	TestGoFiles  []string
	XTestGoFiles []string
}

// list returns the packages of both builds, the native one and the Worker's.
func list(t *testing.T) []goPackage {
	var packages []goPackage
	for _, target := range [][]string{nil, {"GOOS=js", "GOARCH=wasm"}} {
		command := exec.Command("go", "list", "-e", "-json=ImportPath,Imports,TestImports,XTestImports,GoFiles,TestGoFiles,XTestGoFiles", "./...")
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

// README's map lists every package: by its path, or by its name in the entry of the directory above it.
func TestReadmeListsEveryPackage(t *testing.T) {
	text, err := os.ReadFile("README.md")
	require.NoError(t, err)
	_, section, _ := strings.Cut(string(text), "\n## Where things are\n")
	section, _, _ = strings.Cut(section, "\n## ")
	entries, latest := map[string]string{}, ""
	for line := range strings.Lines(section) {
		if entry, found := strings.CutPrefix(line, "    "); found && !strings.HasPrefix(entry, " ") {
			latest, _, _ = strings.Cut(entry, " ")
		}
		entries[latest] += line
	}

	for _, pkg := range list(t) {
		path, inside := strings.CutPrefix(pkg.ImportPath, module)
		if !inside || strings.Contains(path, "testworker") {
			continue
		}
		owner := path
		for entries[owner] == "" && strings.Contains(owner, "/") {
			owner = owner[:strings.LastIndex(owner, "/")]
		}
		name := path[strings.LastIndex(path, "/")+1:]
		assert.Regexp(t, `\b`+name+`\b`, entries[owner], "README.md, Where things are: add a line for %s", path)
	}
}
