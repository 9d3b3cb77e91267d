package generate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1/d1sql"
	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/migrate/catalog"
	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/script"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// Pulled is the schema of a database as a schema file.
type Pulled struct {
	Text       string           `json:"sql"`
	Statements []string         `json:"-"`       // without comments that are about others
	Changes    []migrate.Change `json:"changes"` // from the schema file to the database; none if they are equal in effect
}

// Pull writes the entries of a database as a schema file in canonical order: tables by their names, each with its indexes
// and triggers, then full-text tables, then views. What is equal in effect stays as the existing file has it, and its
// comments stay where they fit. The file is empty if there is none.
func Pull(ctx context.Context, entries []catalog.Entry, existing []byte, name string) (pulled Pulled, err error) {
	live, err := entriesSide(ctx, entries)
	if err != nil {
		return pulled, err
	}
	defer live.close()
	file, err := readSource(ctx, name, existing)
	if err != nil {
		return pulled, fmt.Errorf("%w\nCorrect it, or move the file away, and pull again", err)
	}
	defer file.close()
	text, _ := script.Decode(existing)
	known, err := readRemarks(text, file)
	if err != nil {
		return pulled, err
	}

	p := puller{live, file, known, map[string]string{}}
	for _, entry := range entries {
		p.sql[sqltext.Fold(entry.Name)] = entry.SQL
	}
	pulled = p.write()
	pulled.Changes = schema.Compare(file.schema.WithoutIndexNames(), live.schema.WithoutIndexNames())
	if len(differences(file.schema, live.schema)) == 0 {
		pulled.Changes = nil
	}
	return pulled, nil
}

// puller writes a schema file.
type puller struct {
	live  *side
	file  *source
	known remarks
	sql   map[string]string // of the live entries, by their names in lower case
}

func (p puller) write() Pulled {
	var pulled Pulled
	parts := []string{}
	if p.known.header != "" {
		parts = append(parts, p.known.header)
	}

	for _, key := range p.order() {
		statement := p.statement(key)
		pulled.Statements = append(pulled.Statements, statement)
		if lead := p.known.objects[key]; lead != "" {
			statement = lead + "\n" + statement
		}
		statement += ";"
		if behind := p.known.behind[key]; behind != "" {
			statement += " " + behind
		}
		parts = append(parts, statement)
	}

	if p.known.footer != "" {
		parts = append(parts, p.known.footer)
	}
	pulled.Text = strings.Join(parts, "\n\n") + "\n"
	return pulled
}

// order returns the names of everything, in canonical order.
func (p puller) order() []string {
	var order []string
	for _, virtual := range [...]bool{false, true} {
		for _, name := range schema.Names(p.live.schema.Tables, nil) {
			if p.live.schema.Tables[name].Virtual == virtual {
				order = append(append(order, name), p.objectsOf(name)...)
			}
		}
	}

	for _, object := range named(p.live.schema) {
		if object.Kind == "view" {
			key := sqltext.Fold(object.Name)
			order = append(append(order, key), p.objectsOf(key)...)
		}
	}

	return order
}

// objectsOf returns the indexes and triggers of a table or view.
func (p puller) objectsOf(owner string) []string {
	var found []string
	for _, kinds := range [...]string{"index, unique index", "trigger"} {
		for _, object := range named(p.live.schema) {
			if strings.Contains(kinds, object.Kind) && sqltext.Fold(object.Table) == owner && !p.implied(object) {
				found = append(found, sqltext.Fold(object.Name))
			}
		}
	}
	return found
}

// implied reports whether a unique index does what a constraint in the file's text of the table says, which stays.
func (p puller) implied(object schema.Object) bool {
	table := sqltext.Fold(object.Table)
	return object.Kind == "unique index" && p.file.schema.Objects[sqltext.Fold(object.Name)].Name == "" &&
		p.stays(table) && keys(p.file.schema, table)[object.Definition]
}

// stays reports whether what the file has by that name is equal in effect.
func (p puller) stays(key string) bool {
	if p.file.schema.Tables[key] != nil && p.live.schema.Tables[key] != nil {
		return sameTable(p.file.schema, p.live.schema, key) && sameKeys(p.file.schema, p.live.schema, key)
	}
	was, there := p.file.schema.Objects[key]
	return there && sameObject(was, p.live.schema.Objects[key])
}

// statement returns the statement that creates what has the name.
func (p puller) statement(key string) string {
	if p.stays(key) {
		return p.file.statements[key].SQL
	}
	table := p.live.schema.Tables[key]
	if table != nil && !table.Virtual {
		return prettyTable(key, p.sql[key], p.known)
	}
	if object := p.live.schema.Objects[key]; strings.HasSuffix(object.Kind, "index") {
		if tokens, err := d1sql.Tokens(p.sql[key]); err == nil {
			return written(tokens)
		}
	}
	return p.sql[key]
}

// First returns the text of a first migration that makes everything.
func (p Pulled) First() string { return strings.Join(p.Statements, ";\n"+breakpoint) + ";\n" }

// ErrNothingToPull is returned for a database without a schema.
var ErrNothingToPull = errors.New("the database has no tables, so there is nothing to pull")

// WithoutDrizzle returns the entries without the table that drizzle's migrator leaves, which no schema file has.
func WithoutDrizzle(entries []catalog.Entry) ([]catalog.Entry, error) {
	kept := slices.DeleteFunc(slices.Clone(entries), func(e catalog.Entry) bool { return sqltext.Fold(e.Table) == "__drizzle_migrations" })
	if len(kept) == 0 {
		return nil, ErrNothingToPull
	}
	return kept, nil
}
