package schema

import (
	"slices"
	"strings"

	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// The running Worker keeps using the schema that it knows until the next one is uploaded. It relies on what it reads, and on
// its writes being accepted with the same meaning.

// changeRisk returns the risk of changing the column to another definition.
func (c Column) changeRisk(now Column) migrate.Risk {
	switch {
	case c.Affinity() != now.Affinity(), now.NotNull && !c.NotNull, c.Primary != now.Primary, c.Hidden != now.Hidden,
		c.DefaultValue != "" && plainDefault(c.DefaultValue) != plainDefault(now.DefaultValue):
		return migrate.RiskDestructive
	}
	return migrate.RiskRebuild
}

// additionRisk returns the risk of adding the column to an existing table: if it needs a value, inserts that don't
// give one fail.
func (c Column) additionRisk() migrate.Risk {
	if c.NotNull && !c.hasDefault() {
		return migrate.RiskDestructive
	}
	return migrate.RiskAdditive
}

// hasDefault reports whether rows that don't give the column a value get one by default. A generated column's value
// depends.
func (c Column) hasDefault() bool {
	return c.DefaultValue != "" && plainDefault(c.DefaultValue) != "null"
}

// Affinity returns the affinity of the declared type
// (https://www.sqlite.org/datatype3.html#determination_of_column_affinity).
func (c Column) Affinity() string {
	has := func(words ...string) bool {
		return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(c.DeclaredType, word) })
	}
	switch {
	case has("int"):
		return "integer"
	case has("char", "clob", "text"):
		return "text"
	case c.DeclaredType == "", has("blob"):
		return "blob"
	case has("real", "floa", "doub"):
		return "real"
	}

	return "numeric"
}

// gainRisk returns the risk of adding the foreign key: it refuses rows that were accepted, unless its columns are new
// and NULL in rows that don't give them.
func (p ForeignKey) gainRisk(was, is *Table) migrate.Risk {
	for _, name := range p.From {
		if column, _ := is.Column(name); was.Has(name) || column.hasDefault() || column.Generated() {
			return migrate.RiskDestructive
		}
	}
	return migrate.RiskAdditive
}

// Has reports whether the table has a column of that name.
func (t *Table) Has(column string) bool {
	_, found := t.Column(column)
	return found
}

// lossRisk returns the risk of losing the clause.
func (c Clause) lossRisk(is *Table) migrate.Risk {
	if c.Text == "without rowid" || c.Column != "" && !is.Has(c.Column) {
		return migrate.RiskRebuild
	}
	return migrate.RiskDestructive
}

// Check reports whether the clause is a CHECK.
func (c Clause) Check() bool { return strings.HasPrefix(c.Text, "check ") }

// GainRisk returns the risk of adding the clause to a table: it refuses rows that were accepted, or changes their
// meaning, unless it is only about new columns.
func (c Clause) GainRisk(was *Table) migrate.Risk {
	switch {
	case c.Column != "" && !was.Has(c.Column) && !sqltext.MayFail(c.Text, sqltext.AllowedStored):
		return migrate.RiskAdditive
	case c.Check() && !slices.ContainsFunc(sqltext.Words(c.Text), was.Has):
		return migrate.RiskAdditive // unless the default breaks it: see checkNewChecks
	case c.Text == "autoincrement", c.Text == "deferred foreign key":
		return migrate.RiskRebuild
	}
	return migrate.RiskDestructive
}

// lossRisk returns the risk of losing the object, given the schema without it.
func (o Object) lossRisk(after Schema) migrate.Risk {
	switch o.Kind {
	case "trigger", "view":
		return migrate.RiskDestructive
	case "unique index":
		if table := after.Tables[sqltext.Fold(o.Table)]; table == nil || !table.hasKeyOf(o) {
			return migrate.RiskDestructive
		}
	}
	return migrate.RiskAdditive
}

// gainRisk returns the risk of adding the object.
func (o Object) gainRisk(before, after Schema) migrate.Risk {
	was, is := before.Tables[sqltext.Fold(o.Table)], after.Tables[sqltext.Fold(o.Table)]
	switch {
	case o.Kind == "trigger" && before.Has(o.Table) && o.interferes(before, after):
		return migrate.RiskDestructive
	case was == nil || is == nil:
		return migrate.RiskAdditive
	case o.Kind == "unique index" && !was.impliesUnique(o) && !is.hasNewNullable(o, was), strings.HasSuffix(o.Kind, "index") && o.MayRefuseRow():
		return migrate.RiskDestructive
	}
	return migrate.RiskAdditive
}

// impliesUnique reports whether the index's columns are unique without it, because all columns of a key are among
// them.
func (t *Table) impliesUnique(index Object) bool {
	columns := IndexedColumns(index)
	return columns != nil && slices.ContainsFunc(t.Uniques, func(u UniqueKey) bool {
		return !u.Partial && !slices.ContainsFunc(u.Columns, func(c string) bool { return !slices.Contains(columns, c) })
	})
}

// hasKeyOf reports whether the table has a key of the same columns as a lost index, which ON CONFLICT can use too.
func (t *Table) hasKeyOf(index Object) bool {
	columns := IndexedColumns(index)
	return columns != nil && slices.ContainsFunc(t.Uniques, func(u UniqueKey) bool { return !u.Partial && slices.Equal(u.Columns, columns) })
}

// hasNewNullable reports whether the index has a new column that is NULL in rows that don't give it: NULLs are never
// equal.
func (t *Table) hasNewNullable(index Object, was *Table) bool {
	return slices.ContainsFunc(IndexedColumns(index), func(name string) bool {
		column, found := t.Column(name)
		return found && !was.Has(name) && !column.hasDefault() && !column.Generated()
	})
}

// IndexedColumns returns the columns of an index in lower case; nil if it has expressions or collations of its own.
func IndexedColumns(index Object) []string {
	tokens, err := sqltext.Tokens(index.Definition)
	if err != nil || len(tokens) < 3 {
		return nil
	}

	var columns []string
	for _, part := range sqltext.BracketItems(sqltext.Bracket(tokens[2:])) {
		last := part[len(part)-1]
		if len(part) > 2 || len(part) == 2 && !last.Is("asc") && !last.Is("desc") {
			return nil
		}
		columns = append(columns, sqltext.Fold(part[0].Name()))
	}

	return columns
}

// MayRefuseRow reports whether an index may refuse a row, because an expression fails, or because of its length.
func (o Object) MayRefuseRow() bool {
	tokens, err := sqltext.Tokens(o.Definition)
	if err != nil || len(tokens) < 3 || sqltext.MayFail(o.expressions(), sqltext.AllowedStored) {
		return true
	}
	return sqltext.Repeats(sqltext.BracketItems(sqltext.Bracket(tokens[2:])))
}

// expressions returns an index's definition after the name of its table.
func (o Object) expressions() string {
	_, behind, _ := strings.Cut(o.Definition, "(")
	return "(" + behind
}
