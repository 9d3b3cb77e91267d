package generate

import (
	"fmt"

	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// copied is how the rows of a rebuilt table get into its new form: what is copied away beside its columns, and which columns
// of the new table get which values of the copy. Everything is computed while it is copied away, because by the time that it
// is copied back the tables are empty that an expression may read.
type copied struct {
	was, is         *schema.Table
	more            []string // terms of the SELECT that copies away
	columns, values []string
	taken           map[string]bool // names in the copy, in lower case
}

// copied returns how the rows of a table get into its new form.
func (g *generator) copied(name string) (*copied, error) {
	c := &copied{was: g.work.schema.Tables[name], is: g.want.schema.Tables[name], taken: map[string]bool{}}
	for _, column := range c.was.Columns {
		c.taken[sqltext.Fold(column.Name)] = true
	}
	kept := c.keepNumbers(g)
	numbers := len(c.values)

	for _, column := range c.is.Columns {
		value, filled := g.fill(c.is, column.Name)
		existed := c.was.Has(column.Name)
		switch {
		case column.Hidden != 0 || !existed && !filled:
		case existed && filled:
			c.compute(column.Name, fmt.Sprintf("coalesce(%s, %s)", bare(column.Name), value))
		case filled:
			c.compute(column.Name, value)
		default:
			c.keep(column.Name)
		}
	}

	if len(c.values) == numbers {
		return nil, fmt.Errorf("no column of the table %s stays, so that its rows would be lost: give the new table another name", c.was.Name)
	}
	if !kept {
		return c, g.checkNumbers(c.was)
	}
	return c, nil
}

// name returns a name that no column of the copy has.
func (c *copied) name(wanted string) string {
	for c.taken[sqltext.Fold(wanted)] {
		wanted += "_"
	}
	c.taken[sqltext.Fold(wanted)] = true
	return wanted
}

// compute gives a column of the new table the value of an expression.
func (c *copied) compute(column, expression string) {
	name := column
	if c.taken[sqltext.Fold(column)] || renamedByCopy(column) {
		name = "kept_" + column
	}
	name = c.name(name)
	c.more = append(c.more, expression+" AS "+bare(name))
	c.columns, c.values = append(c.columns, bare(column)), append(c.values, bare(name))
}

// renamedByCopy reports whether CREATE TABLE … AS SELECT gives a column another name.
func renamedByCopy(column string) bool {
	name := sqltext.Fold(column)
	return name == "true" || name == "false"
}

// keep gives a column of the new table the values that it has.
func (c *copied) keep(column string) {
	if renamedByCopy(column) {
		c.compute(column, bare(column))
		return
	}
	c.columns, c.values = append(c.columns, bare(column)), append(c.values, bare(column))
}
