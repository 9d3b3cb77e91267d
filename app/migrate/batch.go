package migrate

import (
	"fmt"
	"strings"

	"github.com/addreams/addreams/app/d1"
)

// guardTable holds row counts for the length of a batch. D1 has no temporary tables.
const guardTable = "addreams_migration_rows"

// lost is what the guard's constraint is named, behind the table's name; the database's error shows it.
const lost = " lost rows"

// altered is the same for its values.
const altered = " changed values"

// modernAlter undoes what a file before may have said: the PRAGMA outlives its batch, and decides what a RENAME does to
// triggers, views and foreign keys.
const modernAlter = "PRAGMA legacy_alter_table = OFF"

// batch is a file as one transaction: the ledger's tables, the file's rows in them, and the file between two counts of
// rows.
func (e *Engine) batch(step Step, bookmark string) []d1.Statement {
	statements := []d1.Statement{d1.SQL(createWrangler), d1.SQL(createLedger)}
	statements = append(statements, e.record(step.file, howApplied, bookmark)...)
	counted := counted(step.Effect)
	statements = append(statements, countBefore(counted)...)
	statements = append(statements, d1.SQL(modernAlter))
	for _, statement := range step.file.Statements {
		statements = append(statements, d1.SQL(statement.SQL))
	}
	return append(statements, countAfter(counted)...)
}

// counted are the tables to guard. A file that leaves rows alone is spared the counting, which reads every table.
func counted(effect *Effect) []guarded {
	if !effect.touchesRows {
		return nil
	}
	return effect.guarded
}

// countBefore writes down the rows of each table, in a table whose constraints refuse a smaller number later, or another
// value. Each has constraints of its own, so that the error names it.
func countBefore(tables []guarded) []d1.Statement {
	if len(tables) == 0 {
		return nil
	}
	var create strings.Builder
	create.WriteString("CREATE TABLE " + guardTable + " (name TEXT PRIMARY KEY, before INTEGER NOT NULL, after INTEGER, changed INTEGER")
	for _, table := range tables {
		fmt.Fprintf(&create, ",\n\tCONSTRAINT %s CHECK (name <> %s OR coalesce(after, before) >= before)",
			quote(table.before+lost), literal(table.before))
		if len(table.pairs) > 0 {
			fmt.Fprintf(&create, ",\n\tCONSTRAINT %s CHECK (name <> %s OR coalesce(changed, 0) = 0)",
				quote(table.before+altered), literal(table.before))
		}
	}
	create.WriteString(")")
	statements := []d1.Statement{d1.SQL(create.String())}
	for i, table := range tables {
		statements = append(statements, d1.SQL("INSERT INTO "+guardTable+" (name, before) SELECT "+literal(table.before)+
			", count(*) FROM "+quote(table.before)))
		if len(table.pairs) > 0 {
			statements = append(statements, d1.SQL("CREATE TABLE "+valueTable(i)+" AS SELECT "+table.copied()+" FROM "+quote(table.before)))
		}
	}
	return statements
}

func countAfter(tables []guarded) []d1.Statement {
	if len(tables) == 0 {
		return nil
	}
	var statements []d1.Statement
	for i, table := range tables {
		set := "after = (SELECT count(*) FROM " + quote(table.after) + ")"
		if len(table.pairs) > 0 {
			set += ", changed = " + table.changed(i)
		}
		statements = append(statements, d1.SQL("UPDATE "+guardTable+" SET "+set+" WHERE name = "+literal(table.before)))
		if len(table.pairs) > 0 {
			statements = append(statements, d1.SQL("DROP TABLE "+valueTable(i)))
		}
	}
	return append(statements, d1.SQL("DROP TABLE "+guardTable))
}

// valueTable holds a copy of the values that the i-th guarded table had.
func valueTable(i int) string { return fmt.Sprintf("%s_%d", guardTable, i) }

// copied lists the guarded columns by their old names, as v0, v1, …, without affinity.
func (g guarded) copied() string {
	terms := make([]string, len(g.pairs))
	for i, pair := range g.pairs {
		terms[i] = fmt.Sprintf("+%s AS v%d", quote(pair[0]), i)
	}
	return strings.Join(terms, ", ")
}

// distinct is a column's value such that every two differ: without affinity or collation, for 1 and '1' and for 'a' and
// 'A', and a real number with its digits in bytes, for 1 and 1.0.
func distinct(column string) string {
	return "iif(typeof(" + column + ") = 'real', CAST('real ' || quote(" + column + ") AS BLOB), +" + column + ") COLLATE BINARY"
}

// changed is an expression: whether the table lacks a row with the values that one had. Rows that no key tells apart are
// numbered, so that as many have to be there.
func (g guarded) changed(i int) string {
	had, has := make([]string, len(g.pairs)), make([]string, len(g.pairs))
	for i, pair := range g.pairs {
		had[i], has[i] = distinct(fmt.Sprintf("v%d", i)), distinct(quote(pair[1]))
	}
	was, is := strings.Join(had, ", "), strings.Join(has, ", ")
	if g.counted && len(g.pairs) < d1.MaxColumns {
		was += ", row_number() OVER (PARTITION BY " + was + ")"
		is += ", row_number() OVER (PARTITION BY " + is + ")"
	}
	return "EXISTS (SELECT " + was + " FROM " + valueTable(i) + " EXCEPT SELECT " + is + " FROM " + quote(g.after) + ")"
}

// literal writes a text as an SQL string.
func literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// quote writes a name as an identifier.
func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
