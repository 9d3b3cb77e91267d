package generate

import (
	"context"
	"fmt"
	"strings"

	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// Unfilled is the error of new columns that are NOT NULL and have no value for rows that exist.
type Unfilled struct {
	Columns []Name
	Places  []string // where the schema file has them: "schema.sql line 3"
}

func (u *Unfilled) Error() string {
	lines := make([]string, len(u.Columns))
	for i, column := range u.Columns {
		lines[i] = fmt.Sprintf("the column %s (%s) is NOT NULL, and rows that exist would have no value in it", column, u.Places[i])
	}
	return strings.Join(lines, "\n")
}

// fill returns the chosen value of a column for rows that have none.
func (g *generator) fill(table *schema.Table, column string) (value string, chosen bool) {
	for _, fill := range g.input.Choices.Fills {
		if g.present(fill.Table) == sqltext.Fold(table.Name) && sqltext.Fold(fill.Column) == sqltext.Fold(column) {
			return fill.Value, true
		}
	}
	return "", false
}

// checkValues refuses columns that need a value and have none, and values that nothing needs.
func (g *generator) checkValues(context.Context) error {
	var open Unfilled
	for _, name := range schema.Names(g.want.schema.Tables, nil) {
		was, is := g.work.schema.Tables[name], g.want.schema.Tables[name]
		if was == nil {
			continue
		}
		for _, column := range is.Columns {
			_, filled := g.fill(is, column.Name)
			if !was.Has(column.Name) && needsValue(is, column) && !filled {
				open.Columns = append(open.Columns, Name{is.Name, column.Name})
				open.Places = append(open.Places, fmt.Sprintf("%s line %d", g.want.name, g.want.line(name, column.Name)))
			}
		}
	}

	for _, fill := range g.input.Choices.Fills {
		if err := g.checkFill(fill); err != nil {
			return err
		}
	}

	if len(open.Columns) > 0 {
		return &open
	}
	return nil
}

// needsValue reports whether a row must be given a value for the column. An INTEGER PRIMARY KEY gives itself one.
func needsValue(of *schema.Table, column schema.Column) bool {
	without := column.DefaultValue == "" || strings.EqualFold(strings.Trim(column.DefaultValue, "() "), "null")
	return column.NotNull && without && !column.Generated() && !(column.Primary > 0 && of.HasIntegerKey())
}

// checkFill refuses a value for a column in which no row lacks one.
func (g *generator) checkFill(fill Fill) error {
	key := g.present(fill.Table)
	was, is := g.work.schema.Tables[key], g.want.schema.Tables[key]
	if was == nil {
		return fmt.Errorf("--fill %s: the table is new, so no row lacks a value", fill.Name)
	}

	column, _ := is.Column(fill.Column)
	old, existed := was.Column(fill.Column)
	switch {
	case column.Generated():
		return fmt.Errorf("--fill %s: the column is generated, and takes no value", fill.Name)
	case existed && (old.NotNull || !column.NotNull):
		return fmt.Errorf("--fill %s: the column exists, and does not become NOT NULL, so no row needs a value", fill.Name)
	}

	return nil
}
