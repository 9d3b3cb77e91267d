package generate

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing/fstest"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/migrate/rehearse"
	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// Migration is a file that was made and proven.
type Migration struct {
	Draft
	Name   string // with .sql
	Effect migrate.Effect
	Rows   int      // that it was tried on
	Tables int      // that had rows
	Sample []string // the statements that put them there, on the old schema
	Empty  []string // tables for which no row was found, because of their constraints
}

// Make returns the migration of that name, which has been applied to rows in memory: the engine's plan accepts it, every
// row is still there, and the schema is the one that is wanted. A migration without statements is not needed.
func Make(ctx context.Context, input Input, name string) (Migration, error) {
	made := Migration{Name: name}
	work, err := filesSide(ctx, input.Folder)
	if err != nil {
		return made, err
	}
	defer work.close()
	g, err := newGenerator(ctx, input, work)
	if err != nil {
		return made, err
	}
	defer g.want.close()

	err = g.make(ctx)
	made.Draft = g.draft
	if err != nil || len(made.Statements) == 0 {
		return made, err
	}
	return made, g.prove(ctx, &made)
}

// prove applies the migration to a database with the old schema and rows.
func (g *generator) prove(ctx context.Context, made *Migration) error {
	past, err := filesSide(ctx, g.input.Folder)
	if err != nil {
		return err
	}
	defer past.close()
	rows := &sampler{generator: g, past: past, blamed: map[string]blame{}}
	if made.Empty, err = rows.fillTables(ctx); err != nil {
		return err
	}
	made.Sample = rows.inserted
	made.Words = append(made.Words, rows.unsuited()...)
	before, err := counts(ctx, past)
	if err != nil {
		return err
	}

	engine, err := migrate.New(past.db, with{g.input.Folder, fstest.MapFS{made.Name: {Data: []byte(made.Text())}}},
		migrate.Options{Rehearser: rehearse.InMemory{}, Allow: []string{made.Name}})
	if err != nil {
		return err
	}
	report, err := engine.Apply(ctx)
	if err != nil {
		return fmt.Errorf("the statements that were found for %s are not kept, because the plan refuses them: %w", g.changed(), err)
	}
	for _, done := range report.Files {
		made.Effect = *done.Effect
	}
	for i, change := range made.Effect.Changes {
		if strings.HasPrefix(change.What, "values of ") { // of rows that were made up
			made.Effect.Changes[i].Detail = "of rows that have none; the plan counts them"
		}
	}
	if err := past.inspect(ctx); err != nil {
		return err
	}
	return g.compare(ctx, past, before, made)
}

// changed lists the tables that are altered, rebuilt and dropped.
func (g *generator) changed() string {
	tables := schema.Names(g.altered, nil)
	tables = append(tables, schema.Names(g.rebuilt, nil)...)
	for _, lost := range g.draft.Losses {
		if lost.Column == "" {
			tables = append(tables, lost.Table)
		}
	}
	if len(tables) == 0 {
		return "indexes, views and triggers"
	}
	return strings.Join(tables, ", ")
}

// compare fails unless the migrated database has the schema that is wanted, and every row.
func (g *generator) compare(ctx context.Context, now *side, before map[string]int64, made *Migration) error {
	if left := differences(now.schema, g.want.schema); len(left) > 0 {
		return fmt.Errorf("the statements that were found are not kept, because %s would not be as %s wants it", left[0], g.want.name)
	}
	after, err := counts(ctx, now)
	if err != nil {
		return err
	}

	for table, rows := range before {
		present := g.present(table)
		if left, survives := after[present]; survives && left < rows {
			return fmt.Errorf("the statements that were found are not kept, because rows of %s would be lost: %d of %d stay", table, left, rows)
		}
		made.Rows += int(rows)
		if rows > 0 {
			made.Tables++
		}
	}

	return nil
}

// counts returns the number of rows of every table, by names in lower case.
func counts(ctx context.Context, of *side) (map[string]int64, error) {
	found := map[string]int64{}
	for name, table := range of.schema.Tables {
		if table.Virtual && !table.OwnsContent() {
			continue
		}
		result, err := d1.Query(ctx, of.db, "SELECT count(*) FROM "+sqltext.Quote(table.Name))
		if err != nil {
			return nil, err
		}
		var rows int64
		if err := result.Only("the number of rows", &rows); err != nil {
			return nil, err
		}
		found[name] = rows
	}

	return found, nil
}

// with is a folder with one more file.
type with struct {
	fs.FS
	more fstest.MapFS
}

func (w with) Open(name string) (fs.File, error) {
	if file, err := w.more.Open(name); err == nil && name != "." {
		return file, nil
	}
	return w.FS.Open(name)
}

func (w with) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(w.FS, name)
	if name != "." {
		return entries, err
	}
	more, other := w.more.ReadDir(name)
	return append(entries, more...), errors.Join(err, other)
}
