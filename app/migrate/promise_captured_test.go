package migrate_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"pgregory.net/rapid"
)

// What the property draws about names that a new column may take, row numbers, and children that a file fills.

// taking is a new column that takes a name in a view, trigger or CHECK.
type taking struct {
	table *modelled
	name  string
}

// captured adds a view, trigger or CHECK in which a name would mean a new column.
func (w *world) captured(t *rapid.T) {
	of, other := pick(t, "of", w.tables...), pick(t, "other", w.tables...)
	at := pick(t, "outer", of.columns...)
	text := pick(t, "text", plainNames...)

	switch kind := pick(t, "prone", "subquery", "subquery", "trigger", "trigger", "alias", "text", "text in a CHECK", "natural", "distinct", "number"); {
	case kind == "subquery" && other != of && !other.has(at.name):
		w.prone[strings.ToLower(at.name)] = true
		w.takes = append(w.takes, taking{other, at.name})
		w.views = append(w.views, view{w.name(t), fmt.Sprintf("SELECT %s AS seen FROM %s WHERE EXISTS (SELECT 1 FROM %s WHERE %s IS NOT NULL)", at, of, other, at), []*modelled{of, other}, nil, ""})
	case kind == "trigger" && other != of && !other.has(at.name):
		w.prone[strings.ToLower(at.name)] = true
		w.takes = append(w.takes, taking{other, at.name})
		on := pick(t, "on", w.tables...)
		on.triggers = append(on.triggers, trigger{w.name(t), fmt.Sprintf("AFTER %s ON %s BEGIN DELETE FROM %s WHERE EXISTS (SELECT 1 FROM %s WHERE %s IS NOT NULL); END",
			pick(t, "event", "INSERT", "UPDATE", "DELETE"), on, of, other, at), of, other})
	case kind == "alias" && !of.has("added"):
		w.prone["added"] = true
		w.takes = append(w.takes, taking{of, "added"})
		w.views = append(w.views, view{w.name(t), fmt.Sprintf("SELECT length(%s) AS added, %s AS seen FROM %s WHERE added > 0", at, at, of), []*modelled{of}, nil, ""})
	case kind == "text" && !of.has(text):
		w.prone[text], w.quoted = true, true
		w.takes = append(w.takes, taking{of, text})
		w.views = append(w.views, view{w.name(t), fmt.Sprintf(`SELECT %s AS seen FROM %s WHERE %s <> "%s"`, at, of, at, text), []*modelled{of}, nil, ""})
	case kind == "text in a CHECK" && !of.has(text):
		w.prone[text], w.quoted = true, true
		w.takes = append(w.takes, taking{of, text})
		of.checks = append(of.checks, fmt.Sprintf(`%s IS NOT "%s"`, of.stored()[0], text))
	case kind == "natural" && other != of:
		for _, column := range slices.Concat(of.columns, other.columns) {
			w.prone[strings.ToLower(column.name)] = true
		}
		w.views = append(w.views, view{w.name(t), fmt.Sprintf("SELECT count(*) AS seen FROM %s NATURAL JOIN %s", of, other), []*modelled{of, other}, nil, ""})
		for _, column := range of.columns {
			if !other.has(column.name) {
				w.takes = append(w.takes, taking{other, column.name})
			}
		}
	case kind == "distinct":
		for _, name := range slices.Concat(plainNames, oddNames, []string{"added"}) {
			w.prone[strings.ToLower(name)] = true
		}
		w.views = append(w.views, view{w.name(t), fmt.Sprintf("SELECT count(*) AS seen FROM (SELECT DISTINCT * FROM %s)", of), []*modelled{of}, nil, ""})
	case kind == "number" && !of.withoutRowid && !of.has("rowid"):
		w.counts = append(w.counts, of)
		w.views = append(w.views, view{w.name(t), fmt.Sprintf("SELECT rowid AS seen FROM %s", of), []*modelled{of}, nil, ""})
	}
}

// takeName adds a column that takes a name, most often one that is NULL.
func takeName(t *rapid.T, w *world) draft {
	taken := pick(t, "taken", w.takes...)
	kind := pick(t, "kind", "", "", "text DEFAULT 'x'", "integer NOT NULL DEFAULT 0")
	return draft{kind: "add column that takes a name", statements: []string{fmt.Sprintf("ALTER TABLE %s ADD COLUMN %s %s", taken.table, quoted(taken.name), kind)}}
}

// renumber rebuilds a table whose row numbers a view shows.
func renumber(t *rapid.T, w *world) draft {
	r := newRebuild(w, pick(t, "numbered", w.counts...))
	_, statements := r.honestly(t)
	return draft{kind: "rebuild without row numbers", statements: statements}
}

// takeable returns the prone names that a table has not.
func (w *world) takeable(table *modelled) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(w.prone)), func(name string) bool { return table.has(name) || name == "true" })
}

func (m *modelled) has(name string) bool {
	return slices.ContainsFunc(m.columns, func(c field) bool { return strings.EqualFold(c.name, name) })
}

// long returns an INSERT of a row that does not fit into D1's rows twice; empty if the table takes no such values.
func (m *modelled) long() string {
	var names []ident
	for _, c := range m.stored() {
		if (c.kind == "blob" || c.kind == "") && c.check == "" && c.parent == nil && c.twin == nil {
			names = append(names, c.ident)
		}
	}
	if len(names) < 2 {
		return ""
	}
	return fmt.Sprintf("INSERT INTO %s (%s) VALUES (zeroblob(600000), zeroblob(600000))", m, joined(names[:2]))
}

// createChild makes a table that refers to another, and fills it.
func createChild(t *rapid.T, w *world) draft {
	parent := pick(t, "parent", w.tables...)
	targets := parent.targets(nil)
	if len(targets) == 0 {
		return draft{}
	}
	to := pick(t, "target", targets...)
	reference := drawReference(t, parent, to)
	made := &modelled{ident: w.name(t), key: "none", columns: []field{{ident: ident{"of", "`of`"}, kind: to.kind, collate: to.collate, parent: reference}}}
	made.columns[0].notNull = chance(t, 3, "not null")
	made.columns[0].unique = chance(t, 3, "unique")
	if chance(t, 4, "check") {
		made.columns[0].check = "length(`of`) < 3"
	}
	statements := []string{made.create(made.sql), fmt.Sprintf("INSERT OR IGNORE INTO %s SELECT %s FROM %s", made, to, parent)}
	if chance(t, 5, "trigger") {
		statements = append(statements, fmt.Sprintf("CREATE TRIGGER %s BEFORE %s ON %s BEGIN SELECT RAISE(ABORT, 'no'); END", w.name(t), pick(t, "event", "UPDATE", "DELETE"), made))
	}
	return draft{kind: "create child", statements: statements}
}

// hideFunction makes a table or view that hides a table-valued function.
func hideFunction(t *rapid.T, w *world) draft {
	name := pick(t, "hidden", "json_each", "JSON_TREE", "pragma_table_info")
	from := pick(t, "from", w.tables...)
	return draft{kind: "hide a function", harmful: true, statements: pick(t, "how", []string{"CREATE TABLE " + name + " (a)"},
		[]string{fmt.Sprintf("CREATE VIEW %s AS SELECT 1 AS a FROM %s", name, from)}, []string{"CREATE TABLE hidden (a)", "ALTER TABLE hidden RENAME TO " + name})}
}
