package generate

import (
	"context"
	"errors"
	"fmt"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// chooseAlterations decides for each table that changes whether ALTER TABLE does it, by trying, or a rebuild.
func (g *generator) chooseAlterations(ctx context.Context) error {
	for _, name := range schema.Names(g.want.schema.Tables, nil) {
		if g.work.schema.Tables[name] == nil || g.stays(name) {
			continue
		}
		statements, why, err := g.alterations(ctx, name)
		if err != nil {
			return err
		}
		if why == "" {
			g.altered[name] = statements
			continue
		}
		g.rebuilt[name] = why
	}
	return nil
}

// stays reports whether a table can stay as it is, except that a unique index may replace a constraint.
func (g *generator) stays(name string) bool {
	return sameTable(g.work.schema, g.want.schema, name) && len(missingKeys(g.work.schema, g.want.schema, name)) == 0
}

// alterations returns the statements that change a table without a rebuild, or why there are none.
func (g *generator) alterations(ctx context.Context, name string) (statements []string, why string, err error) {
	was, is := g.work.schema.Tables[name], g.want.schema.Tables[name]
	if was.Virtual || is.Virtual {
		return nil, "ALTER TABLE does not work on a virtual table", nil
	}
	added, ok := g.additions(was, is)
	if !ok {
		return nil, "its rows get a value", nil
	}
	for _, definition := range added {
		statements = append(statements, addColumn(is.Name, definition))
	}
	for _, column := range was.Columns {
		if !is.Has(column.Name) {
			statements = append(statements, fmt.Sprintf("ALTER TABLE %s DROP COLUMN %s", bare(is.Name), bare(column.Name)))
		}
	}
	if len(statements) == 0 {
		return nil, "ALTER TABLE can't do that", nil
	}

	why, err = g.try(ctx, name, statements)
	if why == "" && err == nil {
		why, err = g.tryOnRow(ctx, was, added)
	}
	return statements, why, err
}

// addColumn returns the statement that adds a column.
func addColumn(table, definition string) string {
	return fmt.Sprintf("ALTER TABLE %s ADD COLUMN %s", bare(table), definition)
}

// additions returns the definitions of new columns as ALTER TABLE takes them. It is not ok if a value is chosen for rows
// that exist: then the rows are copied.
func (g *generator) additions(was, is *schema.Table) (definitions []string, ok bool) {
	written := g.want.definitions[sqltext.Fold(is.Name)]
	var added []string
	for _, column := range is.Columns {
		if !was.Has(column.Name) {
			added = append(added, sqltext.Fold(column.Name))
		}
		if _, filled := g.fill(is, column.Name); filled {
			return nil, false
		}
	}

	for _, name := range added {
		text := written.columns[name].withoutUnique()
		for _, constraint := range written.constraints {
			if own, belongs := constraint.belongsTo(name, added); belongs {
				text += " " + own
			}
		}
		definitions = append(definitions, text)
	}
	return definitions, true
}

// errTried ends a trial, so that nothing of it stays.
var errTried = errors.New("tried")

// try says why statements don't make the table that is wanted; empty if they do.
func (g *generator) try(ctx context.Context, name string, statements []string) (why string, err error) {
	var refused *d1.Error
	err = g.work.db.Transaction(ctx, func(tx d1.Database) error {
		for _, statement := range append(g.dropsBefore(name), statements...) {
			if _, err := d1.Query(ctx, tx, statement); err != nil {
				return err
			}
		}
		made, err := inspect(ctx, tx)
		if err != nil {
			return err
		}
		if !sameTable(made, g.want.schema, name) || len(missingKeys(made, g.want.schema, name)) > 0 {
			why = "ALTER TABLE can't do all of that"
		}
		return errTried
	})

	switch {
	case errors.Is(err, errTried):
		return why, nil
	case errors.As(err, &refused):
		return "ALTER TABLE can't do that (" + refused.Message + ")", nil
	}

	return "", err
}

// dropsBefore drops what an alteration of the table might trip over, and what will be gone or made again anyway.
func (g *generator) dropsBefore(table string) []string {
	var statements []string
	for _, object := range staleObjects(g.work.schema, g.want.schema) {
		index := object.Kind == "index" || object.Kind == "unique index"
		if index && sqltext.Fold(object.Table) == table || !index && !g.onStaleView(object) {
			statements = append(statements, drop(object))
		}
	}
	return statements
}

// tryOnRow says why a column can't be added to a table that has rows: SQLite takes some definitions only without.
func (g *generator) tryOnRow(ctx context.Context, was *schema.Table, added []string) (why string, err error) {
	if len(added) == 0 {
		return "", nil
	}

	var refused *d1.Error
	err = g.work.db.Transaction(ctx, func(tx d1.Database) error {
		kept := g.unused("row_of_" + was.Name)
		statements := []string{
			fmt.Sprintf("CREATE TABLE %s AS SELECT * FROM %s", bare(kept), bare(was.Name)),
			"INSERT INTO " + bare(kept) + " DEFAULT VALUES",
		}
		for _, definition := range added {
			statements = append(statements, addColumn(kept, definition))
		}

		for _, statement := range statements {
			if _, err := d1.Query(ctx, tx, statement); err != nil {
				return err
			}
		}

		return errTried
	})

	switch {
	case errors.Is(err, errTried):
		return "", nil
	case errors.As(err, &refused):
		return "ALTER TABLE can't do that to a table with rows (" + refused.Message + ")", nil
	}

	return "", err
}

// unused returns a name that neither schema has.
func (g *generator) unused(name string) string {
	for g.work.schema.Tables[sqltext.Fold(name)] != nil || g.want.schema.Tables[sqltext.Fold(name)] != nil ||
		g.work.schema.Objects[sqltext.Fold(name)].Name != "" || g.want.schema.Objects[sqltext.Fold(name)].Name != "" {
		name += "_"
	}
	return name
}

// alter runs the alterations.
func (g *generator) alter(ctx context.Context) error {
	for _, name := range schema.Names(g.altered, nil) {
		g.sayChanges(name, "")
		if err := g.run(ctx, g.altered[name]...); err != nil {
			return err
		}
	}
	return nil
}
