package generate

import (
	"fmt"
	"slices"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// SQLite numbers the rows of a table, and full-text tables, triggers and views may know them by these numbers
// (https://www.sqlite.org/lang_createtable.html#rowid). So a rebuilt table's rows keep them.

// keepNumbers copies the rows' numbers, and reports whether the rows keep them.
func (c *copied) keepNumbers(g *generator) bool {
	from, into := integerKey(c.was), integerKey(c.is)
	_, filled := g.fill(c.is, into)
	switch {
	case c.was.WithoutRowid():
		return true // there are none
	case into != "" && sqltext.SameName(into, from):
		return true // they are a column's values
	case c.is.WithoutRowid(), into != "" && (filled || c.was.Has(into)):
		return false // they are gone, or get the values of another column
	}
	if from == "" {
		from = c.was.RowidName()
	}
	if into == "" {
		into = c.is.RowidName()
	}
	if from == "" || into == "" || len(c.was.Columns) >= d1.MaxColumns {
		return false // columns have all of the names, or there is no place for one more
	}

	name := c.name("kept_rowid")
	c.more = append(c.more, bare(from)+" AS "+name)
	c.columns, c.values = append(c.columns, bare(into)), append(c.values, name)
	return true
}

// integerKey returns the INTEGER PRIMARY KEY, which is the number of the row; empty if there is none.
func integerKey(of *schema.Table) string {
	if !of.HasIntegerKey() {
		return ""
	}
	return of.PrimaryKey()[0]
}

// sameIntegerKey reports whether the number of a table's rows is the same column before and after.
func (g *generator) sameIntegerKey(name string) bool {
	before, after := integerKey(g.work.schema.Tables[name]), integerKey(g.want.schema.Tables[name])
	return before != "" && sqltext.SameName(before, after)
}

// checkNumbers fails if something may know the rows of a table by their numbers, which they can't keep.
func (g *generator) checkNumbers(was *schema.Table) error {
	user := g.numbersUser(was)
	if user == "" {
		return nil
	}
	return fmt.Errorf("the rows of the table %s can't keep their numbers (rowid) in its new form, and %s may know them by these: "+
		"write the migration yourself, with db generate --custom, and make what refers to them refer to the new numbers", was.Name, user)
}

// numbersUser names what may know a table's rows by their numbers; empty if nothing in the schema does.
func (g *generator) numbersUser(of *schema.Table) string {
	names := []string{"last_insert_rowid"}
	for _, name := range [...]string{"rowid", "_rowid_", "oid"} {
		if !of.Has(name) {
			names = append(names, name)
		}
	}

	for _, object := range named(g.want.schema) {
		words := sqltext.Words(object.Definition)
		reads := sqltext.SameName(object.Table, of.Name) || slices.Contains(words, sqltext.Fold(of.Name))
		if reads && slices.ContainsFunc(names, func(name string) bool { return slices.Contains(words, name) }) {
			return "the " + object.Kind + " " + object.Name
		}
	}
	return g.textsOf(of)
}

// textsOf names a full-text table that keeps its texts itself, and that no trigger fills: the Worker may number its rows like
// those of a table. An INTEGER PRIMARY KEY stays a column whose values it may have.
func (g *generator) textsOf(of *schema.Table) string {
	for _, name := range schema.Names(g.want.schema.Tables, nil) {
		text := g.want.schema.Tables[name]
		if text.Module() != "fts5" || !text.OwnsContent() && !text.Contentless() || g.work.schema.Tables[name] == nil || of.HasIntegerKey() || of.Virtual {
			continue
		}
		filled := slices.ContainsFunc(named(g.want.schema), func(o schema.Object) bool {
			return o.Kind == "trigger" && slices.Contains(sqltext.Words(o.Definition), name)
		})
		if !filled {
			return "the full-text table " + text.Name
		}
	}
	return ""
}
