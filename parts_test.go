package addreams_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/local/localtest"
)

const partsMakefile = `
test-setup: ## gets ready
	@echo preparing; $(FAIL)
test-first: ## says why it fails
	@echo the reason; false
test-second: second
second: ## passes
	@echo not repeated
`

// tools/parts says what runs and how long it took, and repeats the words of a part that failed after all others have run.
func TestParts(t *testing.T) {
	localtest.Programs(t, "bash", "make")
	cases := map[string]struct {
		parts  []string
		fail   string // what makes the first part fail
		passed bool
		want   string // what is printed matches it
	}{
		"all pass":          {[]string{"setup", "second"}, "", true, `second: passes\n +\d+ s second passed\n +\d+ s in all\n$`},
		"one fails":         {[]string{"setup", "first", "second"}, "", false, `first FAILED\n(.*\n)*.*second passed\n(.*\n)*.*make test-first(.*\n)*the reason\n`},
		"one of two fails":  {[]string{"setup", "first+second"}, "", false, `in all\n(.*\n)*the reason\n`},
		"the first of them": {[]string{"setup", "second"}, "false", false, `setup FAILED\n +\d+ s in all\n(.*\n)*preparing\n`},
	}
	script, err := os.ReadFile("tools/parts")
	require.NoError(t, err)

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, os.Mkdir(filepath.Join(dir, "tools"), 0o755))
			require.NoError(t, os.WriteFile(filepath.Join(dir, "tools/parts"), script, 0o755))
			require.NoError(t, os.WriteFile(filepath.Join(dir, "Makefile"), []byte(partsMakefile), 0o644))
			command := exec.Command(filepath.Join(dir, "tools/parts"), tc.parts...)
			command.Env = append(os.Environ(), "FAIL="+tc.fail, "MAKEFLAGS=")

			output, err := command.Output()

			assert.Equal(t, tc.passed, err == nil, "%s", output)
			assert.Regexp(t, tc.want, string(output))
			assert.NotContains(t, string(output), "not repeated")
		})
	}
}

// Every part that `make test` runs is a target of its own.
func TestPartsAreTargets(t *testing.T) {
	localtest.Programs(t, "bash", "make")
	text, err := os.ReadFile("Makefile")
	require.NoError(t, err)
	match := regexp.MustCompile(`\n\t@tools/parts (.*)\n`).FindStringSubmatch(string(text))
	require.NotNil(t, match)

	for _, part := range strings.FieldsFunc(match[1], func(r rune) bool { return r == ' ' || r == '+' }) {
		assert.NoError(t, exec.Command("make", "-n", "test-"+part).Run(), "make test-%s", part)
		assert.Regexp(t, `\n(test-)?`+part+`:.* ## `, string(text), "tools/parts reads there what the part is about")
	}
}

// The tests that the race detector leaves out are those that run without it, and exist.
func TestOrdersAreTests(t *testing.T) {
	localtest.Programs(t, "bash", "make")
	text, err := os.ReadFile("Makefile")
	require.NoError(t, err)
	assert.Contains(t, string(text), "go test -race $(QUIET) -skip '$(ORDERS)'")
	assert.Contains(t, string(text), "-run '$(ORDERS)' ./app/api ./app/api/betterauth\n")

	names := strings.Trim(variable(t, "ORDERS"), "^()$")
	listed, err := exec.Command("go", "test", "-list", names, "./app/api", "./app/api/betterauth").Output()
	require.NoError(t, err)
	for name := range strings.SplitSeq(names, "|") {
		assert.Regexp(t, `(?m)^`+name+`$`, string(listed))
	}
}

// withoutDetector are packages where something runs at the same time, and why the detector does not watch it.
var withoutDetector = map[string]string{
	"app/migrate":          "they draw thousands of schemas",
	"app/migrate/generate": "likewise",
	"app/dbstudio":         "likewise",
	"infra":                "one flag of a test; the SDK of Cloudflare would be compiled a second time",
	"infra/e2e":            "what runs there are other programs",
}

// Every package where something runs at the same time is under the race detector.
func TestDetectorWatches(t *testing.T) {
	watched := strings.Fields(variable(t, "SHARING"))
	concurrent := regexp.MustCompile(`(?m)^\s*go [a-z]|\.Go\(func|\bsync\.(Mutex|RWMutex|WaitGroup|Map|Cond|Pool)\b|\batomic\.`)

	for _, pkg := range list(t) {
		path := strings.TrimPrefix(pkg.ImportPath, module)
		if len(pkg.TestGoFiles)+len(pkg.XTestGoFiles) == 0 || withoutDetector[path] != "" {
			continue
		}
		for _, name := range slices.Concat(pkg.GoFiles, pkg.TestGoFiles, pkg.XTestGoFiles) {
			text, err := os.ReadFile(filepath.Join(path, name))
			if err != nil || strings.Contains(string(text), "//go:build js") {
				continue
			}
			assert.False(t, concurrent.Match(text) && !slices.Contains(watched, "./"+path), "%s/%s: add ./%s to SHARING in the Makefile", path, name, path)
		}
	}
}

// Whatever the Worker embeds makes `make up` build it anew.
func TestEmbeddedFilesAreSources(t *testing.T) {
	sources := strings.Fields(variable(t, "SOURCES"))
	command := exec.Command("go", "list", "-deps", "-f", "{{range .EmbedFiles}}{{$.ImportPath}}/{{.}}\n{{end}}", "./app/cmd/worker")
	command.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	listed, err := command.Output()
	require.NoError(t, err)

	for file := range strings.FieldsSeq(string(listed)) {
		if path, ours := strings.CutPrefix(file, module); ours {
			assert.Contains(t, sources, path, "add it to SOURCES in the Makefile")
		}
	}
	assert.Contains(t, string(listed), module+"app/api/openapi/base.json")
}

// variable returns a variable of the Makefile.
func variable(t *testing.T, name string) string {
	localtest.Programs(t, "make")
	output, err := exec.Command("make", "--no-print-directory", "-s", "--eval", "print: ; $(info $("+name+"))", "print").Output()
	require.NoError(t, err)
	return strings.TrimSpace(string(output))
}
