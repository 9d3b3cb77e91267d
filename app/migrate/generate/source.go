package generate

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/d1sql"
	"github.com/addreams/addreams/app/d1/sqlite"
	"github.com/addreams/addreams/app/migrate/catalog"
	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/script"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// source is a schema file: one CREATE statement for each table, index, view and trigger.
type source struct {
	*side
	name        string // of the file, for messages
	order       []string
	statements  map[string]d1sql.Statement // by the names of what they create, in lower case
	definitions map[string]definition      // of tables
}

// readSource reads a schema file and creates the schema. The error says which line is wrong.
func readSource(ctx context.Context, name string, content []byte) (*source, error) {
	read := &source{name: path.Base(name), statements: map[string]d1sql.Statement{}, definitions: map[string]definition{}}
	text, flaw := script.Decode(content)
	if flaw != nil {
		return nil, read.errorAt(flaw.Line, flaw.What+". "+flaw.Advice)
	}
	statements, err := d1sql.Split(text)
	if err != nil {
		return nil, fmt.Errorf("%s %w", read.name, err)
	}
	read.side, err = newSide(ctx, func(db *sqlite.Database) error {
		for _, statement := range statements {
			if err := read.add(ctx, db, statement); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}

	if err := read.check(ctx); err != nil {
		return nil, errors.Join(err, read.close())
	}
	return read, nil
}

// errorAt names the line; 0 is the whole file.
func (s *source) errorAt(line int, what string) error {
	if line == 0 {
		return fmt.Errorf("%s: %s", s.name, what)
	}
	return fmt.Errorf("%s line %d: %s", s.name, line, what)
}

const expectedCreate = "expected CREATE TABLE, CREATE VIRTUAL TABLE, CREATE INDEX, CREATE UNIQUE INDEX, CREATE VIEW or CREATE TRIGGER"

// add creates what one statement describes.
func (s *source) add(ctx context.Context, db d1.Database, statement d1sql.Statement) error {
	kind, name, err := created(statement)
	if err != nil {
		return s.errorAt(statement.Line, err.Error())
	}
	for _, problem := range d1sql.Check(statement) {
		return s.errorAt(problem.Line, problem.What+". "+problem.Advice)
	}
	key := sqltext.Fold(name)
	if entry := (catalog.Entry{Name: name, Table: name}); !entry.OfSchema() {
		return s.errorAt(statement.Line, name+" belongs to SQLite, Cloudflare or the migrations, and is no part of the schema: choose another name")
	}
	if first, twice := s.statements[key]; twice {
		return s.errorAt(statement.Line, fmt.Sprintf("%s is in line %d already", name, first.Line))
	}
	if _, err := db.Batch(ctx, d1.SQL(sqltext.WithBackquotes(statement))); err != nil {
		return s.explain(ctx, statement, err)
	}

	s.order, s.statements[key] = append(s.order, key), statement
	if kind == "TABLE" {
		s.definitions[key], err = readDefinition(statement.SQL)
	}
	return err
}

// created returns what a statement creates, and its name.
func created(statement d1sql.Statement) (kind, name string, err error) {
	tokens := statement.Tokens
	if !tokens[0].Is("CREATE") {
		return "", "", fmt.Errorf("%s has no place here: %s", strings.ToUpper(tokens[0].Text), expectedCreate)
	}

	rest := sqltext.Without(sqltext.Without(sqltext.Without(tokens[1:], "UNIQUE"), "TEMP"), "TEMPORARY")
	virtual := sqltext.StartsWith(rest, "VIRTUAL")
	rest = sqltext.Without(rest, "VIRTUAL")
	if len(rest) < 2 || !slices.ContainsFunc([]string{"TABLE", "INDEX", "VIEW", "TRIGGER"}, rest[0].Is) {
		return "", "", errors.New(expectedCreate)
	}
	kind = strings.ToUpper(rest[0].Text)
	if sqltext.StartsWith(rest[1:], "IF", "NOT", "EXISTS") {
		return "", "", errors.New("IF NOT EXISTS has no place here: everything is created once; remove it")
	}
	if kind == "TABLE" && !virtual && len(sqltext.AfterName(rest[1:])) > 0 && sqltext.AfterName(rest[1:])[0].Is("AS") {
		return "", "", errors.New("CREATE TABLE … AS SELECT has no place here: expected a list of columns in brackets")
	}
	if virtual {
		kind = "VIRTUAL TABLE"
	}
	return kind, sqltext.Name(rest[1:]), nil
}

// explain says which line SQLite refused, why, and for a syntax error what was expected.
func (s *source) explain(ctx context.Context, statement d1sql.Statement, err error) error {
	var refused *d1.Error
	if !errors.As(err, &refused) {
		return err
	}
	if line, what := syntaxError(ctx, statement, refused.Message); what != "" {
		return s.errorAt(line, what)
	}
	return s.errorAt(statement.Line, refused.Message)
}

// check refuses a schema in which a view, trigger or foreign key does not work.
func (s *source) check(ctx context.Context) error {
	problems, err := schema.Check(ctx, s.db, s.schema)
	if err != nil || len(problems) == 0 {
		return err
	}
	all, known := s.foreignKeyErrors()
	for _, problem := range problems {
		if known[problem.Message] {
			continue
		}
		_, name, _ := strings.Cut(problem.What, " ")
		all = append(all, s.errorAt(s.statements[sqltext.Fold(name)].Line, "the "+problem.What+" would not work: "+problem.Message))
	}
	return errors.Join(all...)
}

// line returns where a column, or if that is not found its table, is in the file.
func (s *source) line(table, column string) int {
	key := sqltext.Fold(table)
	if found, ok := s.definitions[key].columns[sqltext.Fold(column)]; ok {
		return s.statements[key].Line + found.tokens[0].Line - 1
	}
	return s.statements[key].Line
}
