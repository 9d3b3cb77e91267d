package schema

import (
	"slices"
	"strings"

	"github.com/addreams/addreams/app/migrate/sqltext"
)

// BlocksDelete reports whether a row of the child may prevent the deletion of the row that it refers to.
func (p ForeignKey) BlocksDelete(child *Table, before, now Schema) bool {
	switch p.OnDelete {
	case "CASCADE":
		return now.triggerInterferes(child, before)
	case "SET NULL":
		return p.refusesNull(child) || p.checked(child) || now.triggerInterferes(child, before)
	}
	return true
}

// BlocksUpdate reports whether a row of the child may prevent the change of the key that it refers to.
func (p ForeignKey) BlocksUpdate(child *Table, before, now Schema) bool {
	if p.checked(child) || now.triggerInterferes(child, before) {
		return true
	}
	switch p.OnUpdate {
	case "CASCADE":
		parent := now.Tables[sqltext.Fold(p.Table)]
		return parent == nil || p.refusesNull(child) && p.mayBeNull(parent) || p.ofAnotherKind(child, parent)
	case "SET NULL":
		return p.refusesNull(child)
	}
	return true
}

// ActionsIn reports whether a table, which may be nil, has a foreign key from and to the same columns with the same action on
// delete, and on update.
func (p ForeignKey) ActionsIn(was *Table) (onDelete, onUpdate bool) {
	if was == nil {
		return false, false
	}
	for _, other := range was.ForeignKeys {
		same := ForeignKey{Table: other.Table, OnUpdate: p.OnUpdate, OnDelete: p.OnDelete, From: other.From, to: other.to}
		if same.Same(p) {
			onDelete, onUpdate = onDelete || other.OnDelete == p.OnDelete, onUpdate || other.OnUpdate == p.OnUpdate
		}
	}
	return onDelete, onUpdate
}

// refusesNull reports whether a column of the foreign key refuses NULL, which only NOT NULL and a primary key do.
func (p ForeignKey) refusesNull(child *Table) bool {
	return slices.ContainsFunc(p.From, func(name string) bool {
		column, _ := child.Column(name)
		return column.NotNull || column.Primary > 0
	})
}

// mayBeNull reports whether the key that is referred to takes NULL.
func (p ForeignKey) mayBeNull(parent *Table) bool {
	return slices.ContainsFunc(p.TargetColumns(parent), func(name string) bool {
		column, _ := parent.Column(name)
		return !column.NotNull && !(parent.HasIntegerKey() && column.Primary > 0) && !(parent.WithoutRowid() && column.Primary > 0)
	})
}

// ofAnotherKind reports whether the child's columns may refuse values that the key accepts, or take two of them for the same,
// because of their type or collation.
func (p ForeignKey) ofAnotherKind(child, parent *Table) bool {
	strict := slices.Contains(child.Clauses, Clause{"strict", ""})
	for i, name := range p.TargetColumns(parent) {
		from, _ := child.Column(p.From[i])
		to, _ := parent.Column(name)
		if from.Affinity() != to.Affinity() || strict && !slices.Contains(parent.Clauses, Clause{"strict", ""}) || child.HasIntegerKey() && from.Primary > 0 && !(parent.HasIntegerKey() && to.Primary > 0) ||
			child.collation(from.Name) != parent.collation(to.Name) {
			return true
		}
	}
	return false
}

// collation returns the clause of a column's collation; empty if it has none of its own.
func (t *Table) collation(column string) string {
	for _, clause := range t.Clauses {
		if strings.HasPrefix(clause.Text, "collate ") && clause.Column == sqltext.Fold(column) {
			return clause.Text
		}
	}
	return ""
}

// checked reports whether a CHECK, a generated column or an expression of the child may refuse what an action writes.
func (p ForeignKey) checked(child *Table) bool {
	return slices.ContainsFunc(child.Clauses, func(c Clause) bool {
		return (c.Check() || strings.HasPrefix(c.Text, "as ")) && slices.ContainsFunc(p.From, func(name string) bool {
			return slices.Contains(sqltext.Words(c.Text), sqltext.Fold(name))
		})
	})
}

// triggerInterferes reports whether a trigger of the table may refuse what an action does, or change other rows.
func (s Schema) triggerInterferes(of *Table, before Schema) bool {
	for _, object := range s.Objects {
		if object.Kind == "trigger" && sqltext.SameName(object.Table, of.Name) && object.interferes(before, s) {
			return true
		}
	}
	return false
}

// ChangesRows reports whether a foreign key's action changes rows of the child.
func ChangesRows(action string) bool { return action == "CASCADE" || strings.HasPrefix(action, "SET") }

// ChangesKey reports whether an action on the child changes one of these columns.
func (p ForeignKey) ChangesKey(columns []string) bool {
	return slices.ContainsFunc(p.From, func(from string) bool {
		return slices.ContainsFunc(columns, func(name string) bool { return sqltext.SameName(name, from) })
	})
}
