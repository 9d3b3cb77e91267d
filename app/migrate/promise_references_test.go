package migrate_test

import (
	"slices"

	"pgregory.net/rapid"
)

// The foreign keys that the property draws.

type reference struct {
	table              *modelled
	to                 field // of the table: its key, or a UNIQUE column
	onDelete, onUpdate string
	deferred           bool
}

// pair is a foreign key of two columns.
type pair struct {
	from [2]ident
	reference
}

var actions = []string{"", "NO ACTION", "RESTRICT", "CASCADE", "CASCADE", "SET NULL", "SET DEFAULT"}

// refer makes columns of a table refer to keys and UNIQUE columns, also of the table itself.
func (w *world) refer(t *rapid.T, child *modelled) {
	for i := range child.columns {
		own := &child.columns[i]
		if own.generated != "" || i == 0 && child.key != "none" || child.key == "pair" && i == 1 || chance(t, 2, "is independent") {
			continue
		}
		parent := pick(t, "parent", w.tables...)
		targets := parent.targets(child)
		if len(targets) == 0 {
			continue
		}
		to := pick(t, "target", targets...)
		own.parent = drawReference(t, parent, to)
		own.kind, own.fallback, own.notNull, own.check, own.collate = to.kind, "", false, "", ""
		if chance(t, 4, "default") {
			own.fallback = parent.referredValue(t, to)
		}
	}
	if parent := pick(t, "parent of a pair", w.tables...); parent.key == "pair" && parent != child {
		child.referToPair(t, parent)
	}
}

func drawReference(t *rapid.T, parent *modelled, to field) *reference {
	return &reference{parent, to, pick(t, "on delete", actions...), pick(t, "on update", actions...), chance(t, 3, "deferred")}
}

// targets returns the columns to which a child can refer.
func (m *modelled) targets(child *modelled) []field {
	var found []field
	for i, c := range m.columns {
		key := i == 0 && m.key != "pair" && m.key != "none"
		unique := c.unique && c.generated == "" && c.parent == nil && slices.Contains([]string{"text", "integer", "real", "blob"}, c.kind)
		if key || unique && m != child {
			found = append(found, c)
		}
	}
	return found
}

// referToPair adds two columns that refer to a key of two columns.
func (m *modelled) referToPair(t *rapid.T, parent *modelled) {
	var from [2]ident
	for i := range from {
		to := parent.columns[i]
		from[i] = m.names.name(t)
		m.columns = append(m.columns, field{ident: from[i], kind: to.kind, twin: &reference{table: parent, to: to}})
	}
	m.pairs = append(m.pairs, pair{from, *drawReference(t, parent, parent.columns[0])})
}
