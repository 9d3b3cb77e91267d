package migrate_test

import (
	"fmt"
	"strings"

	"pgregory.net/rapid"
)

// The rows that the property draws, and what a Worker might send.

var values = map[string][]string{
	"integer": {"0", "1", "2", "-1", "9007199254740993", "9223372036854775807", "-9223372036854775808"},
	"real":    {"0.5", "1.0", "-2.25", "1e300", "3"},
	"text":    {"''", "'a'", "'b'", "'A'", "'it''s'", "'1'", "'🎉'", "'a  '", "'" + strings.Repeat("x", 60) + "'"},
	"blob":    {"x''", "x'00ff'", "x'61'"},
}

func anyValue(t *rapid.T, kinds ...string) string {
	return pick(t, "value", values[pick(t, "value's kind", kinds...)]...)
}

// value draws a value for a column, often one that occurs twice, or that a parent has.
func (m *modelled) value(t *rapid.T, at field) string {
	if !at.notNull && at.name != m.columns[0].name && chance(t, 5, "null") {
		return "NULL"
	}
	switch {
	case at.parent != nil:
		return at.parent.table.referredValue(t, at.parent.to)
	case at.twin != nil:
		return at.twin.table.referredValue(t, at.twin.to)
	}
	return m.referredValue(t, at)
}

// referredValue draws a value of a column to which others may refer.
func (m *modelled) referredValue(t *rapid.T, at field) string {
	switch {
	case at.name == m.columns[0].name && m.key != "none":
		return m.keyValue(t)
	case at.kind == "varchar(20)":
		return anyValue(t, "text")
	case m.strict && at.kind != "any", at.kind == "text", at.kind == "integer":
		return anyValue(t, at.kind)
	}
	return anyValue(t, "integer", "real", "text", "blob")
}

// keyValue draws a key, for a text one that equals in another collation too.
func (m *modelled) keyValue(t *rapid.T) string {
	if m.columns[0].kind == "integer" || m.columns[0].kind == "int" {
		return pick(t, "key", "1", "2", "3", "4", "9007199254740993")
	}
	return pick(t, "key", "'k1'", "'k2'", "'k3'", "'k4'", "'K1'", "'k2 '")
}

// insert adds a row, with most of the table's columns.
func (m *modelled) insert(t *rapid.T) string {
	var names []ident
	var list []string
	for i, c := range m.stored() {
		if i > 0 && (c.fallback != "" || !c.notNull) && chance(t, 6, "left out") {
			continue
		}
		names, list = append(names, c.ident), append(list, m.value(t, c))
	}
	return fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)", m, joined(names), strings.Join(list, ", "))
}

// rows draws inserts for every table. The caller leaves out those that a constraint refuses.
func (w *world) rows(t *rapid.T) []string {
	var inserts []string
	for _, table := range w.tables {
		for range uniform(t, 9, "rows") {
			inserts = append(inserts, table.insert(t))
		}
	}
	for _, table := range w.tables {
		if table.key == "autoincrement" && chance(t, 2, "deleted") {
			inserts = append(inserts, fmt.Sprintf("DELETE FROM %s WHERE %s = (SELECT max(%s) FROM %s)", table, table.columns[0], table.columns[0], table))
		}
	}
	for _, table := range w.counts {
		inserts = append(inserts, fmt.Sprintf("DELETE FROM %s WHERE rowid = (SELECT min(rowid) FROM %s)", table, table))
	}
	for _, text := range w.texts {
		inserts = append(inserts, text.fullText.rows...)
	}
	if len(w.chain) > 0 {
		inserts = append(inserts, w.chain[0].insert(t))
	}

	return inserts
}

// asked draws statements that a running Worker might send. Each names the columns that it uses.
func (w *world) asked(t *rapid.T) []string {
	var list []string
	for range 6 {
		list = append(list, w.ask(t))
	}
	for _, table := range w.tables {
		if chance(t, 2, "key changed") {
			list = append(list, table.changeKey(t))
		}
	}
	for _, view := range w.views {
		list = append(list, "SELECT * FROM "+view.sql)
		if view.into != nil {
			list = append(list, fmt.Sprintf("INSERT INTO %s (seen) VALUES (1)", view))
		}
	}
	for _, text := range w.texts {
		list = append(list, text.fullText.asked...)
	}
	if len(w.chain) > 0 {
		list = append(list, w.chain[0].insert(t), w.chain[uniform(t, len(w.chain), "link")].insert(t))
	}

	return list
}

// firstRow is how changeKey finds a row.
const firstRow = "(SELECT min("

// changeKey updates or deletes the first row by a column that others may refer to.
func (m *modelled) changeKey(t *rapid.T) string {
	at := m.stored()[0]
	if targets := m.targets(nil); len(targets) > 0 {
		at = pick(t, "referred to", targets...)
	}
	first := fmt.Sprintf("%s = "+firstRow+"%s) FROM %s)", at, at, m)
	if chance(t, 2, "deleted") {
		return fmt.Sprintf("DELETE FROM %s WHERE %s", m, first)
	}
	return fmt.Sprintf("UPDATE %s SET %s = %s WHERE %s", m, at, pick(t, "new key", "99", "'k9'", "'K9'"), first)
}

func (w *world) ask(t *rapid.T) string {
	table := pick(t, "asked", w.tables...)
	plain := table.stored()
	at, first := pick(t, "set", plain...), table.columns[0]
	where := fmt.Sprintf("%s = %s", first, table.value(t, first))
	switch pick(t, "verb", "insert", "insert", "update", "delete", "select", "upsert", "ignore", "replace", "number") {
	case "update":
		return fmt.Sprintf("UPDATE %s SET %s = %s WHERE %s", table, at, table.value(t, at), where)
	case "delete":
		return fmt.Sprintf("DELETE FROM %s WHERE %s", table, where)
	case "select":
		return fmt.Sprintf("SELECT %s FROM %s WHERE %s ORDER BY %s", joined(table.columns), table, where, at)
	case "number":
		if !table.withoutRowid {
			return fmt.Sprintf("SELECT rowid FROM %s WHERE %s", table, where)
		}
	case "replace":
		return strings.Replace(table.insert(t), "INSERT", "INSERT OR REPLACE", 1)
	case "ignore":
		return strings.Replace(table.insert(t), "INSERT", "INSERT OR IGNORE", 1)
	case "upsert":
		for _, c := range plain {
			if c.unique || c.name == first.name && table.key != "none" && table.key != "pair" {
				return fmt.Sprintf("%s ON CONFLICT (%s) DO UPDATE SET %s = excluded.%s", table.insert(t), c, at, at)
			}
		}
	}

	return table.insert(t)
}
