package migrate_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate"
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
	for flag := range strings.SplitSeq(" "+strings.TrimSpace(r.parts["flags"]), " --") {
		var err error
		switch name, value, _ := strings.Cut(flag, " "); name {
		case "rename":
			input.Choices.Columns, err = parsed(generate.ParseRename, value, input.Choices.Columns)
		case "rename-table":
			input.Choices.Tables, err = parsed(generate.ParseTableRename, value, input.Choices.Tables)
		case "drop":
			input.Choices.Drops, err = parsed(generate.ParseDrop, value, input.Choices.Drops)
		case "fill":
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

// The same on D1 in workerd, with the rows that it was tried on.
func TestGenerateOnWorkerd(t *testing.T) {
	t.Parallel()
	cloud := theCloud(t)
	_, cases := reshapedCases(t)
	for _, c := range cases {
		if !strings.Contains(c.parts["written"], "\nplan: ") {
			continue // nothing is written
		}
		t.Run(c.name, func(t *testing.T) {
			made, err := generate.Make(t.Context(), c.input(t), "0001_after.sql")
			require.NoError(t, err)
			db := cloud.database(t)
			files := map[string]string{"0000_before.sql": c.parts["before"]}
			apply(t, db, folder(files))
			run(t, db, made.Sample...)
			before := c.counts(t, db)

			files["0001_after.sql"] = made.Text()
			report, err := engine(t, db, folder(files), migrate.Options{Allow: []string{migrate.All}}).Apply(t.Context())

			require.NoError(t, err)
			assert.Equal(t, made.Effect.Risk, report.Files[0].Effect.Risk)
			for table, rows := range c.counts(t, db) {
				if had, known := before[table]; known {
					assert.Equal(t, had, rows, "rows of %s", table)
				}
			}
			drift, err := engine(t, db, folder(files), migrate.Options{}).Drift(t.Context())
			require.NoError(t, err)
			assert.Empty(t, drift)
		})
	}
}

// counts returns the number of rows of each table.
func (r reshaped) counts(t *testing.T, db d1.Database) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, table := range column(t, db, `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%migrations' AND name NOT LIKE 'sqlite%' AND name NOT LIKE '^_cf%' ESCAPE '^'
		AND name NOT IN (SELECT name FROM pragma_table_list WHERE type = 'shadow')`) {
		found[table] = column(t, db, "SELECT CAST(count(*) AS TEXT) FROM "+quoted(table))[0]
	}
	return found
}
