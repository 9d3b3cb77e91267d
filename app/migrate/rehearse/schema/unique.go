package schema

import (
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// UniqueKey is a key that no two rows share. A column is empty if it is an expression.
type UniqueKey struct {
	Index   string // its name; empty for an INTEGER PRIMARY KEY
	Origin  string // "pk", "u" for UNIQUE, "c" for CREATE INDEX
	Columns []string
	Partial bool // of some rows only, of expressions, or with a collation of its own: it implies no other key
}

// addUnique adds the keys of tables. UNIQUE constraints are also added as unique indexes, which they are.
func (s Schema) addUnique(result d1.Result) {
	for _, row := range result.Rows {
		table := s.Tables[sqltext.Fold(row.Text(0))]
		if table == nil {
			continue
		}
		index, part, origin := row.Text(1), sqltext.Fold(row.Text(2)), row.Text(3)
		if last := len(table.Uniques) - 1; last >= 0 && table.Uniques[last].Index == index {
			table.Uniques[last].Columns = append(table.Uniques[last].Columns, part)
		} else {
			object, named := s.Objects[sqltext.Fold(index)]
			table.Uniques = append(table.Uniques, UniqueKey{index, origin, []string{part}, row.Bool(4) || named && IndexedColumns(object) == nil})
		}
		if origin == "u" {
			s.addConstraint(index, row.Text(0), part)
		}
	}
	for _, table := range s.Tables {
		if primary := table.PrimaryKey(); len(primary) > 0 && !slices.ContainsFunc(table.Uniques, func(u UniqueKey) bool { return u.Origin == "pk" }) {
			table.Uniques = append(table.Uniques, UniqueKey{"", "pk", primary, false})
		}
	}
}

func (s Schema) addConstraint(name, table, part string) {
	index, seen := s.Objects[sqltext.Fold(name)]
	if !seen {
		index = Object{Kind: "unique index", Name: name, Table: table, Definition: "on " + sqltext.QuoteIfNeeded(sqltext.Fold(table)) + " ( "}
	} else {
		index.Definition = strings.TrimSuffix(index.Definition, ")") + ", "
	}
	index.Definition += sqltext.QuoteIfNeeded(part) + " )"
	s.Objects[sqltext.Fold(name)] = index
}

// PrimaryKey returns the names of the primary key's columns, in order and in lower case; none if there is no primary
// key.
func (t *Table) PrimaryKey() []string {
	places := map[int]string{}
	for _, column := range t.Columns {
		if column.Primary > 0 {
			places[column.Primary] = sqltext.Fold(column.Name)
		}
	}
	names := make([]string, 0, len(places))
	for place := 1; place <= len(places); place++ {
		names = append(names, places[place])
	}
	return names
}

// Title names the key: "the unique index user_email".
func (u UniqueKey) Title() string {
	switch u.Origin {
	case "pk":
		return "the primary key"
	case "u":
		return "UNIQUE (" + strings.Join(u.Columns, ", ") + ")"
	}
	return "the unique index " + u.Index
}

// Terms returns the SQL terms of the key's values, and the condition of a partial index after an AND.
func (u UniqueKey) Terms(now Schema) (terms []string, where string) {
	index, named := now.Objects[sqltext.Fold(u.Index)]
	if !named || u.Origin != "c" {
		for _, column := range u.Columns {
			terms = append(terms, sqltext.Quote(column))
		}
		return terms, ""
	}

	tokens, err := sqltext.Tokens(index.Definition)
	if err != nil || len(tokens) < 3 {
		return nil, ""
	}
	list := sqltext.Bracket(tokens[2:])
	for _, part := range sqltext.BracketItems(list) {
		if last := part[len(part)-1]; last.Is("asc") || last.Is("desc") {
			part = part[:len(part)-1]
		}
		terms = append(terms, sqltext.Canonical(part))
	}
	if rest := tokens[2+len(list):]; len(rest) > 1 {
		where = " AND (" + sqltext.Canonical(rest[1:]) + ")"
	}
	return terms, where
}
