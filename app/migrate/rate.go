//go:build !wasm

package migrate

import (
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1/d1sql"
)

// The running Worker goes on with the schema that it knows until the next one is uploaded. What it relies on is what it
// reads, and that what it writes is taken and means the same.

// becoming is the risk of making the column into another of its name.
func (c column) becoming(now column) Risk {
	switch {
	case c.affinity() != now.affinity(), now.notNull && !c.notNull, c.primary != now.primary, c.hidden != now.hidden,
		c.fallback != "" && plainDefault(c.fallback) != plainDefault(now.fallback):
		return DestructiveRisk
	}
	return Rebuild
}

// addition is the risk of adding the column to a table that exists: without a value for it, inserts that don't know it
// fail.
func (c column) addition() Risk {
	if c.notNull && !c.given() {
		return DestructiveRisk
	}
	return Additive
}

// given reports whether a row that doesn't know the column has a value in it: a default. What a generated one has depends.
func (c column) given() bool { return c.fallback != "" && plainDefault(c.fallback) != "null" }

// affinity is what SQLite makes of the declared type (https://www.sqlite.org/datatype3.html#determination_of_column_affinity).
func (c column) affinity() string {
	has := func(words ...string) bool {
		return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(c.kind, word) })
	}
	switch {
	case has("int"):
		return "integer"
	case has("char", "clob", "text"):
		return "text"
	case c.kind == "", has("blob"):
		return "blob"
	case has("real", "floa", "doub"):
		return "real"
	}
	return "numeric"
}

// loss is the risk of losing the foreign key: an action is relied on, a check is not.
func (p parent) loss() Risk {
	if acts(p.onDelete) || acts(p.onUpdate) {
		return DestructiveRisk
	}
	return Rebuild
}

// gain is the risk of adding the foreign key to a table: it refuses what was taken, unless its columns are new, and NULL
// in what doesn't know them.
func (p parent) gain(was, is *table) Risk {
	for _, name := range p.from {
		if column, _ := is.column(name); was.has(name) || column.given() || column.generated() {
			return DestructiveRisk
		}
	}
	return Additive
}

// acts reports whether a foreign key's action changes rows of the child.
func acts(action string) bool { return action == "CASCADE" || strings.HasPrefix(action, "SET") }

func (t *table) has(column string) bool {
	_, found := t.column(column)
	return found
}

// loss is the risk of losing the clause from a table.
func (c clause) loss(is *table) Risk {
	if c.text == "without rowid" || c.column != "" && !is.has(c.column) {
		return Rebuild
	}
	return DestructiveRisk
}

func (c clause) check() bool { return strings.HasPrefix(c.text, "check ") }

// gain is the risk of adding the clause to a table: it refuses what was taken, or means something else by it, unless it
// is about new columns alone.
func (c clause) gain(was *table) Risk {
	switch {
	case c.column != "" && !was.has(c.column) && !mayFail(c.text, stored):
		return Additive
	case c.check() && !slices.ContainsFunc(words(c.text), was.has):
		return Additive // unless the default breaks it: see judgeChecks
	case c.text == "autoincrement", c.text == "deferred foreign key":
		return Rebuild
	}
	return DestructiveRisk
}

// loss is the risk of losing the object, where the schema is to be `after`.
func (o other) loss(after schema) Risk {
	switch o.kind {
	case "trigger", "view":
		return DestructiveRisk
	case "unique index":
		if table := after.tables[key(o.table)]; table == nil || !table.replaces(o) {
			return DestructiveRisk
		}
	}
	return Additive
}

// gain is the risk of adding the object to the schema `before`.
func (o other) gain(before, after schema) Risk {
	was, is := before.tables[key(o.table)], after.tables[key(o.table)]
	switch {
	case o.kind == "trigger" && before.has(o.table) && o.interferes(before, after):
		return DestructiveRisk
	case was == nil || is == nil:
		return Additive
	case o.kind == "unique index" && !was.unique(o) && !is.free(o, was), strings.HasSuffix(o.kind, "index") && mayFail(o.expressions(), stored):
		return DestructiveRisk
	}
	return Additive
}

// interferes reports whether a trigger refuses writes, or may fail, or writes itself to what was there or through a view:
// then rows change that nobody meant. A constraint of what it writes to, if that is new, can refuse what fired it as well.
func (o other) interferes(before, after schema) bool {
	tokens, err := significant(o.definition)
	if err != nil || mayFail(o.definition, run) {
		return true
	}
	body := tokens[max(0, slices.IndexFunc(tokens, func(token d1sql.Token) bool { return token.Is("BEGIN") })):]
	for i, token := range body {
		rest := body[i+1:]
		switch {
		case token.Is("RAISE"):
			return true
		case token.Is("UPDATE"):
			if is(rest, "OR") {
				rest = rest[2:]
			}
		case token.Is("INTO"), token.Is("FROM") && body[i-1].Is("DELETE"):
		default:
			continue
		}
		if to := after.tables[key(name(rest))]; before.has(name(rest)) || to == nil || to.picky() || after.fires(to.name) {
			return true
		}
	}
	return false
}

// fires reports whether a table has triggers.
func (s schema) fires(table string) bool {
	for _, object := range s.others {
		if object.kind == "trigger" && key(object.table) == key(table) {
			return true
		}
	}
	return false
}

// picky reports whether a table may refuse a row.
func (t *table) picky() bool {
	return len(t.parents) > 0 || slices.ContainsFunc(t.columns, func(c column) bool { return c.notNull }) ||
		slices.ContainsFunc(t.uniques, func(u unique) bool { return u.index != "" }) ||
		slices.ContainsFunc(t.clauses, func(c clause) bool {
			return c.check() || c.text == "strict" || strings.HasPrefix(c.text, "as ") && mayFail(c.text, stored)
		})
}

// unique reports whether the table has a key that makes an index's columns unique without it: all of the key's columns
// are among them.
func (t *table) unique(index other) bool {
	columns := indexed(index)
	return columns != nil && slices.ContainsFunc(t.uniques, func(u unique) bool {
		return !u.partial && !slices.ContainsFunc(u.columns, func(c string) bool { return !slices.Contains(columns, c) })
	})
}

// replaces reports whether the table has a key of the same columns as a lost index, which ON CONFLICT goes by too.
func (t *table) replaces(index other) bool {
	columns := indexed(index)
	return columns != nil && slices.ContainsFunc(t.uniques, func(u unique) bool { return !u.partial && slices.Equal(u.columns, columns) })
}

// free reports whether the index has a column that `was` has not, and that is NULL in what doesn't know it: NULLs are
// never equal.
func (t *table) free(index other, was *table) bool {
	return slices.ContainsFunc(indexed(index), func(name string) bool {
		column, found := t.column(name)
		return found && !was.has(name) && !column.given() && !column.generated()
	})
}

// indexed are the columns of an index's definition, in lower case; nil if it has expressions or collations of its own.
func indexed(index other) []string {
	tokens, err := significant(index.definition)
	if err != nil || len(tokens) < 3 {
		return nil
	}
	var columns []string
	for _, part := range parts(bracket(tokens[2:])) {
		last := part[len(part)-1]
		if len(part) > 2 || len(part) == 2 && !last.Is("asc") && !last.Is("desc") {
			return nil
		}
		columns = append(columns, key(part[0].Name()))
	}
	return columns
}
