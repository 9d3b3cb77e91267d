package schema

import (
	"slices"
	"strings"

	"github.com/addreams/addreams/app/migrate/sqltext"
)

// RefusesDefault says what may refuse a default of a column that was NULL in rows which did not give it; empty if
// nothing does.
func (s Schema) RefusesDefault(of *Table, column Column) string {
	name := sqltext.Fold(column.Name)
	for _, key := range of.ForeignKeys {
		if slices.ContainsFunc(key.From, func(from string) bool { return sqltext.Fold(from) == name }) {
			return "the default needs a row of " + key.Table
		}
	}
	for _, key := range of.Uniques {
		if slices.Contains(key.Columns, name) {
			return key.Title() + " takes the default once"
		}
	}
	for _, clause := range of.Clauses {
		if clause.About(column) && (clause.Check() || strings.HasPrefix(clause.Text, "as ") && sqltext.MayFail(clause.Text, sqltext.AllowedStored)) {
			return "the default may be refused by " + clause.Text
		}
	}
	for _, key := range Names(s.Objects, nil) {
		object := s.Objects[key]
		if !sqltext.SameName(object.Table, of.Name) || object.Kind == "view" {
			continue
		}
		index := object.Kind != "trigger"
		if !index || slices.Contains(sqltext.Words(object.Definition), name) && (object.Kind == "unique index" || object.MayRefuseRow()) {
			return "the default may be refused by the " + object.Kind + " " + object.Name
		}
	}

	return ""
}

// About reports whether the clause names the column.
func (c Clause) About(column Column) bool {
	return slices.Contains(sqltext.Words(c.Text), sqltext.Fold(column.Name))
}

// RefusesType reports whether the table is STRICT, and its column of another type than a value (https://www.sqlite.org/stricttables.html).
func (t *Table) RefusesType(column Column, value string) bool {
	accepted := map[string]string{"int": "integer", "integer": "integer", "real": "real integer", "text": "text", "blob": "blob", "any": value}
	return slices.Contains(t.Clauses, Clause{Text: "strict", Column: ""}) && value != "null" && !strings.Contains(accepted[column.DeclaredType], value)
}

// Shortens reports whether a generated column is short whatever it is computed from.
func (t *Table) Shortens(column Column) bool {
	for _, clause := range t.Clauses {
		expression, generated := strings.CutPrefix(clause.Text, "as ")
		if tokens, err := sqltext.Tokens(expression); generated && clause.Column == sqltext.Fold(column.Name) && err == nil {
			return sqltext.Short(tokens)
		}
	}
	return false
}
