package generate

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// drop returns the statement that drops an index, view or trigger.
func drop(object schema.Object) string {
	kind := object.Kind
	if kind == "unique index" {
		kind = "index"
	}
	return "DROP " + strings.ToUpper(kind) + " " + bare(object.Name)
}

// onStaleView reports whether the object is a trigger of a view that is dropped, and so is gone with it.
func (g *generator) onStaleView(object schema.Object) bool {
	return object.Kind == "trigger" && slices.ContainsFunc(staleObjects(g.work.schema, g.want.schema), func(view schema.Object) bool {
		return view.Kind == "view" && sqltext.SameName(view.Name, object.Table)
	})
}

// dropObjects drops the indexes, views and triggers that are gone or change, except those that go with their tables. It
// has to be known by then which tables are rebuilt.
func (g *generator) dropObjects(ctx context.Context) error {
	g.spread()
	var statements []string
	for _, object := range staleObjects(g.work.schema, g.want.schema) {
		table := sqltext.Fold(object.Table)
		_, rebuilt := g.rebuilt[table]
		g.sayObject(object)
		if object.Kind != "view" && (rebuilt || g.gone(table)) || g.onStaleView(object) {
			continue
		}
		statements = append(statements, drop(object))
	}
	return g.run(ctx, statements...)
}

// gone reports whether a table is dropped for good.
func (g *generator) gone(table string) bool {
	key := sqltext.Fold(table)
	return g.work.schema.Tables[key] != nil && g.want.schema.Tables[key] == nil
}

// sayObject says what becomes of an object that is gone or changes.
func (g *generator) sayObject(object schema.Object) {
	now, replaced := g.want.schema.Objects[sqltext.Fold(object.Name)]
	switch {
	case object.Kind != "view" && g.gone(object.Table): // it goes with its table
	case replaced:
		g.say("Replaces the %s %s by another.", object.Kind, now.Name)
	default:
		g.say("Drops the %s %s.", object.Kind, object.Name)
	}
}

// createObjects creates the indexes, views and triggers that are missing, and a unique index for each missing constraint.
func (g *generator) createObjects(ctx context.Context) error {
	var statements []string
	for _, name := range schema.Names(g.want.schema.Tables, nil) {
		for _, definition := range missingKeys(g.want.schema, g.work.schema, name) {
			statements = append(statements, g.uniqueIndex(name, definition))
		}
	}
	missing := map[string]bool{}
	for _, object := range staleObjects(g.want.schema, g.work.schema) {
		missing[sqltext.Fold(object.Name)] = true
	}

	for _, kinds := range [...]string{"index, unique index", "view", "trigger"} {
		for _, key := range g.want.order {
			object := g.want.schema.Objects[key]
			if !missing[key] || !strings.Contains(kinds, object.Kind) {
				continue
			}
			if !g.known[key] {
				g.say("Creates the %s %s.", object.Kind, object.Name)
			}
			statements = append(statements, g.want.statements[key].SQL)
		}
	}

	return g.run(ctx, statements...)
}

// uniqueIndex returns the index that does what a UNIQUE constraint of the table does.
func (g *generator) uniqueIndex(table, definition string) string {
	columns := indexed(definition)
	name := g.unused(table + "_" + strings.Join(columns, "_") + "_unique")
	for i, column := range columns {
		columns[i] = bare(column)
	}
	is := g.want.schema.Tables[table]
	g.say("Creates the unique index %s: it does what UNIQUE in %s does, without a rebuild of the table.", name, is.Name)
	return fmt.Sprintf("CREATE UNIQUE INDEX %s ON %s (%s)", bare(name), bare(is.Name), strings.Join(columns, ", "))
}

// indexed returns the columns in the definition of a constraint's index.
func indexed(definition string) []string {
	return schema.IndexedColumns(schema.Object{Definition: definition})
}

// noteEqual lists constraints and indexes that are written differently and do the same.
func (g *generator) noteEqual(context.Context) error {
	for _, name := range schema.Names(g.want.schema.Tables, nil) {
		for _, pair := range [...][2]schema.Schema{{g.want.schema, g.work.schema}, {g.work.schema, g.want.schema}} {
			for _, definition := range schema.Names(keys(pair[0], name), nil) {
				if !keys(pair[1], name)[definition] && uniqueIndexes(pair[1], name)[definition] && !uniqueIndexes(pair[0], name)[definition] {
					g.draft.Notes = append(g.draft.Notes, fmt.Sprintf("UNIQUE (%s) in the table %s and a unique index on the same columns are equal in effect: no rebuild is needed.",
						strings.Join(indexed(definition), ", "), g.want.schema.Tables[name].Name))
				}
			}
		}
	}
	return nil
}
