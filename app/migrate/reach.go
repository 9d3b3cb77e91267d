//go:build !wasm

package migrate

import (
	"github.com/addreams/addreams/app/d1/d1sql"
)

// reach lists the tables whose rows the files can have to do with: those that they name, and from there on those that a
// foreign key, a trigger or a view connects. The rows of the others are not asked for.
func (s schema) reach(files []File) []*table {
	reached := map[string]bool{}
	for _, file := range files {
		for _, statement := range file.Statements {
			for _, token := range statement.Tokens {
				reached[key(name([]d1sql.Token{token}))] = true
			}
		}
	}
	for before := -1; before < len(reached); {
		before = len(reached)
		s.spread(reached)
	}

	var tables []*table
	for _, name := range keys(s.tables, nil) {
		if reached[name] {
			tables = append(tables, s.tables[name])
		}
	}
	return tables
}

// spread adds what is one step further.
func (s schema) spread(reached map[string]bool) {
	for name, table := range s.tables {
		for _, parent := range table.parents {
			if reached[name] || reached[key(parent.table)] {
				reached[name], reached[key(parent.table)] = true, true
			}
		}
		if of, _ := table.external(); of != "" && (reached[name] || reached[of]) {
			reached[name], reached[of] = true, true
		}
	}
	for name, object := range s.others {
		if object.kind != "view" && object.kind != "trigger" || !reached[name] && !reached[key(object.table)] {
			continue
		}
		for _, word := range words(object.definition) {
			if _, view := s.others[word]; view || s.tables[word] != nil {
				reached[word] = true
			}
		}
	}
}
