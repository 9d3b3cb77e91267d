package generate

import (
	"context"
	"fmt"
	"strings"

	"github.com/addreams/addreams/app/migrate/rehearse/schema"
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

// checkValues refuses columns that need a value and have none, and values that nothing needs.
func (g *generator) checkValues(ctx context.Context) error {
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

	if err := g.checkFills(ctx); err != nil {
		return err
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
