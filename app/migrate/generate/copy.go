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
	what := "*"
	if table.Virtual {
		what = "rowid AS " + freeName(table, "kept_rowid") + ", *"
	}
	for _, column := range table.Columns {
		if name := keptName(table, column.Name); name != column.Name {
			what += fmt.Sprintf(", %s AS %s", bare(column.Name), name)
		}
	}
	if _, values := g.copied(name); len(values) == 0 {
		return nil, fmt.Errorf("no column of the table %s stays, so that its rows would be lost: give the new table another name", table.Name)
	}

	statements := []string{fmt.Sprintf("CREATE TABLE %s AS SELECT %s FROM %s", bare(kept), what, bare(table.Name))}
	if g.numbered(name) {
		statements = append(statements, fmt.Sprintf("UPDATE sqlite_sequence SET name = %s WHERE name = %s", sqltext.Literal(kept), sqltext.Literal(table.Name)))
	}
	return statements, nil
}

// keptName returns the name of a column in the copy: CREATE TABLE … AS SELECT gives columns that are called true or
// false another name.
func keptName(of *schema.Table, column string) string {
	if name := sqltext.Fold(column); name == "true" || name == "false" {
		return freeName(of, "kept_"+name)
	}
	return column
}

// freeName returns a name that no column of the table has.
func freeName(of *schema.Table, name string) string {
	for of.Has(name) {
		name += "_"
	}
	return name
}

// copyBack returns the statements that put the rows and the counter into the new table.
func (g *generator) copyBack(name, kept string) []string {
	table := g.want.schema.Tables[name]
	if !g.keepsRows(name) {
		return g.fillIndex(name)
	}
	columns, values := g.copied(name)
	statements := []string{fmt.Sprintf("INSERT INTO %s (%s)\n\tSELECT %s FROM %s", bare(table.Name), strings.Join(columns, ", "), strings.Join(values, ", "), bare(kept))}
	if g.numbered(name) {
		statements = append(statements,
			fmt.Sprintf("UPDATE sqlite_sequence SET seq = max(seq, coalesce((SELECT seq FROM sqlite_sequence WHERE name = %s), 0)) WHERE name = %s",
				sqltext.Literal(kept), sqltext.Literal(table.Name)),
			"DELETE FROM sqlite_sequence WHERE name = "+sqltext.Literal(kept))
	}
	return statements
}

// copied returns the columns of a rebuilt table that get a value from the copy, and the values.
func (g *generator) copied(name string) (columns, values []string) {
	was, is := g.work.schema.Tables[name], g.want.schema.Tables[name]
	if is.Virtual {
		columns, values = []string{"rowid"}, []string{freeName(was, "kept_rowid")}
	}
	for _, column := range is.Columns {
		if column.Hidden != 0 {
			continue
		}

		value, filled := g.fill(is, column.Name)
		_, existed := was.Column(column.Name)
		switch {
		case existed && filled:
			value = fmt.Sprintf("coalesce(%s, %s)", bare(keptName(was, column.Name)), value)
		case existed:
			value = bare(keptName(was, column.Name))
		case !filled:
			continue
		}
		columns, values = append(columns, bare(column.Name)), append(values, value)
	}

	return columns, values
}
