//go:build !wasm

package migrate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1"
)

// sampleCell is how many bytes a value may have to be copied: a row with a larger one is left out.
const sampleCell = 20_000

// source is how a table's rows are read from the target, and written to the shadow as they are.
type source struct {
	table   *table
	columns []string // quoted; generated ones are left out
	rowid   string   // a name of the row's number that no column has; empty if the table has none, or needs none
}

func sourceOf(t *table) source {
	s := source{table: t}
	for _, column := range t.columns {
		if column.hidden == 0 {
			s.columns = append(s.columns, quote(column.name))
		}
	}
	if t.withoutRowid() || t.integerKey() || len(s.columns) >= d1.MaxColumns {
		return s
	}
	for _, name := range [...]string{"rowid", "_rowid_", "oid"} {
		if !t.has(name) {
			s.rowid = name
			s.columns = append([]string{name}, s.columns...)
			break
		}
	}
	return s
}

func (t *table) withoutRowid() bool { return slices.Contains(t.clauses, clause{"without rowid", ""}) }

// integerKey reports whether the row's number is a column of the table: an INTEGER PRIMARY KEY, which has no index. One
// that is declared INT, or DESC, is a column like any other (https://www.sqlite.org/lang_createtable.html#rowid).
func (t *table) integerKey() bool {
	return slices.ContainsFunc(t.uniques, func(u unique) bool { return u.origin == "pk" && u.index == "" })
}

// query reads rows as SQL literals, NULL in the place of what is too large.
func (s source) query(rest string) d1.Statement {
	terms := make([]string, len(s.columns))
	for i, column := range s.columns {
		terms[i] = fmt.Sprintf("iif(length(CAST(%s AS BLOB)) > %d, NULL, quote(%s)) AS c%d", column, sampleCell, column, i)
	}
	return d1.SQL("SELECT " + strings.Join(terms, ", ") + " FROM " + quote(s.table.name) + rest)
}

// inserts writes rows, and leaves out those that have a value which is too large. D1 limits how much one statement holds.
func (s source) inserts(rows []d1.Row) (statements []d1.Statement, all bool) {
	head := "INSERT OR IGNORE INTO " + quote(s.table.name) + " (" + strings.Join(s.columns, ", ") + ") VALUES "
	many := max(1, min(100, 2000/len(s.columns)))

	all = true
	var values []string
	size := 0
	for _, row := range rows {
		text := "(" + strings.Join(texts(row), ", ") + ")"
		if slices.Contains(row, nil) || len(head)+len(text) > d1.MaxStatement {
			all = false
			continue
		}
		if len(values) == many || size+len(text) > d1.MaxStatement/2 && size > 0 {
			statements = append(statements, d1.SQL(head+strings.Join(values, ", ")))
			values, size = nil, 0
		}
		values, size = append(values, text), size+len(text)
	}
	if len(values) > 0 {
		statements = append(statements, d1.SQL(head+strings.Join(values, ", ")))
	}
	return statements, all
}

// last orders by the row's number, the last first; empty if there is no name for it.
func (s source) last() string {
	switch {
	case s.rowid != "":
		return " ORDER BY " + s.rowid + " DESC"
	case s.table.integerKey():
		return " ORDER BY " + quote(s.table.primaryKey()[0]) + " DESC"
	}
	return ""
}

// module is a virtual table's: "fts5".
func (t *table) module() string {
	if !t.virtual {
		return ""
	}
	using := words(t.clauses[0].text)
	return using[min(1, len(using)-1)]
}

// content reports whether a full-text table keeps its content itself.
func (t *table) content() bool {
	return t.module() == "fts5" && !object{kind: "table", sql: t.sql}.hasOption("content")
}
