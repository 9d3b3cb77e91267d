package migrate

import (
	"fmt"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// guardTable holds row counts while a batch runs. D1 has no temporary tables.
const guardTable = "addreams_migration_rows"

// lostRows follows the table's name in the name of a guard's constraint. The database's error shows it.
const lostRows = " lost rows"

// changedValues does the same for values.
const changedValues = " changed values"

// ModernAlter resets what an earlier file may have set: the PRAGMA outlives its batch, and decides what a RENAME does
// to triggers, views and foreign keys.
const ModernAlter = "PRAGMA legacy_alter_table = OFF"

// batch returns a file as one transaction: the ledger's tables and rows, then the file.
func (e *Engine) batch(step Step, bookmark string) []d1.Statement {
	statements := []d1.Statement{d1.SQL(createWrangler), d1.SQL(createLedger)}
	statements = append(statements, e.record(step.File, howApplied, bookmark)...)
	return append(statements, guarded(step)...)
}

// guarded returns the statements of a file between two counts of rows.
func guarded(step Step) []d1.Statement {
	counted := guardedTables(step.Effect)
	statements := append(guardBefore(counted), d1.SQL(ModernAlter))
	for _, statement := range step.File.Statements {
		statements = append(statements, d1.SQL(statement.SQL))
	}
	return append(statements, guardAfter(counted)...)
}

// guardedTables returns the tables to count. A file that leaves rows alone needs no counts, which would read every
// table.
func guardedTables(effect *Effect) []Guard {
	if !effect.TouchesRows {
		return nil
	}
	return effect.Guards
}

// guardBefore records each table's rows in a table whose constraints later refuse a smaller number or another value.
// Each table has constraints of its own, so that the error names it.
func guardBefore(tables []Guard) []d1.Statement {
	if len(tables) == 0 {
		return nil
	}

	var create strings.Builder
	create.WriteString("CREATE TABLE " + guardTable + " (name TEXT PRIMARY KEY, before INTEGER NOT NULL, after INTEGER, changed INTEGER")
	for _, table := range tables {
		fmt.Fprintf(&create, ",\n\tCONSTRAINT %s CHECK (name <> %s OR coalesce(after, before) >= before)",
			sqltext.Quote(table.Before+lostRows), sqltext.Literal(table.Before))
		if len(table.Pairs) > 0 {
			fmt.Fprintf(&create, ",\n\tCONSTRAINT %s CHECK (name <> %s OR coalesce(changed, 0) = 0)",
				sqltext.Quote(table.Before+changedValues), sqltext.Literal(table.Before))
		}
	}
	create.WriteString(")")
	statements := []d1.Statement{d1.SQL(create.String())}
	for i, table := range tables {
		statements = append(statements, d1.SQL("INSERT INTO "+guardTable+" (name, before) SELECT "+sqltext.Literal(table.Before)+
			", count(*) FROM "+sqltext.Quote(table.Before)))
		if len(table.Pairs) > 0 {
			statements = append(statements, d1.SQL("CREATE TABLE "+valueTable(i)+" AS SELECT "+table.copyTerms()+" FROM "+sqltext.Quote(table.Before)))
		}
	}

	return statements
}

// guardAfter counts again, so that the constraints are checked, and removes the guard's tables.
func guardAfter(tables []Guard) []d1.Statement {
	if len(tables) == 0 {
		return nil
	}

	var statements []d1.Statement
	for i, table := range tables {
		set := "after = (SELECT count(*) FROM " + sqltext.Quote(table.After) + ")"
		if len(table.Pairs) > 0 {
			set += ", changed = " + table.changedCondition(i)
		}
		statements = append(statements, table.gatherLong(i)...)
		statements = append(statements, d1.SQL("UPDATE "+guardTable+" SET "+set+" WHERE name = "+sqltext.Literal(table.Before)))
		if len(table.Pairs) > 0 {
			statements = append(statements, d1.SQL("DROP TABLE "+valueTable(i)))
		}
		if table.numbersRows() {
			statements = append(statements, d1.SQL("DROP TABLE "+longTable(i)))
		}
	}

	return append(statements, d1.SQL("DROP TABLE "+guardTable))
}

// valueTable returns the name of the copy of the i-th guarded table.
func valueTable(i int) string { return fmt.Sprintf("%s_%d", guardTable, i) }

// copyTerms lists the guarded columns by their old names as v0, v1, …, without affinity.
func (g Guard) copyTerms() string {
	terms := make([]string, len(g.Pairs))
	for i, pair := range g.Pairs {
		terms[i] = fmt.Sprintf("+%s AS v%d", sqltext.Quote(pair[0]), i)
	}
	return strings.Join(terms, ", ")
}

// comparable returns an expression for a column's value in which any two values differ that SQLite tells apart: 1 and
// '1', 'a' and 'A', 1 and 1.0.
func comparable(column string) string {
	return "iif(typeof(" + column + ") = 'real', CAST('real ' || quote(" + column + ") AS BLOB), +" + column + ") COLLATE BINARY"
}

// changedCondition returns an expression for whether a row is gone that had these values. Rows that no key tells apart
// are numbered, so that duplicates count. SQLite keeps each value twice to number them, so long values are replaced.
func (g Guard) changedCondition(i int) string {
	had, has := make([]string, len(g.Pairs)), make([]string, len(g.Pairs))
	for j, pair := range g.Pairs {
		had[j], has[j] = comparable(fmt.Sprintf("v%d", j)), comparable(sqltext.Quote(pair[1]))
	}
	if !g.numbersRows() {
		return "EXISTS (SELECT " + strings.Join(had, ", ") + " FROM " + valueTable(i) + " EXCEPT SELECT " + strings.Join(has, ", ") + " FROM " + sqltext.Quote(g.After) + ")"
	}
	for j, pair := range g.Pairs {
		had[j] = shortened(i, fmt.Sprintf("v%d", j), had[j]) + fmt.Sprintf(" AS v%d", j)
		has[j] = shortened(i, sqltext.Quote(pair[1]), has[j]) + fmt.Sprintf(" AS v%d", j)
	}
	numbered := func(terms []string, from string) string {
		names := make([]string, len(terms))
		for j := range names {
			names[j] = fmt.Sprintf("v%d", j)
		}
		return "SELECT *, row_number() OVER (PARTITION BY " + strings.Join(names, ", ") + ") FROM (SELECT " + strings.Join(terms, ", ") + " FROM " + from + ")"
	}
	return "EXISTS (" + numbered(had, valueTable(i)) + " EXCEPT " + numbered(has, sqltext.Quote(g.After)) + ")"
}

// numbersRows reports whether rows are numbered. A row of D1's most columns has no room for a number.
func (g Guard) numbersRows() bool {
	return g.Numbered && len(g.Pairs) > 0 && len(g.Pairs) < d1.MaxColumns
}

// longValue is the number of bytes from which a value is long: rows of shorter ones fit twice into a row that D1 takes.
const longValue = d1.MaxRow / d1.MaxColumns / 3

// longTable returns the name of the table of the long values that are in the i-th guarded table afterwards.
func longTable(i int) string { return fmt.Sprintf("%s_%d_long", guardTable, i) }

// gatherLong returns the statements that fill that table.
func (g Guard) gatherLong(i int) []d1.Statement {
	if !g.numbersRows() {
		return nil
	}

	statements := []d1.Statement{d1.SQL("CREATE TABLE " + longTable(i) + " (bytes INTEGER, value)")}
	for _, pair := range g.Pairs {
		column := sqltext.Quote(pair[1])
		statements = append(statements, d1.SQL(fmt.Sprintf("INSERT INTO %s SELECT octet_length(%s), %s FROM %s WHERE octet_length(%s) > %d",
			longTable(i), column, column, sqltext.Quote(g.After), column, longValue)))
	}
	return append(statements, d1.SQL(fmt.Sprintf("CREATE INDEX %s_bytes ON %s (bytes)", longTable(i), longTable(i))))
}

// shortened returns the comparable expression of a column's value, or for a long one its first place in the table of them,
// which has no place for a value that is gone.
func shortened(i int, column, comparable string) string {
	return fmt.Sprintf("iif(octet_length(%s) > %d, CAST('long ' || coalesce((SELECT min(l.rowid) FROM %s AS l WHERE l.bytes = octet_length(%s) AND l.value = +%s), 'gone') AS BLOB), %s) COLLATE BINARY",
		column, longValue, longTable(i), column, column, comparable)
}
