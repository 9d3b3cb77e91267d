package schema

import (
	"maps"

	"github.com/addreams/addreams/app/migrate/sqltext"
)

// Reachable returns the tables whose rows may matter to a file: those that it names, in lower case, and those that a
// foreign key, trigger or view connects to them.
func (s Schema) Reachable(named map[string]bool) []*Table {
	reached := maps.Clone(named)
	for before := -1; before < len(reached); {
		before = len(reached)
		s.extendReach(reached)
	}

	var tables []*Table
	for _, name := range Names(s.Tables, nil) {
		if reached[name] {
			tables = append(tables, s.Tables[name])
		}
	}
	return tables
}

// extendReach adds what is one step further.
func (s Schema) extendReach(reached map[string]bool) {
	for name, table := range s.Tables {
		for _, parent := range table.ForeignKeys {
			if reached[name] || reached[sqltext.Fold(parent.Table)] {
				reached[name], reached[sqltext.Fold(parent.Table)] = true, true
			}
		}
		if of, _ := table.ExternalContent(); of != "" && (reached[name] || reached[of]) {
			reached[name], reached[of] = true, true
		}
	}
	for name, object := range s.Objects {
		if object.Kind != "view" && object.Kind != "trigger" || !reached[name] && !reached[sqltext.Fold(object.Table)] {
			continue
		}
		for _, word := range sqltext.Words(object.Definition) {
			if _, view := s.Objects[word]; view || s.Tables[word] != nil {
				reached[word] = true
			}
		}
	}
}
