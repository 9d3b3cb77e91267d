package generate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// keepsRows reports whether the table has rows of its own: not a full-text table over another table's.
func (g *generator) keepsRows(name string) bool {
	table := g.work.schema.Tables[name]
	return !table.Virtual || table.OwnsContent()
}

// numbered reports whether a table has an AUTOINCREMENT counter before and after.
func (g *generator) numbered(name string) bool {
	counts := func(table *schema.Table) bool {
		return slices.Contains(table.Clauses, schema.Clause{Text: "autoincrement"})
	}
	return counts(g.work.schema.Tables[name]) && counts(g.want.schema.Tables[name])
}

// copyAway returns the statements that keep a table's rows, and its counter under another name.
func (g *generator) copyAway(name, kept string) ([]string, error) {
	table := g.work.schema.Tables[name]
	if !g.keepsRows(name) {
		if of, _ := table.ExternalContent(); of == "" && table.Module() == "fts5" {
			return nil, fmt.Errorf("the full-text table %s keeps no content, so that its rows can't be copied to its new form: give the new one another name", table.Name)
		}
		return nil, nil
	}
	copied, err := g.copied(name)
	if err != nil {
		return nil, err
	}

	statements := []string{fmt.Sprintf("CREATE TABLE %s AS SELECT %s FROM %s", bare(kept), strings.Join(append(copied.more, "*"), ", "), bare(table.Name))}
	if g.numbered(name) {
		statements = append(statements, fmt.Sprintf("UPDATE sqlite_sequence SET name = %s WHERE name = %s", sqltext.Literal(kept), sqltext.Literal(table.Name)))
	}
	return statements, nil
}

// copyBack returns the statements that put the rows and the counter into the new table.
func (g *generator) copyBack(name, kept string) ([]string, error) {
	table := g.want.schema.Tables[name]
	if !g.keepsRows(name) {
		return g.fillIndex(name), nil
	}
	copied, err := g.copied(name)
	if err != nil {
		return nil, err
	}

	statements := []string{fmt.Sprintf("INSERT INTO %s (%s)\n\tSELECT %s FROM %s",
		bare(table.Name), strings.Join(copied.columns, ", "), strings.Join(copied.values, ", "), bare(kept))}
	if g.numbered(name) {
		statements = append(statements,
			fmt.Sprintf("UPDATE sqlite_sequence SET seq = max(seq, coalesce((SELECT seq FROM sqlite_sequence WHERE name = %s), 0)) WHERE name = %s",
				sqltext.Literal(kept), sqltext.Literal(table.Name)),
			"DELETE FROM sqlite_sequence WHERE name = "+sqltext.Literal(kept))
	}
	return statements, nil
}
