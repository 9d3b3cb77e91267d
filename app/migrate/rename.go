//go:build !wasm

package migrate

import (
	"maps"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1/d1sql"
)

// clone is a copy whose maps can be changed.
func (s schema) clone() schema { return schema{maps.Clone(s.tables), maps.Clone(s.others)} }

// renameColumn makes the schema what ALTER TABLE … RENAME COLUMN makes of it; the table is known by its old name.
func (s schema) renameColumn(of, from, to string) {
	renamed := *s.tables[of]
	renamed.columns = slices.Clone(renamed.columns)
	for i, column := range renamed.columns {
		if key(column.name) == key(from) {
			renamed.columns[i].name = to
		}
	}
	renamed.clauses = slices.Clone(renamed.clauses)
	for i, c := range renamed.clauses {
		renamed.clauses[i] = clause{renameWord(c.text, from, to), renameName(c.column, from, key(to))}
	}
	renamed.uniques = slices.Clone(renamed.uniques)
	for i, unique := range renamed.uniques {
		renamed.uniques[i].columns = renameAll(unique.columns, from, key(to))
	}
	s.tables[of] = &renamed

	for name, table := range s.tables {
		s.tables[name] = table.withParents(func(p *parent) {
			if name == of {
				p.from = renameAll(p.from, from, to)
			}
			if key(p.table) == key(renamed.name) {
				p.to = renameAll(p.to, from, to)
			}
		})
	}
	s.renameInOthers(renamed.name, from, to)
}

// renameTable makes the schema what ALTER TABLE … RENAME TO makes of it, but for the table's own place in it.
func (s schema) renameTable(from, to string) {
	for name, table := range s.tables {
		s.tables[name] = table.withParents(func(p *parent) { p.table = renameName(p.table, from, to) })
	}
	s.renameInOthers(from, from, to)
	for name, object := range s.others {
		object.table = renameName(object.table, from, to)
		s.others[name] = object
	}
}

// renameInOthers renames a word in the definitions that have to do with a table.
func (s schema) renameInOthers(table, from, to string) {
	for name, object := range s.others {
		if key(object.table) == key(table) || slices.Contains(words(object.definition), key(table)) {
			object.definition = renameWord(object.definition, from, to)
			s.others[name] = object
		}
	}
}

// withParents is the table with its foreign keys changed.
func (t *table) withParents(change func(*parent)) *table {
	changed := *t
	changed.parents = slices.Clone(t.parents)
	for i := range changed.parents {
		change(&changed.parents[i])
	}
	return &changed
}

func renameName(name, from, to string) string {
	if name != "" && key(name) == key(from) {
		return to
	}
	return name
}

func renameAll(names []string, from, to string) []string {
	renamed := slices.Clone(names)
	for i, name := range renamed {
		renamed[i] = renameName(name, from, to)
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
		if (token.Kind == d1sql.Word || token.Kind == d1sql.Quoted) && key(token.Name()) == key(from) {
			renamed.WriteString(plain(key(to)))
			continue
		}
		renamed.WriteString(token.Text)
	}
	return renamed.String()
}
