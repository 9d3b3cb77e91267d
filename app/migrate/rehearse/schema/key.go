package schema

import (
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// WithoutRowid reports whether the table is declared WITHOUT ROWID.
func (t *Table) WithoutRowid() bool { return slices.Contains(t.Clauses, Clause{"without rowid", ""}) }

// HasIntegerKey reports whether the row's number is a column of the table: an INTEGER PRIMARY KEY, which has no index.
// One declared INT, or DESC, is a column like any other (https://www.sqlite.org/lang_createtable.html#rowid).
func (t *Table) HasIntegerKey() bool {
	return slices.ContainsFunc(t.Uniques, func(u UniqueKey) bool { return u.Origin == "pk" && u.Index == "" })
}

// RowidName returns a name of the row's number that no column has; empty if there is none, or the table needs none to
// tell rows apart.
func (t *Table) RowidName() string {
	written := 0
	for _, column := range t.Columns {
		if column.Hidden == 0 {
			written++
		}
	}
	if t.WithoutRowid() || t.HasIntegerKey() || written >= d1.MaxColumns {
		return ""
	}

	for _, name := range [...]string{"rowid", "_rowid_", "oid"} {
		if !t.Has(name) {
			return name
		}
	}

	return ""
}

// KeyExpression returns an expression for a row's key in readable form: id = 'u1'.
func (t *Table) KeyExpression() string {
	names := t.PrimaryKey()
	if len(names) == 0 {
		if rowid := t.RowidName(); rowid != "" {
			return "'row ' || " + rowid
		}
		return "''"
	}
	var terms []string
	for _, name := range names {
		terms = append(terms, sqltext.Literal(name+" = ")+" || quote("+sqltext.Quote(name)+")")
	}
	return strings.Join(terms, " || ', ' || ")
}

// KeyTerms returns the SQL terms of each of the table's keys.
func (t *Table) KeyTerms(in Schema) [][]string {
	list := make([][]string, len(t.Uniques))
	for i, unique := range t.Uniques {
		list[i], _ = unique.Terms(in)
	}
	return list
}

// FindsBy reports whether an index or key of the table finds rows by one of the columns.
func (s Schema) FindsBy(of *Table, columns []string) bool {
	named := func(first string) bool {
		return slices.ContainsFunc(columns, func(name string) bool { return sqltext.Fold(name) == first })
	}
	for _, key := range of.Uniques {
		if !key.Partial && named(key.Columns[0]) {
			return true
		}
	}
	for _, index := range s.Objects {
		if !strings.HasSuffix(index.Kind, "index") || !sqltext.SameName(index.Table, of.Name) || slices.Contains(sqltext.Words(index.Definition), "where") {
			continue
		}
		if indexed := IndexedColumns(index); len(indexed) > 0 && named(indexed[0]) {
			return true
		}
	}
	return false
}
