package shadow

import (
	"fmt"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// maxValue is the size in bytes up to which a value is copied. Rows with a larger one are left out.
const maxValue = 20_000

// source says how a table's rows are read from the target and written to the replica.
type source struct {
	table   *schema.Table
	columns []string // quoted; generated ones are left out
	rowid   string   // see schema.Table.RowidName
}

// SourceOf returns a table's source.
func SourceOf(t *schema.Table) source {
	s := source{table: t}
	for _, column := range t.Columns {
		if column.Hidden == 0 {
			s.columns = append(s.columns, sqltext.Quote(column.Name))
		}
	}
	if s.rowid = t.RowidName(); s.rowid != "" {
		s.columns = append([]string{s.rowid}, s.columns...)
	}
	return s
}

// Name returns the table's name.
func (s source) Name() string { return s.table.Name }

// query reads rows as SQL literals, with NULL for values that are too large.
func (s source) query(rest string) d1.Statement {
	terms := make([]string, len(s.columns))
	for i, column := range s.columns {
		terms[i] = fmt.Sprintf("iif(length(CAST(%s AS BLOB)) > %d, NULL, %s) AS c%d", column, maxValue, sqltext.Value(column), i)
	}
	return d1.SQL("SELECT " + strings.Join(terms, ", ") + " FROM " + sqltext.Quote(s.table.Name) + rest)
}

// literals returns the rows that query reads, without those that have a value that is too large. It reports whether none has.
func literals(read d1.Result) (rows [][]string, all bool, err error) {
	small := read
	small.Rows = slices.DeleteFunc(slices.Clone(read.Rows), func(row d1.Row) bool { return slices.Contains(row, nil) })
	rows, err = small.Texts("rows of the target")
	return rows, len(small.Rows) == len(read.Rows), err
}

// inserts returns statements that write the rows, without those that are too long: D1 limits the size of a statement.
func (s source) inserts(rows [][]string) (statements []d1.Statement, all bool) {
	head := "INSERT OR IGNORE INTO " + sqltext.Quote(s.table.Name) + " (" + strings.Join(s.columns, ", ") + ") VALUES "
	many := max(1, min(100, 2000/len(s.columns)))

	all = true
	var values []string
	size := 0
	for _, row := range rows {
		text := "(" + strings.Join(row, ", ") + ")"
		if len(head)+len(text) > d1.MaxStatement {
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

// descending orders by the row's number, the last first; empty if it has no usable name.
func (s source) descending() string {
	switch {
	case s.rowid != "":
		return " ORDER BY " + s.rowid + " DESC"
	case s.table.HasIntegerKey():
		return " ORDER BY " + sqltext.Quote(s.table.PrimaryKey()[0]) + " DESC"
	}
	return ""
}
