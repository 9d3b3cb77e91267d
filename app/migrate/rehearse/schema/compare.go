package schema

import (
	"slices"
	"strings"

	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// Compare returns the changes from one schema to another: tables with what is in them, then indexes, views and
// triggers.
func Compare(before, after Schema) []migrate.Change {
	var changes []migrate.Change
	for _, name := range Names(before.Tables, after.Tables) {
		changes = append(changes, CompareTable(before.Tables[name], after.Tables[name])...)
	}
	for _, name := range Names(before.Objects, after.Objects) {
		was, had := before.Objects[name]
		is, has := after.Objects[name]
		if had && has && was.equals(is) {
			continue
		}
		if had && !after.hasOwnerOf(was) || has && before.Tables[sqltext.Fold(is.Table)] == nil && strings.HasPrefix(name, "sqlite_autoindex_") {
			continue // listed with its table
		}
		changes = append(changes, compareObject(was, is, before, after))
	}

	return changes
}

// hasOwnerOf reports whether the schema has the table that the object belongs to, or for a trigger the view.
func (s Schema) hasOwnerOf(o Object) bool {
	_, view := s.Objects[sqltext.Fold(o.Table)]
	return o.Kind == "view" || s.Tables[sqltext.Fold(o.Table)] != nil || o.Kind == "trigger" && view
}

func (o Object) equals(as Object) bool {
	return o.Kind == as.Kind && o.Name == as.Name && o.Table == as.Table && o.Definition == as.Definition
}

// CompareTable returns the changes from one table to another; nil is a table that does not exist.
func CompareTable(was, is *Table) []migrate.Change {
	switch {
	case was == nil:
		return []migrate.Change{{Sign: "+", What: "table " + is.Name, Detail: migrate.Count(len(is.Columns), "column"), Risk: migrate.RiskAdditive}}
	case is == nil:
		return []migrate.Change{{Sign: "-", What: "table " + was.Name, Detail: migrate.Count(len(was.Columns), "column"), Risk: migrate.RiskIrreversible}}
	}
	var changes []migrate.Change

	for _, column := range was.Columns {
		name := "column " + is.Name + "." + column.Name
		if now, kept := is.Column(column.Name); !kept {
			changes = append(changes, migrate.Change{Sign: "-", What: name, Detail: column.definition, Risk: migrate.RiskIrreversible})
		} else if now.definition != column.definition {
			changes = append(changes, migrate.Change{Sign: "~", What: name, Detail: column.definition + " → " + now.definition, Risk: column.changeRisk(now)})
		}
	}
	for _, column := range is.Columns {
		if _, old := was.Column(column.Name); !old {
			name := "column " + is.Name + "." + column.Name
			changes = append(changes, migrate.Change{Sign: "+", What: name, Detail: column.definition, Risk: column.additionRisk()})
		}
	}
	if was.HasIntegerKey() != is.HasIntegerKey() && slices.Equal(was.PrimaryKey(), is.PrimaryKey()) {
		name := is.PrimaryKey()[0]
		detail := "no longer numbers the rows: NULL if none is given"
		if is.HasIntegerKey() {
			detail = "numbers the rows: takes integers only"
		}
		changes = append(changes, migrate.Change{Sign: "~", What: "key " + is.Name + "." + name, Detail: detail, Risk: migrate.RiskDestructive})
	}
	changes = append(changes, compareForeignKeys(was, is)...)
	changes = append(changes, compareClauses(was, is)...)
	return append(changes, compareKeys(was, is, changes)...)
}

// compareKeys returns what changes of keys: the primary key's columns, or a key's own collation. Found are the changes that are
// listed already.
func compareKeys(was, is *Table, found []migrate.Change) []migrate.Change {
	had, has := was.PrimaryKey(), is.PrimaryKey()
	numbered := len(had) == 0 && is.HasIntegerKey() && !was.Has(has[0]) // an INSERT without a number gets the next one
	if !slices.Equal(had, has) && !numbered {
		return []migrate.Change{{
			Sign: "~", What: "key of " + is.Name, Detail: "(" + strings.Join(had, ", ") + ") → (" + strings.Join(has, ", ") + ")", Risk: migrate.RiskDestructive,
		}}
	}
	if slices.ContainsFunc(found, func(c migrate.Change) bool { return c.Risk >= migrate.RiskDestructive }) {
		return nil // it may be the collation of a column, by which its keys compare
	}

	for _, had := range was.Uniques {
		has := slices.IndexFunc(is.Uniques, func(u UniqueKey) bool { return u.Origin == had.Origin && slices.Equal(u.Columns, had.Columns) })
		if had.Origin != "c" && has >= 0 && !slices.Equal(had.Collate, is.Uniques[has].Collate) {
			return []migrate.Change{{
				Sign: "~", What: "key of " + is.Name, Risk: migrate.RiskDestructive,
				Detail: "(" + strings.Join(had.Columns, ", ") + ") compares by " + strings.Join(had.Collate, ", ") + " → " + strings.Join(is.Uniques[has].Collate, ", "),
			}}
		}
	}
	return nil
}

// CompareOrder returns the change of the order of the columns that both tables have; none if it is the same. An INSERT
// without a list of columns depends on it.
func CompareOrder(was, is *Table) []migrate.Change {
	shared := func(of, with *Table) []string {
		var names []string
		for _, column := range of.Columns {
			if with.Has(column.Name) {
				names = append(names, sqltext.Fold(column.Name))
			}
		}
		return names
	}
	had, has := shared(was, is), shared(is, was)
	if slices.Equal(had, has) {
		return nil
	}

	detail := "in another order: " + strings.Join(had, ", ") + " → " + strings.Join(has, ", ")
	return []migrate.Change{{Sign: "~", What: "columns of " + is.Name, Detail: detail, Risk: migrate.RiskRebuild}}
}

func compareForeignKeys(was, is *Table) []migrate.Change {
	var changes []migrate.Change
	what := "foreign key of " + is.Name
	for _, parent := range sortForeignKeys(was.ForeignKeys) {
		if !slices.ContainsFunc(is.ForeignKeys, parent.Same) {
			// Deletes that it refused leave orphans, and its actions are gone.
			changes = append(changes, migrate.Change{Sign: "-", What: what, Detail: parent.Text(), Risk: migrate.RiskDestructive})
		}
	}
	for _, parent := range sortForeignKeys(is.ForeignKeys) {
		if !slices.ContainsFunc(was.ForeignKeys, parent.Same) {
			changes = append(changes, migrate.Change{Sign: "+", What: what, Detail: parent.Text(), Risk: parent.gainRisk(was, is)})
		}
	}

	return changes
}

func (p ForeignKey) Same(as ForeignKey) bool { return p.Text() == as.Text() }

func sortForeignKeys(parents []ForeignKey) []ForeignKey {
	list := slices.Clone(parents)
	slices.SortFunc(list, func(a, b ForeignKey) int { return strings.Compare(a.Text(), b.Text()) })
	return list
}

func compareClauses(was, is *Table) []migrate.Change {
	var changes []migrate.Change
	what := "constraint of " + is.Name
	for _, clause := range was.Clauses {
		if !slices.Contains(is.Clauses, clause) {
			changes = append(changes, migrate.Change{Sign: "-", What: what, Detail: clause.textAmong(was.Clauses), Risk: clause.lossRisk(is)})
		}
	}
	for _, clause := range is.Clauses {
		if !slices.Contains(was.Clauses, clause) {
			changes = append(changes, migrate.Change{Sign: "+", What: what, Detail: clause.textAmong(is.Clauses), Risk: clause.GainRisk(was)})
		}
	}

	return changes
}

// textAmong returns the clause's text, with its column if another clause has the same text.
func (c Clause) textAmong(all []Clause) string {
	for _, other := range all {
		if other.Text == c.Text && other.Column != c.Column {
			return c.Text + " of " + c.Column
		}
	}
	return c.Text
}

// compareObject compares two objects of one name. One of them may be missing.
func compareObject(was, is Object, before, after Schema) migrate.Change {
	switch {
	case was.Name == "":
		return migrate.Change{Sign: "+", What: is.Kind + " " + is.Name, Detail: location(is), Risk: is.gainRisk(before, after)}
	case is.Name != "":
		return migrate.Change{Sign: "~", What: is.Kind + " " + is.Name, Detail: location(is), Risk: max(migrate.RiskRebuild, was.lossRisk(after), is.gainRisk(before, after))}
	case after.hasSameIndex(was):
		return migrate.Change{Sign: "-", What: was.Kind + " " + was.Name, Detail: location(was), Risk: migrate.RiskAdditive}
	case was.Kind == "view":
		return migrate.Change{Sign: "-", What: "view " + was.Name, Detail: "", Risk: migrate.RiskDestructive}
	}
	return migrate.Change{Sign: "-", What: was.Kind + " " + was.Name, Detail: location(was), Risk: max(migrate.RiskRebuild, was.lossRisk(after))}
}

// hasSameIndex reports whether the schema has an equal index under another name.
func (s Schema) hasSameIndex(index Object) bool {
	if !strings.HasSuffix(index.Kind, "index") {
		return false
	}
	for _, object := range s.Objects {
		if object.Kind == index.Kind && sqltext.SameName(object.Table, index.Table) && object.Definition == index.Definition {
			return true
		}
	}
	return false
}

// location says where an index or trigger belongs: "on user email", "on user".
func location(o Object) string {
	switch o.Kind {
	case "view":
		return ""
	case "trigger":
		return "on " + o.Table
	}
	return strings.NewReplacer(" ( ", "(", " , ", ", ", " )", ")").Replace(o.Definition)
}
