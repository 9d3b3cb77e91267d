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
	Collate []string // the collation of each column; none of an INTEGER PRIMARY KEY
	Partial bool     // of some rows only, of expressions, or with a collation of its own: it implies no other key
}

// addUnique adds the keys of tables. UNIQUE constraints are also added as unique indexes, which they are.
func (s Schema) addUnique(result d1.Result) error {
	var owner, collation string
	var column *string
	var key UniqueKey
	err := result.Each("the unique indexes", func() {
		table, part := s.Tables[sqltext.Fold(owner)], sqltext.Fold(textOf(column))
		if table == nil {
			return
		}

		if last := len(table.Uniques) - 1; last >= 0 && table.Uniques[last].Index == key.Index {
			table.Uniques[last].Columns = append(table.Uniques[last].Columns, part)
			table.Uniques[last].Collate = append(table.Uniques[last].Collate, sqltext.Fold(collation))
		} else {
			object, named := s.Objects[sqltext.Fold(key.Index)]
			partial := key.Partial || named && IndexedColumns(object) == nil
			table.Uniques = append(table.Uniques, UniqueKey{key.Index, key.Origin, []string{part}, []string{sqltext.Fold(collation)}, partial})
		}
		if key.Origin == "u" {
			s.addConstraint(key.Index, owner, part)
		}
	}, &owner, &key.Index, &column, &key.Origin, &key.Partial, &collation)
	if err != nil {
		return err
	}

	for _, table := range s.Tables {
		if primary := table.PrimaryKey(); len(primary) > 0 && !slices.ContainsFunc(table.Uniques, func(u UniqueKey) bool { return u.Origin == "pk" }) {
			table.Uniques = append(table.Uniques, UniqueKey{Origin: "pk", Columns: primary})
		}
	}
	return nil
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
		for i, column := range u.Columns {
			terms = append(terms, u.collated(i, sqltext.Quote(column)))
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
		terms = append(terms, u.collated(len(terms), sqltext.Canonical(part)))
	}
	if rest := tokens[2+len(list):]; len(rest) > 1 {
		where = " AND (" + sqltext.Canonical(rest[1:]) + ")"
	}
	return terms, where
}

// collated writes the i-th term with the key's collation, which may be another one where the values are read.
func (u UniqueKey) collated(i int, term string) string {
	if i >= len(u.Collate) {
		return term
	}
	return "(" + term + ") COLLATE " + sqltext.Quote(u.Collate[i])
}
