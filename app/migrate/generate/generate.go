// Package generate writes migrations: it compares the schema that the files make with the one that a schema file wants,
// and writes the smallest statements that lead from one to the other and keep the rows. Everything runs on databases in
// memory: each statement is run as it is written, and the result is compared with what is wanted, so that nothing is
// returned that does not lead there. It knows no target; what the file does to one is the plan's to say. It links
// SQLite, so only native programs import it.
package generate

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate/catalog"
	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// Input is what a migration is made from.
type Input struct {
	Folder     fs.FS  // the migrations
	Schema     []byte // the schema file's text
	SchemaName string // its name, for messages
	Choices    Choices
	Ask        func(Question) (Answer, error) // asks what the choices leave open; nil if nobody can be asked
}

// Draft is what leads from one schema to the other. Without statements, both are equal.
type Draft struct {
	Statements []string `json:"statements"`
	Words      []string `json:"words"`            // what they do, in sentences
	Notes      []string `json:"notes,omitempty"`  // what is different and equal in effect
	Losses     []Name   `json:"losses,omitempty"` // tables and columns that are dropped, by the names that they have before
}

// generator makes a draft. It runs each statement on work, which has the old schema at first and the new one at the end.
type generator struct {
	input Input
	work  *side
	want  *source
	draft Draft

	oldTables  map[string]string   // by new names in lower case
	oldColumns map[Name]string     // by new names in lower case
	known      map[string]bool     // indexes, views and triggers that exist, in lower case
	altered    map[string][]string // ALTER TABLE statements, by the names of tables in lower case
	rebuilt    map[string]string   // why, by names in lower case
	renames    []string            // statements
	varying    map[Name]bool       // columns that are NOT NULL and get values that may be NULL, by names in lower case
}

// New returns the draft that leads from the schema of the folder's files to that of the schema file. The error is
// *Undecided or *Unfilled if choices are missing.
func New(ctx context.Context, input Input) (Draft, error) {
	work, err := filesSide(ctx, input.Folder)
	if err != nil {
		return Draft{}, err
	}
	return draftFrom(ctx, work, input)
}

// Between returns the draft that leads from the schema of a database's entries to that of the schema file. The folder of
// the input is not used.
func Between(ctx context.Context, entries []catalog.Entry, input Input) (Draft, error) {
	work, err := entriesSide(ctx, entries)
	if err != nil {
		return Draft{}, err
	}
	return draftFrom(ctx, work, input)
}

// draftFrom returns the draft that leads from a side to the schema file, and closes the side.
func draftFrom(ctx context.Context, work *side, input Input) (Draft, error) {
	defer work.close()
	g, err := newGenerator(ctx, input, work)
	if err != nil {
		return Draft{}, err
	}
	defer g.want.close()

	err = g.make(ctx)
	return g.draft, err
}

func newGenerator(ctx context.Context, input Input, work *side) (*generator, error) {
	want, err := readSource(ctx, input.SchemaName, input.Schema)
	if err != nil {
		return nil, err
	}
	return &generator{
		input: input, work: work, want: want,
		oldTables: map[string]string{}, oldColumns: map[Name]string{}, known: map[string]bool{}, altered: map[string][]string{}, rebuilt: map[string]string{}, varying: map[Name]bool{},
	}, nil
}

// make writes the statements in an order in which each finds what it needs, and proves that they lead to the schema.
func (g *generator) make(ctx context.Context) error {
	for _, step := range [...]func(context.Context) error{
		g.rename, g.remember, g.listLosses, g.checkValues, g.chooseAlterations, g.dropObjects, g.alter, g.createTables, g.rebuild, g.noteEqual, g.createObjects, g.verify,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// remember notes which indexes, views and triggers exist, and what has been renamed.
func (g *generator) remember(context.Context) error {
	g.renames = slices.Clone(g.draft.Statements)
	for _, object := range named(g.work.schema) {
		g.known[sqltext.Fold(object.Name)] = true
	}
	return nil
}

// listLosses lists the tables and columns that are gone.
func (g *generator) listLosses(context.Context) error {
	for _, name := range schema.Names(g.work.schema.Tables, nil) {
		was, is := g.work.schema.Tables[name], g.want.schema.Tables[name]
		old := was.Name
		if before, renamed := g.oldTables[name]; renamed {
			old = before
		}
		if is == nil {
			g.draft.Losses = append(g.draft.Losses, Name{Table: old})
			continue
		}
		for _, column := range was.Columns {
			if column.Hidden == 0 && !is.Has(column.Name) {
				g.draft.Losses = append(g.draft.Losses, Name{old, column.Name})
			}
		}
	}
	return nil
}

// run runs statements on the work schema in one transaction, and adds them to the draft.
func (g *generator) run(ctx context.Context, statements ...string) error {
	batch := make([]d1.Statement, len(statements))
	for i, statement := range statements {
		batch[i] = d1.SQL(statement)
	}
	if _, err := g.work.db.Batch(ctx, batch...); err != nil {
		return fmt.Errorf("SQLite refuses the statements that were found (%s): %w", shortened(statements), err)
	}
	g.draft.Statements = append(g.draft.Statements, statements...)
	return g.work.inspect(ctx)
}

// shortened lists statements for a message.
func shortened(statements []string) string {
	if n := len(statements); n > 12 {
		statements = append(slices.Clone(statements[:12]), fmt.Sprintf("and %d more", n-12))
	}
	return strings.Join(statements, "; ")
}

// say adds a sentence.
func (g *generator) say(format string, args ...any) {
	g.draft.Words = append(g.draft.Words, fmt.Sprintf(format, args...))
}

// verify fails unless the statements have made the schema that is wanted.
func (g *generator) verify(context.Context) error {
	left := differences(g.work.schema, g.want.schema)
	if len(left) == 0 {
		return nil
	}
	return fmt.Errorf("no statements were found that make what %s wants; this would still differ: %s", g.want.name, left[0])
}

// bare writes a name, with quotes if it needs them.
func bare(name string) string { return sqltext.QuoteIfNeeded(name) }
