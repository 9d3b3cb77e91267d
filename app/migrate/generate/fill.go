package generate

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/d1sql"
	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// fill returns the chosen value of a column for rows that have none.
func (g *generator) fill(table *schema.Table, column string) (value string, chosen bool) {
	for _, fill := range g.input.Choices.Fills {
		if g.present(fill.Table) == sqltext.Fold(table.Name) && sqltext.SameName(fill.Column, column) {
			return fill.Value, true
		}
	}
	return "", false
}

// checkFills refuses values that no row needs, and those that can't be computed.
func (g *generator) checkFills(ctx context.Context) error {
	for _, fill := range g.input.Choices.Fills {
		if err := g.checkFill(fill); err != nil {
			return err
		}
		if err := g.checkExpression(ctx, fill); err != nil {
			return err
		}
	}
	return nil
}

// checkFill refuses a value for a column in which no row lacks one.
func (g *generator) checkFill(fill Fill) error {
	key := g.present(fill.Table)
	was, is := g.work.schema.Tables[key], g.want.schema.Tables[key]
	if was == nil {
		return fmt.Errorf("--fill %s: the table is new, so no row lacks a value", fill.Name)
	}

	column, _ := is.Column(fill.Column)
	old, existed := was.Column(fill.Column)
	switch {
	case column.Generated():
		return fmt.Errorf("--fill %s: the column is generated, and takes no value", fill.Name)
	case existed && (old.NotNull || !column.NotNull):
		return fmt.Errorf("--fill %s: the column exists, and does not become NOT NULL, so no row needs a value", fill.Name)
	}

	return nil
}

// checkExpression refuses a value that is no expression over a row as it is before, and NULL for a column that is NOT NULL.
func (g *generator) checkExpression(ctx context.Context, fill Fill) error {
	key := g.present(fill.Table)
	was, is := g.work.schema.Tables[key], g.want.schema.Tables[key]
	rows, message, err := ask(ctx, g.work.db, fmt.Sprintf("SELECT quote(%s) FROM %s WHERE 0", fill.Value, bare(was.Name)))
	switch {
	case err != nil:
		return err
	case message != "":
		return fmt.Errorf("--fill %s: %s\n%s", fill, message, fillAdvice(was))
	case len(rows) > 0:
		return fmt.Errorf("--fill %s: that is one value for all rows together: put a query in brackets, as in (SELECT max(…) FROM %s)", fill, bare(was.Name))
	}

	constant, message, err := g.constant(ctx, fill.Value)
	if column, _ := is.Column(fill.Column); err != nil || !column.NotNull {
		return err
	}
	if constant == "NULL" {
		return fmt.Errorf("--fill %s: the value is NULL, and the column is NOT NULL: give another value", fill)
	}
	g.varying[Name{key, sqltext.Fold(fill.Column)}] = message != ""
	return nil
}

// constant returns the value of an expression, as SQL. The message says why it may be another one for each row.
func (g *generator) constant(ctx context.Context, expression string) (value, message string, err error) {
	tokens, err := sqltext.Tokens("SELECT " + expression)
	if err != nil {
		return "", "", err
	}
	for _, token := range tokens[1:] {
		if token.Is("SELECT") || token.Kind == d1sql.Quoted { // which would be a text if it were no column
			return "", "it reads rows", nil
		}
	}

	rows, message, err := ask(ctx, g.work.db, "SELECT quote("+expression+")")
	if err != nil || message != "" {
		return "", message, err
	}
	return rows[0][0], "", nil
}

// fillAdvice says what a value may be.
func fillAdvice(was *schema.Table) string {
	names := make([]string, len(was.Columns))
	for i, column := range was.Columns {
		names[i] = bare(column.Name)
	}
	return fmt.Sprintf("The value is an SQL expression: a constant, as in 'free'; columns that the row of %s has (%s); "+
		"or a query in brackets on tables that exist, by the names that they have after --rename and --rename-table.", was.Name, strings.Join(names, ", "))
}

// ask runs a query, and returns its rows as texts, or the message with which SQLite refuses it.
func ask(ctx context.Context, db d1.Database, query string) (rows [][]string, message string, err error) {
	found, err := d1.Query(ctx, db, query)
	var refused *d1.Error
	if errors.As(err, &refused) {
		return nil, refused.Message, nil
	}
	if err != nil {
		return nil, "", err
	}
	rows, err = found.Texts("a value")
	return rows, "", err
}
