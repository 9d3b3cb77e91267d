package binding_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/binding"
)

// read returns a file of the project.
func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("../..", path))
	require.NoError(t, err)
	return string(content)
}

// TestDocumentsListEveryBinding compares what people read with All. Pulumi.yaml is compared in infra/config.
func TestDocumentsListEveryBinding(t *testing.T) {
	readme := rows(section(read(t, "README.md"), "## Configuration"))
	example := regexp.MustCompile(`(?m)^# ([A-Z][A-Z0-9_]*)=$`).FindAllStringSubmatch(read(t, ".dev.vars.example"), -1)
	examples := map[string]bool{}
	for _, match := range example {
		examples[match[1]] = true
	}
	operations := rows(section(read(t, "docs/operations.md"), "## Secrets"))

	for _, b := range binding.All() {
		row, found := readme[b.Name]
		secret := b.Kind == binding.Secret
		if assert.True(t, found, "README.md, table of bindings: add\n| `%s` | %s | %s |", b.Name, b.Meaning, map[bool]string{true: "yes"}[secret]) {
			assert.Equal(t, secret, strings.HasSuffix(row, "| yes |"), "README.md: the row of %s says whether it is a secret", b.Name)
			assert.Contains(t, row, b.Default, "README.md: the row of %s has its default", b.Name)
		}
		if !secret {
			continue
		}
		assert.True(t, examples[b.Name], ".dev.vars.example: add\n# %s.\n# %s=", b.Meaning, b.Name)
		assert.Contains(t, operations, b.Setting, "docs/operations.md, Secrets: add\n| `%s` | what a new value does | in which order |", b.Setting)
	}

	for name := range readme {
		assert.True(t, listed(name), "README.md, table of bindings: %s is not a binding", name)
	}
	for name := range examples {
		assert.True(t, listed(name), ".dev.vars.example: %s is not a binding", name)
	}
}

// formerNames are bindings of the service before this one, which the contract's harness can run as well.
var formerNames = map[string]bool{"TRUSTED_ORIGINS": true}

// TestContractBindsWhatThereIs compares the environment of the contract's harness with All.
func TestContractBindsWhatThereIs(t *testing.T) {
	const path = "contract/secrets.mjs"
	_, list, found := strings.Cut(read(t, path), "export const bindings = {\n")
	require.True(t, found, "%s has a list of bindings", path)
	list, _, _ = strings.Cut(list, "\n};")
	bound := map[string]bool{}
	for _, match := range regexp.MustCompile(`(?m)^\s*([A-Z][A-Z0-9_]*):`).FindAllStringSubmatch(list, -1) {
		bound[match[1]] = true
	}
	require.NotEmpty(t, bound)

	for name := range bound {
		assert.True(t, listed(name) || formerNames[name], "%s: %s in bindings is not a binding", path, name)
	}
	for _, b := range binding.All() {
		if b.MustSet {
			assert.True(t, bound[b.Name], "%s: add `%s: \"…\",` to bindings", path, b.Name)
		}
	}
}

func listed(name string) bool {
	for _, b := range binding.All() {
		if b.Name == name {
			return true
		}
	}
	return false
}

// section returns the text below a heading, up to the next heading of its level.
func section(text, heading string) string {
	_, text, _ = strings.Cut(text, "\n"+heading+"\n")
	text, _, _ = strings.Cut(text, "\n## ")
	return text
}

// rows returns the rows of a section's tables, by each name in the code of their first column.
func rows(text string) map[string]string {
	found := map[string]string{}
	for line := range strings.SplitSeq(text, "\n") {
		cells := strings.Split(line, "|")
		if len(cells) < 4 {
			continue
		}
		for _, name := range regexp.MustCompile("`(\\w+)`").FindAllStringSubmatch(cells[1], -1) {
			found[name[1]] = line
		}
	}
	return found
}
