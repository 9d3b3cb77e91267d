package migrate_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/migrate/generate"
)

var update = flag.Bool("update", false, "write testdata/generate.txt anew")

const generateCases = "testdata/generate.txt"

// reshaped is a case of testdata/generate.txt.
type reshaped struct {
	name  string
	parts map[string]string // "before", "schema.sql", "flags" and "written"
}

func reshapedCases(t *testing.T) (intro string, cases []reshaped) {
	t.Helper()
	content, err := os.ReadFile(generateCases)
	require.NoError(t, err)
	intro, rest, _ := strings.Cut(string(content), "\n==== ")
	for section := range strings.SplitSeq(rest, "\n==== ") {
		name, body, _ := strings.Cut(section, "\n")
		found := reshaped{name, map[string]string{}}
		for part := range strings.SplitSeq("\n"+body, "\n---- ") {
			if title, text, named := strings.Cut(part, "\n"); named {
				found.parts[title] = strings.TrimSpace(text) + "\n"
			}
		}
		cases = append(cases, found)
	}
	return intro, cases
}

// String writes the case as the file has it.
func (r reshaped) String() string {
	var text strings.Builder
	text.WriteString("\n==== " + r.name + "\n")
	for _, title := range [...]string{"before", "schema.sql", "flags", "written"} {
		if part := r.parts[title]; part != "" {
			text.WriteString("---- " + title + "\n" + part)
		}
	}
	return text.String()
}

// input is what the case gives to the generator.
func (r reshaped) input(t *testing.T) generate.Input {
	t.Helper()
	input := generate.Input{Folder: folder(map[string]string{"0000_before.sql": r.parts["before"]}), Schema: []byte(r.parts["schema.sql"]), SchemaName: "schema.sql"}
	flags := strings.Fields(r.parts["flags"])
	for i := 0; i+1 < len(flags); i += 2 {
		var err error
		switch value := flags[i+1]; flags[i] {
		case "--rename":
			input.Choices.Columns, err = parsed(generate.ParseRename, value, input.Choices.Columns)
		case "--rename-table":
			input.Choices.Tables, err = parsed(generate.ParseTableRename, value, input.Choices.Tables)
		case "--drop":
			input.Choices.Drops, err = parsed(generate.ParseDrop, value, input.Choices.Drops)
		case "--fill":
			input.Choices.Fills, err = parsed(generate.ParseFill, value, input.Choices.Fills)
		}
		require.NoError(t, err)
	}
	return input
}

func parsed[V any](parse func(string) (V, error), text string, before []V) ([]V, error) {
	value, err := parse(text)
	return append(before, value), err
}

// What is written for each case is in testdata/generate.txt. It has been applied to rows on SQLite when it is returned.
func TestGenerate(t *testing.T) {
	intro, cases := reshapedCases(t)
	text := strings.TrimSpace(intro) + "\n"
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			want := c.parts["written"]
			c.parts["written"] = c.generate(t)
			if !*update {
				assert.Equal(t, want, c.parts["written"])
			}
		})
		text += c.String()
	}

	if *update {
		require.NoError(t, os.WriteFile(generateCases, []byte(text), 0o644))
	}
}

// generate returns what is written, or why nothing is.
func (r reshaped) generate(t *testing.T) string {
	made, err := generate.Make(t.Context(), r.input(t), "0001_after.sql")
	if err != nil {
		return "refused: " + err.Error() + "\n"
	}
	var text strings.Builder
	for _, note := range made.Notes {
		fmt.Fprintln(&text, "note: "+note)
	}
	if len(made.Statements) == 0 {
		return text.String() + "nothing to generate\n"
	}
	assert.Empty(t, made.Empty, "tables without rows")
	return text.String() + made.Text() + "plan: " + made.Effect.String() + "\n"
}
