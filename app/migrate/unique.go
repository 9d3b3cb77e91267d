//go:build !wasm

package migrate

import (
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1"
)

// unique is a key that no two rows share. A column is empty where an expression stands.
type unique struct {
	index   string // its name; empty for an INTEGER PRIMARY KEY
	origin  string // "pk", "u" for UNIQUE, "c" for CREATE INDEX
	columns []string
	partial bool // of some rows alone, or of expressions, or with a collation of its own: it implies no other key
}

// addUnique adds the keys of tables; the UNIQUE constraints among them also as the unique indexes that they are.
func (s schema) addUnique(result d1.Result) {
	for _, row := range result.Rows {
		table := s.tables[key(row.Text(0))]
		if table == nil {
			continue
		}
		index, part, origin := row.Text(1), key(row.Text(2)), row.Text(3)
		if last := len(table.uniques) - 1; last >= 0 && table.uniques[last].index == index {
			table.uniques[last].columns = append(table.uniques[last].columns, part)
		} else {
			object, named := s.others[key(index)]
			table.uniques = append(table.uniques, unique{index, origin, []string{part}, row.Bool(4) || named && indexed(object) == nil})
		}
		if origin == "u" {
			s.addConstraint(index, row.Text(0), part)
		}
	}
	for _, table := range s.tables {
		if primary := table.primaryKey(); len(primary) > 0 && !slices.ContainsFunc(table.uniques, func(u unique) bool { return u.origin == "pk" }) {
			table.uniques = append(table.uniques, unique{"", "pk", primary, false})
		}
	}
}

func (s schema) addConstraint(name, table, part string) {
	index, seen := s.others[key(name)]
	if !seen {
		index = other{kind: "unique index", name: name, table: table, definition: "on " + key(table) + " ( "}
	} else {
		index.definition = strings.TrimSuffix(index.definition, ")") + ", "
	}
	index.definition += part + " )"
	s.others[key(name)] = index
}

// primaryKey are the names of the primary key's columns, in its order and in lower case; none if there is no such key.
func (t *table) primaryKey() []string {
	places := map[int]string{}
	for _, column := range t.columns {
		if column.primary > 0 {
			places[column.primary] = key(column.name)
		}
	}
	names := make([]string, 0, len(places))
	for place := 1; place <= len(places); place++ {
		names = append(names, places[place])
	}
	return names
}
