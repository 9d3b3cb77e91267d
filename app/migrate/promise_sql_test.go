package migrate_test

import (
	"fmt"
	"slices"
	"strings"
)

// How the model renders itself as SQL.

// create is the table's definition under a name.
func (m *modelled) create(as string) string {
	if m.fullText != nil {
		return fmt.Sprintf("CREATE VIRTUAL TABLE %s USING fts5(%s)", as, m.fullText.options)
	}

	var parts []string
	for i, c := range m.columns {
		text := c.definition()
		switch {
		case i > 0:
		case m.key == "rowid":
			text += " PRIMARY KEY"
		case m.key == "autoincrement":
			text += " PRIMARY KEY AUTOINCREMENT"
		case m.key == "text", m.key == "int":
			text += " PRIMARY KEY"
		}
		parts = append(parts, text)
	}
	if m.key == "pair" {
		parts = append(parts, fmt.Sprintf("PRIMARY KEY (%s, %s)", m.columns[0], m.columns[1]))
	}
	for _, unique := range m.uniques {
		parts = append(parts, "UNIQUE ("+joined(unique)+")")
	}
	for _, p := range m.pairs {
		parts = append(parts, fmt.Sprintf("FOREIGN KEY (%s) %s", joined(p.from[:]), p.clause(joined(p.table.columns[:2]))))
	}
	for _, check := range m.checks {
		parts = append(parts, "CHECK ("+check+")")
	}
	options := []string{}
	if m.strict {
		options = append(options, "STRICT")
	}
	if m.withoutRowid {
		options = append(options, "WITHOUT ROWID")
	}
	return strings.TrimSpace(fmt.Sprintf("CREATE TABLE %s (%s) %s", as, strings.Join(parts, ", "), strings.Join(options, ", ")))
}

func (c field) definition() string {
	words := []string{c.sql, c.kind}
	if c.generated != "" {
		words = append(words, "GENERATED ALWAYS AS ("+c.generated+")")
		if c.stored {
			words = append(words, "STORED")
		}
		return strings.Join(words, " ")
	}
	if c.notNull {
		words = append(words, "NOT NULL")
	}
	if c.fallback != "" {
		words = append(words, "DEFAULT", c.fallback)
	}
	if c.unique {
		words = append(words, "UNIQUE")
	}
	if c.check != "" {
		words = append(words, "CHECK ("+c.check+")")
	}
	if c.collate != "" {
		words = append(words, "COLLATE", c.collate)
	}
	if c.parent != nil {
		words = append(words, c.parent.clause(c.parent.to.sql))
	}

	return strings.Join(words, " ")
}

// clause is the reference to columns of the parent.
func (r reference) clause(columns string) string {
	words := []string{"REFERENCES", r.table.sql, "(" + columns + ")"}
	if r.onDelete != "" {
		words = append(words, "ON DELETE", r.onDelete)
	}
	if r.onUpdate != "" {
		words = append(words, "ON UPDATE", r.onUpdate)
	}
	if r.deferred {
		words = append(words, "DEFERRABLE INITIALLY DEFERRED")
	}
	return strings.Join(words, " ")
}

func joined[V fmt.Stringer](names []V) string {
	texts := make([]string, len(names))
	for i, name := range names {
		texts[i] = name.String()
	}
	return strings.Join(texts, ", ")
}

func (i index) create(on string) string {
	unique, when := "", ""
	if i.unique {
		unique = "UNIQUE "
	}
	if i.when != "" {
		when = " WHERE " + i.when
	}
	return fmt.Sprintf("CREATE %sINDEX %s ON %s (%s)%s", unique, i.ident, on, i.terms, when)
}

func (g trigger) create() string { return fmt.Sprintf("CREATE TRIGGER %s %s", g.ident, g.body) }

// create makes the view, and its trigger.
func (v view) create() []string {
	made := []string{fmt.Sprintf("CREATE VIEW %s AS %s", v.ident, v.query)}
	if v.into != nil {
		made = append(made, v.into.create())
	}
	return made
}

// create is the whole schema.
func (w *world) create() []string {
	var made []string
	for _, table := range w.all() {
		made = append(made, table.create(table.sql))
		for _, index := range table.indexes {
			made = append(made, index.create(table.sql))
		}
	}
	for _, view := range w.views {
		made = append(made, view.create()...)
	}
	for _, table := range w.all() {
		for _, trigger := range table.triggers {
			made = append(made, trigger.create())
		}
	}

	return made
}

func (w *world) all() []*modelled { return slices.Concat(w.tables, w.texts, w.chain) }

// child is a table that refers to another.
type child struct {
	of *modelled
	by reference
}

func (w *world) children(parent *modelled) []child {
	var found []child
	for _, table := range w.tables {
		for _, c := range table.columns {
			if c.parent != nil && c.parent.table == parent {
				found = append(found, child{table, *c.parent})
			}
		}
		for _, p := range table.pairs {
			if p.table == parent {
				found = append(found, child{table, p.reference})
			}
		}
	}

	return found
}
