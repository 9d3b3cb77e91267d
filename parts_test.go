package addreams_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
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
	text, err := os.ReadFile("Makefile")
	require.NoError(t, err)
	assert.Contains(t, string(text), "go test -race $(QUIET) -skip '$(ORDERS)'")
	assert.Contains(t, string(text), "-run '$(ORDERS)' ./app/api ./app/api/betterauth\n")
	match := regexp.MustCompile(`\nORDERS  := \^\((.*)\)\$\$\n`).FindStringSubmatch(string(text))
	require.NotNil(t, match)

	listed, err := exec.Command("go", "test", "-list", match[1], "./app/api", "./app/api/betterauth").Output()
	require.NoError(t, err)
	for name := range strings.SplitSeq(match[1], "|") {
		assert.Regexp(t, `(?m)^`+name+`$`, string(listed))
	}
}
