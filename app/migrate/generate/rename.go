package generate

import (
	"context"
	"errors"
	"fmt"

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
		if sqltext.SameName(old, name) {
			return present
		}
	}
	return sqltext.Fold(name)
}
