package dbstudio

import (
	"fmt"
	"slices"
	"strings"
)

// ordering is the order of a table's rows: by a column, which may have ties and NULLs, and then by the key.
type ordering struct {
	table  string   // quoted
	column string   // quoted; empty if rows are ordered by the key alone
	key    []string // SQL terms
	desc   bool
}

// cursor is the end of a page: the last row's values, as SQL literals.
type cursor struct {
	About  string   `json:"a"` // the query that it belongs to
	Value  string   `json:"v,omitempty"`
	Key    []string `json:"k,omitempty"`
	Offset int      `json:"o,omitempty"` // the number of rows before it, in a table without a key
}

// longValue is the length in bytes above which a cursor's value is looked up instead of being written into the SQL.
const longValue = 10_000

// clause returns the ORDER BY clause. Names are qualified by the table, because SQLite would otherwise resolve them to result
// columns.
func (o ordering) clause() string {
	direction := ""
	if o.desc {
		direction = " DESC"
	}
	names := slices.Clone(o.key)
	if o.column != "" {
		names = append([]string{o.column}, names...)
	}
	if len(names) == 0 {
		return ""
	}
	terms := make([]string, len(names))
	for i, name := range names {
		terms[i] = o.table + "." + name + direction
	}

	return " ORDER BY " + strings.Join(terms, ", ")
}

// after returns the conditions that select the rows following a cursor, in order: the same value with a later key, a later
// value, and, in descending order, NULL. They are separate so that each uses an index; one combined condition would not.
func (o ordering) after(c cursor) []string {
	than := " > "
	if o.desc {
		than = " < "
	}
	later := row(o.key) + than + row(c.Key)
	switch {
	case o.column == "":
		return []string{later}
	case c.Value == "NULL" && o.desc:
		return []string{o.column + " IS NULL AND " + later}
	case c.Value == "NULL":
		return []string{o.column + " IS NULL AND " + later, o.column + " IS NOT NULL"}
	}
	conditions := []string{o.column + " = " + c.Value + " AND " + later, o.column + than + c.Value}
	if o.desc {
		conditions = append(conditions, o.column+" IS NULL")
	}

	return conditions
}

// row returns the terms as a row value, or the only term.
func row(terms []string) string {
	if len(terms) == 1 {
		return terms[0]
	}
	return "(" + strings.Join(terms, ", ") + ")"
}

// matches returns the condition that selects one row.
func matches(key, values []string) string {
	terms := make([]string, len(key))
	for i, term := range key {
		terms[i] = term + " = " + values[i]
	}
	return strings.Join(terms, " AND ")
}

// at returns a cursor's value as SQL. A long one is looked up in its row.
func (o ordering) at(c cursor) string {
	if len(c.Value) <= longValue {
		return c.Value
	}
	return fmt.Sprintf("(SELECT %s FROM %s WHERE %s)", o.column, o.table, matches(o.key, c.Key))
}
