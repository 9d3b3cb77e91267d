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

// batch is a file as one transaction: the ledger's tables, the file's rows in them, and the file between two counts of
// rows.
func (e *Engine) batch(step Step, bookmark string) []d1.Statement {
	statements := []d1.Statement{d1.SQL(createWrangler), d1.SQL(createLedger)}
	statements = append(statements, e.record(step.file, howApplied, bookmark)...)
	counted := counted(step.Effect)
	statements = append(statements, countBefore(counted)...)
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

// countBefore writes down the rows of each table, in a table whose constraints refuse a smaller number later. Each has a
// constraint of its own, so that the error names it.
func countBefore(tables []guarded) []d1.Statement {
	if len(tables) == 0 {
		return nil
	}
	var create strings.Builder
	create.WriteString("CREATE TABLE " + guardTable + " (name TEXT PRIMARY KEY, before INTEGER NOT NULL, after INTEGER")
	for _, table := range tables {
		fmt.Fprintf(&create, ",\n\tCONSTRAINT %s CHECK (name <> %s OR coalesce(after, before) >= before)",
			quote(table.before+lost), literal(table.before))
	}
	create.WriteString(")")
	statements := []d1.Statement{d1.SQL(create.String())}
	for _, table := range tables {
		statements = append(statements, d1.SQL("INSERT INTO "+guardTable+" (name, before) SELECT "+literal(table.before)+
			", count(*) FROM "+quote(table.before)))
	}
	return statements
}

func countAfter(tables []guarded) []d1.Statement {
	if len(tables) == 0 {
		return nil
	}
	var statements []d1.Statement
	for _, table := range tables {
		statements = append(statements, d1.SQL("UPDATE "+guardTable+" SET after = (SELECT count(*) FROM "+quote(table.after)+
			") WHERE name = "+literal(table.before)))
	}
	return append(statements, d1.SQL("DROP TABLE "+guardTable))
}

// literal writes a text as an SQL string.
func literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
