package migrate

import (
	"fmt"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// guardTable holds row counts for the length of a batch. D1 has no temporary tables.
const guardTable = "addreams_migration_rows"

// lostRows is what the guard's constraint is named, behind the table's name; the database's error shows it.
const lostRows = " lost rows"

// changedValues is the same for its values.
const changedValues = " changed values"

// ModernAlter undoes what a file before may have said: the PRAGMA outlives its batch, and decides what a RENAME does to
// triggers, views and foreign keys.
const ModernAlter = "PRAGMA legacy_alter_table = OFF"

// batch is a file as one transaction: the ledger's tables, the file's rows in them, and the file between two counts of
// rows.
func (e *Engine) batch(step Step, bookmark string) []d1.Statement {
	statements := []d1.Statement{d1.SQL(createWrangler), d1.SQL(createLedger)}
	statements = append(statements, e.record(step.File, howApplied, bookmark)...)
	counted := guardedTables(step.Effect)
	statements = append(statements, guardBefore(counted)...)
	statements = append(statements, d1.SQL(ModernAlter))
	for _, statement := range step.File.Statements {
		statements = append(statements, d1.SQL(statement.SQL))
	}
	return append(statements, guardAfter(counted)...)
}

// guardedTables are the tables to guard. A file that leaves rows alone is spared the counting, which reads every table.
func guardedTables(effect *Effect) []Guard {
	if !effect.TouchesRows {
		return nil
	}
	return effect.Guards
}

// guardBefore writes down the rows of each table, in a table whose constraints refuse a smaller number later, or another
// value. Each has constraints of its own, so that the error names it.
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
		statements = append(statements, d1.SQL("UPDATE "+guardTable+" SET "+set+" WHERE name = "+sqltext.Literal(table.Before)))
		if len(table.Pairs) > 0 {
			statements = append(statements, d1.SQL("DROP TABLE "+valueTable(i)))
		}
	}
	return append(statements, d1.SQL("DROP TABLE "+guardTable))
}

// valueTable holds a copy of the values that the i-th guarded table had.
func valueTable(i int) string { return fmt.Sprintf("%s_%d", guardTable, i) }

// copyTerms lists the guarded columns by their old names, as v0, v1, …, without affinity.
func (g Guard) copyTerms() string {
	terms := make([]string, len(g.Pairs))
	for i, pair := range g.Pairs {
		terms[i] = fmt.Sprintf("+%s AS v%d", sqltext.Quote(pair[0]), i)
	}
	return strings.Join(terms, ", ")
}

// comparable is a column's value such that every two differ: without affinity or collation, for 1 and '1' and for 'a' and
// 'A', and a real number with its digits in bytes, for 1 and 1.0.
func comparable(column string) string {
	return "iif(typeof(" + column + ") = 'real', CAST('real ' || quote(" + column + ") AS BLOB), +" + column + ") COLLATE BINARY"
}

// changedCondition is an expression: whether the table lacks a row with the values that one had. Rows that no key tells apart are
// numbered, so that as many have to be there.
func (g Guard) changedCondition(i int) string {
	had, has := make([]string, len(g.Pairs)), make([]string, len(g.Pairs))
	for i, pair := range g.Pairs {
		had[i], has[i] = comparable(fmt.Sprintf("v%d", i)), comparable(sqltext.Quote(pair[1]))
	}
	was, is := strings.Join(had, ", "), strings.Join(has, ", ")
	if g.Numbered && len(g.Pairs) < d1.MaxColumns {
		was += ", row_number() OVER (PARTITION BY " + was + ")"
		is += ", row_number() OVER (PARTITION BY " + is + ")"
	}
	return "EXISTS (SELECT " + was + " FROM " + valueTable(i) + " EXCEPT SELECT " + is + " FROM " + sqltext.Quote(g.After) + ")"
}
