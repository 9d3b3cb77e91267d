//go:build !wasm

package migrate

import (
	"slices"
	"strings"
)

// rowKey is a name that no column has.
const rowKey = `"addreams: key"`

// source reads the table as it was, under the names that its columns are to have, with its rows' keys.
func (s survivor) source(was *table) string {
	terms := []string{was.keyText() + " AS " + rowKey}
	for _, pair := range s.pairs {
		terms = append(terms, quote(pair[0])+" AS "+quote(pair[1]))
	}
	return "(SELECT " + strings.Join(terms, ", ") + " FROM " + quote(was.name) + ")"
}

// keyText is an expression for a row's key as a person reads it: "id = 'u1'".
func (t *table) keyText() string {
	names := t.primaryKey()
	if len(names) == 0 {
		from := sourceOf(t)
		if from.rowid == "" {
			return "''"
		}
		return "'row ' || " + from.rowid
	}
	var terms []string
	for _, name := range names {
		terms = append(terms, literal(name+" = ")+" || quote("+quote(name)+")")
	}
	return strings.Join(terms, " || ', ' || ")
}

// title names a key: "the unique index user_email".
func (u unique) title() string {
	switch u.origin {
	case "pk":
		return "the primary key"
	case "u":
		return "UNIQUE (" + strings.Join(u.columns, ", ") + ")"
	}
	return "the unique index " + u.index
}

// duplicates count the values that stand in several rows, of each key that is new.
func (s survivor) duplicates(was *table, now schema) []question {
	var found []question
	is := now.tables[s.present]
	for _, unique := range is.uniques {
		terms, where := unique.terms(now)
		if len(terms) == 0 || s.held(unique, was, now) {
			continue
		}
		set := strings.Join(terms, " IS NOT NULL AND ") + " IS NOT NULL" + where
		found = append(found, question{
			table: s.old, about: "UNIQUE", unit: "value",
			what: "of " + is.name + " in several rows, and " + unique.title() + " takes each once",
			query: "SELECT count(*) AS n, min(one) AS one FROM (SELECT min(" + rowKey + ") AS one FROM " + s.source(was) + " AS c WHERE " + set +
				" GROUP BY " + strings.Join(terms, ", ") + " HAVING count(*) > 1)",
		})
	}
	return found
}

// held reports whether the table had a key of the same columns.
func (s survivor) held(u unique, was *table, now schema) bool {
	if index, named := now.others[key(u.index)]; named && u.origin == "c" && indexed(index) == nil {
		return false // of expressions, or with a collation of its own
	}
	return slices.ContainsFunc(was.uniques, func(old unique) bool {
		return !old.partial && slices.Equal(translate(old.columns, s.pairs), u.columns)
	})
}

// terms are what a key's values are made of, as SQL, and the condition of a partial index behind an AND.
func (u unique) terms(now schema) (terms []string, where string) {
	index, named := now.others[key(u.index)]
	if !named || u.origin != "c" {
		for _, column := range u.columns {
			terms = append(terms, quote(column))
		}
		return terms, ""
	}

	tokens, err := significant(index.definition)
	if err != nil || len(tokens) < 3 {
		return nil, ""
	}
	list := bracket(tokens[2:])
	for _, part := range parts(list) {
		if last := part[len(part)-1]; last.Is("asc") || last.Is("desc") {
			part = part[:len(part)-1]
		}
		terms = append(terms, canonical(part))
	}
	if rest := tokens[2+len(list):]; len(rest) > 1 {
		where = " AND (" + canonical(rest[1:]) + ")"
	}
	return terms, where
}

// orphans is the condition for rows that a new foreign key would not hold for, and the old name of the parent.
func (p *performance) orphans(of parent, all []survivor) (where, also string) {
	i := slices.IndexFunc(all, func(s survivor) bool { return s.present == key(of.table) })
	if i < 0 {
		return "", ""
	}
	parent, columns := all[i], of.target(p.now.tables[key(of.table)])
	if len(columns) != len(of.from) {
		return "", ""
	}
	var set, match []string
	for i, from := range of.from {
		set = append(set, "c."+quote(from)+" IS NOT NULL")
		match = append(match, "p."+quote(columns[i])+" = c."+quote(from))
	}
	source := parent.source(p.rehearsal.now.tables[parent.old])
	return strings.Join(set, " AND ") + " AND NOT EXISTS (SELECT 1 FROM " + source + " AS p WHERE " + strings.Join(match, " AND ") + ")", parent.old
}
