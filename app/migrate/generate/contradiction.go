package generate

import (
	"errors"
	"fmt"
	"slices"

	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// contradictions collects choices that contradict the schemas.
type contradictions struct {
	*generator
	moved map[string]string // the new names of tables to the old ones, in lower case
	found []error
}

// checkChoices refuses choices that contradict the schemas.
func (g *generator) checkChoices() error {
	c := contradictions{generator: g, moved: map[string]string{}}
	for _, to := range g.input.Choices.Tables {
		c.tableRename(to)
	}
	for _, to := range g.input.Choices.Columns {
		c.columnRename(to)
	}
	for _, name := range g.input.Choices.Drops {
		c.drop(name)
	}
	for i, fill := range g.input.Choices.Fills {
		c.fill(fill, g.input.Choices.Fills[:i])
	}

	return errors.Join(c.found...)
}

func (c *contradictions) add(format string, args ...any) {
	c.found = append(c.found, fmt.Errorf(format, args...))
}

func (c *contradictions) tableRename(to Rename) {
	was, is := c.work.schema.Tables, c.want.schema.Tables
	from, into := sqltext.Fold(to.Table), sqltext.Fold(to.To)
	switch {
	case was[from] == nil:
		c.add("--rename-table %s: there is no table %s to rename", to, to.Table)
	case is[from] != nil:
		c.add("--rename-table %s: %s still has a table %s", to, c.want.name, to.Table)
	case is[into] == nil:
		c.add("--rename-table %s: %s has no table %s", to, c.want.name, to.To)
	case was[into] != nil:
		c.add("--rename-table %s: there is a table %s already", to, to.To)
	case c.moved[into] != "":
		c.add("--rename-table %s: %s gets that name too", to, c.moved[into])
	}
	c.moved[into] = from
}

// tables returns a table before and after, by its old or new name.
func (c *contradictions) tables(name string) (was, is *schema.Table) {
	key := sqltext.Fold(name)
	for into, from := range c.moved {
		if key == into || key == from {
			return c.work.schema.Tables[from], c.want.schema.Tables[into]
		}
	}
	return c.work.schema.Tables[key], c.want.schema.Tables[key]
}

func (c *contradictions) columnRename(to Rename) {
	was, is := c.tables(to.Table)
	switch {
	case was == nil || is == nil:
		c.add("--rename %s: there is no table %s before and after", to, to.Table)
	case !was.Has(to.Column):
		c.add("--rename %s: there is no column %s to rename", to, to.Name)
	case is.Has(to.Column):
		c.add("--rename %s: %s still has a column %s", to, c.want.name, to.Name)
	case !is.Has(to.To):
		c.add("--rename %s: %s has no column %s.%s", to, c.want.name, to.Table, to.To)
	case was.Has(to.To):
		c.add("--rename %s: there is a column %s.%s already", to, to.Table, to.To)
	}
}

func (c *contradictions) drop(name Name) {
	was, is := c.tables(name.Table)
	switch {
	case was == nil:
		c.add("--drop %s: there is no table %s", name, name.Table)
	case name.Column == "" && is != nil, name.Column != "" && is != nil && is.Has(name.Column):
		c.add("--drop %s: %s still has it; remove it there", name, c.want.name)
	case name.Column != "" && !was.Has(name.Column):
		c.add("--drop %s: there is no such column", name)
	}
}

func (c *contradictions) fill(fill Fill, before []Fill) {
	_, is := c.tables(fill.Table)
	switch {
	case is == nil || !is.Has(fill.Column):
		c.add("--fill %s: %s has no such column", fill.Name, c.want.name)
	case slices.ContainsFunc(before, func(f Fill) bool { return f.is(fill.Name) }):
		c.add("--fill %s: it is given twice", fill.Name)
	}
}
