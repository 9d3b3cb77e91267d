package migrate

import (
	"slices"

	"github.com/addreams/addreams/app/migrate/catalog"
	"github.com/addreams/addreams/app/migrate/script"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// estimateCaptures adds a change for each view, trigger, constraint and index in which a name may mean a column that the file
// adds, and for each table or view that hides a function: only a rehearsal shows what SQLite makes of the name.
func (e *Effect) estimateCaptures(file script.File, inspected inspection) {
	for _, statement := range file.Statements {
		done := sqltext.ActionOf(statement)
		name := done.Table
		if sqltext.StartsWith(sqltext.Without(statement.Tokens, "CREATE"), "VIEW") {
			name = sqltext.Name(sqltext.Without(statement.Tokens[2:], "IF", "NOT", "EXISTS"))
		}
		switch {
		case done.Verb == sqltext.Creates && sqltext.HidesFunction(name):
			e.Add(Change{"+", name, "hides a table-valued function of SQLite", RiskDestructive})
		case done.Verb == sqltext.AddsColumn:
			e.captureColumn(sqltext.Fold(done.Table), sqltext.Name(sqltext.Without(sqltext.AfterName(statement.Tokens[2:])[1:], "COLUMN")), inspected.entries)
		}
	}
}

// captureColumn adds what may take a new column for something else.
func (e *Effect) captureColumn(table, column string, entries []catalog.Entry) {
	if sqltext.HidesName(column, false) {
		e.Add(Change{"+", "column of " + table, "hides what statements can name without it", RiskDestructive})
	}
	for _, entry := range readersOf(table, entries) {
		tokens, err := sqltext.Tokens(entry.SQL)
		if err != nil || sqltext.Mentions(tokens, column) || sqltext.Stars(tokens) > 0 || sqltext.Has(tokens, "NATURAL") {
			e.Add(Change{"~", entry.Kind + " " + entry.Name, "the new column " + column + " may change what it means", RiskDestructive})
		}
	}
	for _, entry := range entries {
		tokens, err := sqltext.Tokens(entry.SQL)
		own := (entry.Kind == "table" || entry.Kind == "index") && sqltext.Fold(entry.Table) == table
		if own && (err != nil || sqltext.QuotedInExpressions(tokens, column)) {
			e.Add(Change{"~", entry.Kind + " " + entry.Name, "the new column " + column + " may change what it means", RiskDestructive})
		}
	}
}

// readersOf returns the views and triggers that name a table, or a view that does.
func readersOf(table string, entries []catalog.Entry) []catalog.Entry {
	names, found := []string{table}, []catalog.Entry(nil)
	for i := 0; i < len(names); i++ { // which also looks at the views that are added
		for _, entry := range entries {
			tokens, err := sqltext.Tokens(entry.SQL)
			reads := err != nil || sqltext.Fold(entry.Table) == names[i] || sqltext.Mentions(tokens, names[i])
			known := slices.ContainsFunc(found, func(other catalog.Entry) bool { return other.Name == entry.Name })
			if entry.Kind != "view" && entry.Kind != "trigger" || !reads || known {
				continue
			}
			found = append(found, entry)
			if entry.Kind == "view" {
				names = append(names, sqltext.Fold(entry.Name))
			}
		}
	}
	return found
}
