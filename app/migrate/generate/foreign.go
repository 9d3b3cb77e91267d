package generate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// SQLite blames every table that a wrong foreign key makes unusable, first of all the one that it refers to. What is wrong is
// the key.

// foreignKeyErrors says which foreign keys can't work, and why, and returns the messages that SQLite has for them.
func (s *source) foreignKeyErrors() (found []error, messages map[string]bool) {
	messages = map[string]bool{}
	for _, name := range s.order {
		table := s.schema.Tables[name]
		if table == nil {
			continue
		}
		for _, key := range table.ForeignKeys {
			why := s.failure(key)
			if why == "" {
				continue
			}
			text := fmt.Sprintf("the foreign key (%s) of the table %s to %s can't work: %s", strings.Join(key.From, ", "), table.Name, key.Table, why)
			found = append(found, s.errorAt(s.line(table.Name, key.From[0]), text))
			messages["no such table: main."+key.Table] = true
			messages[fmt.Sprintf("foreign key mismatch - %s referencing %s", inQuotes(table.Name), inQuotes(key.Table))] = true
		}
	}
	return found, messages
}

// failure says why a foreign key can't work; empty if nothing is seen.
func (s *source) failure(key schema.ForeignKey) string {
	parent := s.schema.Tables[sqltext.Fold(key.Table)]
	switch {
	case parent == nil && s.schema.Objects[sqltext.Fold(key.Table)].Kind == "view":
		return key.Table + " is a view: refer to the table that it reads"
	case parent == nil:
		return "there is no table " + key.Table
	case parent.Virtual:
		return key.Table + " is a virtual table"
	}

	columns := key.TargetColumns(parent)
	if len(columns) != len(key.From) {
		return fmt.Sprintf("%s has no PRIMARY KEY of as many columns: name those that it refers to", parent.Name)
	}
	for _, column := range columns {
		if !parent.Has(column) {
			return fmt.Sprintf("%s has no column %s", parent.Name, column)
		}
	}
	if !slices.ContainsFunc(parent.Uniques, func(u schema.UniqueKey) bool { return !u.Partial && sameNames(u.Columns, columns) }) {
		return fmt.Sprintf("%s (%s) is neither the PRIMARY KEY nor UNIQUE", parent.Name, strings.Join(columns, ", "))
	}
	return ""
}

// sameNames reports whether both lists have the same names in any order.
func sameNames(some, others []string) bool {
	sorted := func(names []string) []string {
		folded := make([]string, len(names))
		for i, name := range names {
			folded[i] = sqltext.Fold(name)
		}
		slices.Sort(folded)
		return folded
	}
	return slices.Equal(sorted(some), sorted(others))
}

// inQuotes writes a name as SQLite's messages have it.
func inQuotes(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
