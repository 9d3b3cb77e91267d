package generate

import (
	"context"
	"fmt"
	"slices"

	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// D1 can't switch foreign keys off, and DROP TABLE deletes the rows first: children that cascade would lose theirs. So
// the rows of a table that takes another shape are copied away, and back into a table of the same name. A child whose
// foreign key does anything on a delete is copied with it; one without an action waits for the end of the transaction.

// spread adds to the rebuilt tables the children that must be copied with them.
func (g *generator) spread() {
	for before := -1; before < len(g.rebuilt); {
		before = len(g.rebuilt)
		for _, parent := range g.dropped() {
			for _, child := range g.work.schema.Children(parent) {
				key := sqltext.Fold(child.Table)
				if _, already := g.rebuilt[key]; already || child.OnDelete == "NO ACTION" || g.want.schema.Tables[key] == nil {
					continue
				}
				g.rebuilt[key] = ""
				delete(g.altered, key)
				g.say("Copies the rows of %s with those of %s, because its foreign key says ON DELETE %s.", child.Table, g.work.schema.Tables[parent].Name, child.OnDelete)
			}
		}
	}
}

// dropped returns the tables that are dropped: those that are rebuilt, and those that are gone.
func (g *generator) dropped() []string {
	var found []string
	for _, name := range schema.Names(g.work.schema.Tables, nil) {
		_, rebuilt := g.rebuilt[name]
		if rebuilt || g.want.schema.Tables[name] == nil {
			found = append(found, name)
		}
	}
	return found
}

// createTables creates the tables that are new.
func (g *generator) createTables(ctx context.Context) error {
	var statements []string
	for _, name := range g.want.order {
		table := g.want.schema.Tables[name]
		if table == nil || g.work.schema.Tables[name] != nil {
			continue
		}
		g.say("Creates the table %s.", table.Name)
		statements = append(statements, g.want.statements[name].SQL)
		statements = append(statements, g.fillIndex(name)...)
	}
	return g.run(ctx, statements...)
}

// fillIndex returns the statement that indexes the existing rows in a full-text table over another table's.
func (g *generator) fillIndex(name string) []string {
	table := g.want.schema.Tables[name]
	if of, _ := table.ExternalContent(); of == "" || g.work.schema.Tables[of] == nil {
		return nil
	}
	return []string{fmt.Sprintf("INSERT INTO %s (%s) VALUES ('rebuild')", bare(table.Name), bare(table.Name))}
}

// rebuild copies the rows of tables away, drops the tables, creates them in their new form, and copies the rows back.
func (g *generator) rebuild(ctx context.Context) error {
	dropped, err := g.childrenFirst(g.dropped())
	if err != nil || len(dropped) == 0 {
		return err
	}

	var away, drops []string
	kept := map[string]string{} // the names of the copies
	for _, name := range dropped {
		drops = append(drops, "DROP TABLE "+bare(g.work.schema.Tables[name].Name))
		if _, rebuilt := g.rebuilt[name]; !rebuilt {
			g.say("Drops the table %s, with its rows.", g.work.schema.Tables[name].Name)
			continue
		}
		g.sayChanges(name, g.rebuilt[name])
		kept[name] = g.unused("kept_" + name)
		statements, err := g.copyAway(name, kept[name])
		if err != nil {
			return err
		}
		away = append(away, statements...)
	}
	if err := g.checkFills(ctx); err != nil { // again, because what they read may be gone by now
		return fmt.Errorf("by the time that the rows get it: %w", err)
	}
	created := g.parentsFirst(schema.Names(kept, nil))
	again, err := g.again(created, kept)
	if err != nil {
		return err
	}

	return g.run(ctx, slices.Concat(g.deferral(dropped, created), g.silence(dropped), away, drops, again)...)
}

// silence drops the triggers of tables whose rows are changed when another one, or the table itself, is dropped: they would
// fire. In the order of dropping that is so in a circle only. They are created again with the others.
func (g *generator) silence(dropped []string) []string {
	var carried, statements []string
	for i, table := range dropped {
		carried = append(carried, g.carried(table, dropped[i:])...)
	}
	for _, object := range named(g.work.schema) {
		if object.Kind == "trigger" && slices.Contains(carried, sqltext.Fold(object.Table)) {
			statements = append(statements, drop(object))
		}
	}
	return statements
}

// again returns the statements that create the tables, put the rows back, and drop the copies.
func (g *generator) again(created []string, kept map[string]string) ([]string, error) {
	var creates, back, cleaning []string
	for _, name := range created {
		creates = append(creates, g.want.statements[name].SQL)
		rows, err := g.copyBack(name, kept[name])
		if err != nil {
			return nil, err
		}
		back = append(back, rows...)
		if g.keepsRows(name) {
			cleaning = append(cleaning, "DROP TABLE "+bare(kept[name]))
		}
	}

	for _, name := range g.want.order {
		if table := g.want.schema.Tables[name]; table != nil && kept[name] == "" {
			if of, _ := table.ExternalContent(); kept[of] != "" && !g.sameIntegerKey(of) {
				back = append(back, g.fillIndex(name)...)
			}
		}
	}

	return slices.Concat(creates, back, cleaning), nil
}

// deferral returns the PRAGMA that lets foreign keys wait for the end, if rows refer to a table while it is dropped, or
// are put back before those that they refer to.
func (g *generator) deferral(dropped, created []string) []string {
	if refersAhead(g.work.schema, dropped, func(child, parent int) bool { return child < 0 || child >= parent }) ||
		refersAhead(g.want.schema, created, func(child, parent int) bool { return child >= 0 && child <= parent }) {
		return []string{"PRAGMA defer_foreign_keys = ON"}
	}
	return nil
}

// refersAhead reports whether a foreign key refers to one of the tables from a place that is wrong. A place is the
// index in the order; -1 is outside.
func refersAhead(in schema.Schema, order []string, wrong func(child, parent int) bool) bool {
	for name, table := range in.Tables {
		for _, key := range table.ForeignKeys {
			if parent := slices.Index(order, sqltext.Fold(key.Table)); parent >= 0 && wrong(slices.Index(order, name), parent) {
				return true
			}
		}
	}
	return false
}
