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
		statements = append(statements, d1.SQL("UPDATE "+guardTable+" SET "+set+" WHERE name = "+sqltext.Literal(table.Before)))
		if len(table.Pairs) > 0 {
			statements = append(statements, d1.SQL("DROP TABLE "+valueTable(i)))
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
// are numbered, so that duplicates count.
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
