package schema

import (
	"maps"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1/d1sql"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// Clone returns a copy whose maps can be changed.
func (s Schema) Clone() Schema {
	return Schema{maps.Clone(s.Tables), maps.Clone(s.Objects), s.Shadowed}
}

// RenameColumn changes the schema as ALTER TABLE … RENAME COLUMN does. The table is given by its old name.
func (s Schema) RenameColumn(of, from, to string) {
	renamed := *s.Tables[of]
	renamed.Columns = slices.Clone(renamed.Columns)
	for i, column := range renamed.Columns {
		if sqltext.SameName(column.Name, from) {
			renamed.Columns[i].Name = to
		}
	}
	renamed.Clauses = slices.Clone(renamed.Clauses)
	for i, c := range renamed.Clauses {
		renamed.Clauses[i] = Clause{renameWord(c.Text, from, to), RenameName(c.Column, from, sqltext.Fold(to))}
	}
	renamed.Uniques = slices.Clone(renamed.Uniques)
	for i, unique := range renamed.Uniques {
		renamed.Uniques[i].Columns = renameAll(unique.Columns, from, sqltext.Fold(to))
	}
	s.Tables[of] = &renamed

	for name, table := range s.Tables {
		s.Tables[name] = table.withForeignKeys(func(p *ForeignKey) {
			if name == of {
				p.From = renameAll(p.From, from, to)
			}
			if sqltext.SameName(p.Table, renamed.Name) {
				p.to = renameAll(p.to, from, to)
			}
		})
	}
	s.renameInOthers(renamed.Name, from, to)
}

// RenameTable changes the schema as ALTER TABLE … RENAME TO does, except for the table's own key.
func (s Schema) RenameTable(from, to string) {
	for name, table := range s.Tables {
		s.Tables[name] = table.withForeignKeys(func(p *ForeignKey) { p.Table = RenameName(p.Table, from, to) })
	}
	s.renameInOthers(from, from, to)
	for name, object := range s.Objects {
		object.Table = RenameName(object.Table, from, to)
		s.Objects[name] = object
	}
}

// renameInOthers renames a word in the definitions that involve a table.
func (s Schema) renameInOthers(table, from, to string) {
	for name, object := range s.Objects {
		if sqltext.SameName(object.Table, table) || slices.Contains(sqltext.Words(object.Definition), sqltext.Fold(table)) {
			object.Definition = renameWord(object.Definition, from, to)
			s.Objects[name] = object
		}
	}
}

// withForeignKeys returns the table with its foreign keys changed.
func (t *Table) withForeignKeys(change func(*ForeignKey)) *Table {
	changed := *t
	changed.ForeignKeys = slices.Clone(t.ForeignKeys)
	for i := range changed.ForeignKeys {
		change(&changed.ForeignKeys[i])
	}
	return &changed
}

// RenameName returns the new name if the name is the old one, and the name itself otherwise.
func RenameName(name, from, to string) string {
	if name != "" && sqltext.SameName(name, from) {
		return to
	}
	return name
}

func renameAll(names []string, from, to string) []string {
	renamed := slices.Clone(names)
	for i, name := range renamed {
		renamed[i] = RenameName(name, from, to)
	}
	return renamed
}

// renameWord renames a name in a canonical text.
func renameWord(text, from, to string) string {
	tokens, err := d1sql.Tokens(text)
	if err != nil {
		return text
	}

	var renamed strings.Builder
	for _, token := range tokens {
		if (token.Kind == d1sql.Word || token.Kind == d1sql.Quoted) && sqltext.SameName(token.Name(), from) {
			renamed.WriteString(sqltext.QuoteIfNeeded(sqltext.Fold(to)))
			continue
		}
		renamed.WriteString(token.Text)
	}

	return renamed.String()
}
