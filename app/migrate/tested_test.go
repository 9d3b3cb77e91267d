package migrate_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The README names the tests that hold each kind: they exist, on SQLite and on D1, and none is left out.
func TestReadmeNamesTheTests(t *testing.T) {
	readme, err := os.ReadFile("../../migrations/README.md")
	require.NoError(t, err)
	_, table, found := strings.Cut(string(readme), "| kind | on SQLite | on D1 in workerd |\n")
	require.True(t, found)
	table, _, _ = strings.Cut(table, "\n\n")

	named := map[string]bool{}
	rows := strings.Split(table, "\n")[1:]
	for _, row := range rows {
		cells := strings.Split(strings.Trim(row, "| "), " | ")
		require.Len(t, cells, 3, row)
		for _, cell := range cells[1:] {
			tests := regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(cell, -1)
			assert.NotEmpty(t, tests, row)
			for _, test := range tests {
				named[test[1]] = true
			}
		}
	}

	assert.GreaterOrEqual(t, len(rows), 11, "the kinds")
	assertExist(t, named)
	for name := range kinds {
		assert.True(t, named["TestKinds/"+name] && named["TestKindsOnWorkerd/"+name], "add %q to the table in migrations/README.md", name)
	}
}

// assertExist fails for a test that the package does not have: a function, or one of its tables of cases.
func assertExist(t *testing.T, tests map[string]bool) {
	t.Helper()
	files, err := filepath.Glob("*_test.go")
	require.NoError(t, err)
	var source strings.Builder
	for _, file := range files {
		content, err := os.ReadFile(file)
		require.NoError(t, err)
		source.Write(content)
	}

	for test := range tests {
		function, name, part := strings.Cut(test, "/")
		assert.Contains(t, source.String(), "\nfunc "+function+"(t *testing.T) {\n", test)
		assert.True(t, !part || kinds[name] != nil, "%s: there is no table of cases of that name", test)
	}
}
