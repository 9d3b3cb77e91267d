//go:build !wasm

package migrate

import (
	"slices"
	"strings"
)

// compare lists what makes one schema into the other: tables with what is in them, then indexes, views and triggers.
func compare(before, after schema) []Change {
	var changes []Change
	for _, name := range keys(before.tables, after.tables) {
		changes = append(changes, compareTable(before.tables[name], after.tables[name])...)
	}
	for _, name := range keys(before.others, after.others) {
		was, had := before.others[name]
		is, has := after.others[name]
		if had && has && was.same(is) {
			continue
		}
		if had && !after.holds(was) || has && before.tables[key(is.table)] == nil && strings.HasPrefix(name, "sqlite_autoindex_") {
			continue // said with its table
		}
		changes = append(changes, compareOther(was, is, before, after))
	}
	return changes
}

// holds reports whether the schema has the table, or for a trigger the view, that the object belongs to.
func (s schema) holds(o other) bool {
	_, view := s.others[key(o.table)]
	return o.kind == "view" || s.tables[key(o.table)] != nil || o.kind == "trigger" && view
}

func (o other) same(as other) bool {
	return o.kind == as.kind && o.name == as.name && o.table == as.table && o.definition == as.definition
}

func compareTable(was, is *table) []Change {
	switch {
	case was == nil:
		return []Change{{"+", "table " + is.name, count(len(is.columns), "column"), Additive}}
	case is == nil:
		return []Change{{"-", "table " + was.name, count(len(was.columns), "column"), Irreversible}}
	}
	var changes []Change
	for _, column := range was.columns {
		name := "column " + is.name + "." + column.name
		if now, kept := is.column(column.name); !kept {
			changes = append(changes, Change{"-", name, column.definition, Irreversible})
		} else if now.definition != column.definition {
			changes = append(changes, Change{"~", name, column.definition + " → " + now.definition, column.becoming(now)})
		}
	}
	for _, column := range is.columns {
		if _, old := was.column(column.name); !old {
			name := "column " + is.name + "." + column.name
			changes = append(changes, Change{"+", name, column.definition, column.addition()})
		}
	}
	if was.integerKey() != is.integerKey() && slices.Equal(was.primaryKey(), is.primaryKey()) {
		name := is.primaryKey()[0]
		detail := "numbers the rows no more: NULL where none is given"
		if is.integerKey() {
			detail = "numbers the rows: takes integers alone"
		}
		changes = append(changes, Change{"~", "key " + is.name + "." + name, detail, DestructiveRisk})
	}
	changes = append(changes, compareParents(was, is)...)
	return append(changes, compareClauses(was, is)...)
}

func compareParents(was, is *table) []Change {
	var changes []Change
	what := "foreign key of " + is.name
	for _, parent := range sorted(was.parents) {
		if !slices.ContainsFunc(is.parents, parent.same) {
			changes = append(changes, Change{"-", what, parent.text(), parent.loss()})
		}
	}
	for _, parent := range sorted(is.parents) {
		if !slices.ContainsFunc(was.parents, parent.same) {
			changes = append(changes, Change{"+", what, parent.text(), parent.gain(was, is)})
		}
	}
	return changes
}

func (p parent) same(as parent) bool { return p.text() == as.text() }

func sorted(parents []parent) []parent {
	list := slices.Clone(parents)
	slices.SortFunc(list, func(a, b parent) int { return strings.Compare(a.text(), b.text()) })
	return list
}

func compareClauses(was, is *table) []Change {
	var changes []Change
	what := "constraint of " + is.name
	for _, clause := range was.clauses {
		if !slices.Contains(is.clauses, clause) {
			changes = append(changes, Change{"-", what, clause.among(was.clauses), clause.loss(is)})
		}
	}
	for _, clause := range is.clauses {
		if !slices.Contains(was.clauses, clause) {
			changes = append(changes, Change{"+", what, clause.among(is.clauses), clause.gain(was)})
		}
	}
	return changes
}

// among is the clause's text, with its column if another has the same.
func (c clause) among(all []clause) string {
	for _, other := range all {
		if other.text == c.text && other.column != c.column {
			return c.text + " of " + c.column
		}
	}
	return c.text
}

// compareOther tells two objects of one name apart, of which either may be missing.
func compareOther(was, is other, before, after schema) Change {
	switch {
	case was.name == "":
		return Change{"+", is.kind + " " + is.name, place(is), is.gain(before, after)}
	case is.name != "":
		return Change{"~", is.kind + " " + is.name, place(is), max(Rebuild, was.loss(after), is.gain(before, after))}
	case after.again(was):
		return Change{"-", was.kind + " " + was.name, place(was), Additive}
	case was.kind == "view":
		return Change{"-", "view " + was.name, "", DestructiveRisk}
	}
	return Change{"-", was.kind + " " + was.name, place(was), max(Rebuild, was.loss(after))}
}

// again reports whether the schema has an index of another name that is the same otherwise.
func (s schema) again(index other) bool {
	if !strings.HasSuffix(index.kind, "index") {
		return false
	}
	for _, object := range s.others {
		if object.kind == index.kind && key(object.table) == key(index.table) && object.definition == index.definition {
			return true
		}
	}
	return false
}

// place tells where an index or trigger belongs: "on user email", "on user".
func place(o other) string {
	switch o.kind {
	case "view":
		return ""
	case "trigger":
		return "on " + o.table
	}
	return strings.NewReplacer(" ( ", "(", " , ", ", ", " )", ")").Replace(o.definition)
}
