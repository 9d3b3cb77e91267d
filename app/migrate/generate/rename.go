package generate

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// rename gives tables and columns the names that the choices and answers say. SQLite takes along what refers to them.
func (g *generator) rename(ctx context.Context) error {
	if err := g.checkChoices(); err != nil {
		return err
	}
	gone, fresh := tablesApart(g.work.schema, g.want.schema)
	tables, err := g.decide(g.input.Ask, g.input.Choices.Tables, gone, fresh)
	if err != nil {
		return err
	}
	for _, to := range tables {
		if err := g.renameTable(ctx, to); err != nil {
			return err
		}
	}

	var open []Question
	for _, name := range schema.Names(g.work.schema.Tables, nil) {
		var undecided *Undecided
		err := g.renameColumns(ctx, name)
		if errors.As(err, &undecided) {
			open = append(open, undecided.Questions...)
		} else if err != nil {
			return err
		}
	}
	if len(open) > 0 {
		return &Undecided{open}
	}
	return nil
}

func (g *generator) renameTable(ctx context.Context, to Rename) error {
	g.oldTables[sqltext.Fold(to.To)] = to.Table
	g.say("Renames the table %s to %s. The running Worker knows the old name until the next one is uploaded: its statements fail until then.", to.Table, to.To)
	return g.run(ctx, fmt.Sprintf("ALTER TABLE %s RENAME TO %s", bare(to.Table), bare(to.To)))
}

// renameColumns renames columns of a table, given by its new name.
func (g *generator) renameColumns(ctx context.Context, table string) error {
	was, is := g.work.schema.Tables[table], g.want.schema.Tables[table]
	if is == nil || was.Virtual || is.Virtual {
		return nil
	}
	gone, fresh := columnsApart(was, is)
	var chosen []Rename
	for _, to := range g.input.Choices.Columns {
		if name := g.present(to.Table); name == table {
			chosen = append(chosen, Rename{Name{is.Name, to.Column}, to.To})
		}
	}
	decided, err := g.decide(g.input.Ask, chosen, gone, fresh)
	if err != nil {
		return err
	}
	for _, to := range decided {
		g.say("Renames the column %s to %s. The running Worker knows the old name until the next one is uploaded: its statements fail until then.", to.Name, to.To)
		if err := g.run(ctx, fmt.Sprintf("ALTER TABLE %s RENAME COLUMN %s TO %s", bare(is.Name), bare(to.Column), bare(to.To))); err != nil {
			return err
		}
		g.oldColumns[Name{table, sqltext.Fold(to.To)}] = to.Column
	}
	return nil
}

// present returns the new name, in lower case, of a table that a flag names by its old or new one.
func (g *generator) present(name string) string {
	for present, old := range g.oldTables {
		if sqltext.Fold(old) == sqltext.Fold(name) {
			return present
		}
	}
	return sqltext.Fold(name)
}

// checkChoices refuses flags that contradict the schemas.
func (g *generator) checkChoices() error {
	was, is := g.work.schema.Tables, g.want.schema.Tables
	var wrong []error
	refuse := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }
	moved := map[string]string{} // new names of tables to old ones
	for _, to := range g.input.Choices.Tables {
		from, into := sqltext.Fold(to.Table), sqltext.Fold(to.To)
		switch {
		case was[from] == nil:
			refuse("--rename-table %s: there is no table %s to rename", to, to.Table)
		case is[from] != nil:
			refuse("--rename-table %s: %s still has a table %s", to, g.want.name, to.Table)
		case is[into] == nil:
			refuse("--rename-table %s: %s has no table %s", to, g.want.name, to.To)
		case was[into] != nil:
			refuse("--rename-table %s: the files make a table %s already", to, to.To)
		case moved[into] != "":
			refuse("--rename-table %s: %s gets that name too", to, moved[into])
		}
		moved[into] = from
	}
	// tables returns a table before and after, by either name.
	tables := func(name string) (*schema.Table, *schema.Table) {
		key := sqltext.Fold(name)
		for into, from := range moved {
			if key == into || key == from {
				return was[from], is[into]
			}
		}
		return was[key], is[key]
	}
	for _, to := range g.input.Choices.Columns {
		old, now := tables(to.Table)
		switch {
		case old == nil || now == nil:
			refuse("--rename %s: there is no table %s before and after", to, to.Table)
		case !old.Has(to.Column):
			refuse("--rename %s: there is no column %s to rename", to, to.Name)
		case now.Has(to.Column):
			refuse("--rename %s: %s still has a column %s", to, g.want.name, to.Name)
		case !now.Has(to.To):
			refuse("--rename %s: %s has no column %s.%s", to, g.want.name, to.Table, to.To)
		case old.Has(to.To):
			refuse("--rename %s: the files make a column %s.%s already", to, to.Table, to.To)
		}
	}
	for _, name := range g.input.Choices.Drops {
		old, now := tables(name.Table)
		switch {
		case old == nil:
			refuse("--drop %s: there is no table %s", name, name.Table)
		case name.Column == "" && now != nil, name.Column != "" && now != nil && now.Has(name.Column):
			refuse("--drop %s: %s still has it; remove it there", name, g.want.name)
		case name.Column != "" && !old.Has(name.Column):
			refuse("--drop %s: there is no such column", name)
		}
	}
	for i, fill := range g.input.Choices.Fills {
		_, now := tables(fill.Table)
		switch {
		case now == nil || !now.Has(fill.Column):
			refuse("--fill %s: %s has no such column", fill.Name, g.want.name)
		case slices.ContainsFunc(g.input.Choices.Fills[:i], func(f Fill) bool { return f.is(fill.Name) }):
			refuse("--fill %s: it is given twice", fill.Name)
		}
	}
	return errors.Join(wrong...)
}
