package main

import (
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/local/localtest"
)

// suggestion is a command line that an error proposes.
var suggestion = regexp.MustCompile(`(?m)^  go run \./app/cmd/addreams (.*)$`)

// words splits a command line as a shell does.
func words(t *testing.T, line string) []string {
	t.Helper()
	localtest.Programs(t, "bash")
	output, err := exec.CommandContext(t.Context(), "bash", "-c", `printf '%s\0' `+line).Output()
	require.NoError(t, err)
	return strings.Split(strings.TrimSuffix(string(output), "\x00"), "\x00")
}

// Each command line that is suggested does its work when it is pasted, also if names are odd.
func TestSuggestionsAreAccepted(t *testing.T) {
	quoted := func(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
	cases := map[string]struct{ table, old, fresh string }{
		"dots":              {"a.b", "c.d", "e.f"},
		"equals signs":      {"a=b", "c=d", "e=f"},
		"quotes":            {`a"b`, `"c"`, `'e'`},
		"all of them":       {`a.b=c"d'e`, `x."y"=z`, `$(id) . = `},
		"spaces and dashes": {"--a b", " c", "d "},
		"beyond ASCII":      {"bücher", "名前", "naïve.ñ"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			for _, which := range [...]int{0, 1} { // to rename, and to drop
				elsewhere(t)
				write(t, "migrations/0000_first.sql", "CREATE TABLE "+quoted(c.table)+" (id integer PRIMARY KEY, "+quoted(c.old)+" text);")
				write(t, "migrations/schema.sql", "CREATE TABLE "+quoted(c.table)+" (id integer PRIMARY KEY, "+quoted(c.fresh)+" text);")
				_, err := addreams(t, "", "db", "generate", "change")
				require.Error(t, err)
				lines := suggestion.FindAllStringSubmatch(err.Error(), -1)
				require.Len(t, lines, 2, err)

				must(t, words(t, lines[which][1])...)

				assert.Contains(t, must(t, "db", "generate", "--check"), "Nothing to generate")
				assert.Equal(t, which == 0, strings.Contains(readText(t, "migrations/0001_change.sql"), "RENAME COLUMN"))
			}
		})
	}
}

// Two tables are gone and one is new: the suggestion to rename says which of them is dropped.
func TestSuggestionsWithTooFewNames(t *testing.T) {
	for name, c := range map[string]struct{ before, after, want string }{
		"tables": {
			"CREATE TABLE a (id integer); CREATE TABLE b (id integer);", "CREATE TABLE c (id integer);",
			"db generate change --rename-table a=c --drop b\n",
		},
		"columns": {
			"CREATE TABLE t (id integer, a text, b text);", "CREATE TABLE t (id integer, c text);",
			"db generate change --rename t.a=c --drop t.b\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			elsewhere(t)
			write(t, "migrations/0000_first.sql", c.before)
			write(t, "migrations/schema.sql", c.after)

			_, err := addreams(t, "", "db", "generate", "change")

			require.ErrorContains(t, err, c.want)
			must(t, words(t, suggestion.FindStringSubmatch(err.Error())[1])...)
		})
	}
}
