package dump

import (
	"fmt"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate/catalog"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

const (
	pageRows    = 1_000
	pageBytes   = 1 << 20 // of the values of a page, unless one row has more
	inlineBytes = 45_000  // of a value that is read with its row: as hexadecimal digits it still fits in a statement
)

// table is a table whose rows are written.
type table struct {
	entry        catalog.Entry
	names        []string // of all columns, in lower case
	columns      []string // that an INSERT gives values
	hasKey       bool
	primary      []keyColumn // of the primary key's index; none if the key is the rowid
	withoutRowid bool
	parents      []string
}

// keyColumn is a part of the key by which rows are read, as SQL.
type keyColumn struct{ name, collation string }

// rowid returns a name of the rowid that no column has taken; "" if there is none.
func (t *table) rowid() string {
	if t.withoutRowid {
		return ""
	}
	for _, name := range [...]string{"rowid", "_rowid_", "oid"} {
		if !slices.Contains(t.names, name) {
			return name
		}
	}
	return ""
}

// key returns the columns by which rows are read.
func (t *table) key() ([]keyColumn, error) {
	if name := t.rowid(); name != "" {
		return []keyColumn{{name, ""}}, nil
	}
	if len(t.primary) == 0 || !t.withoutRowid {
		return nil, fmt.Errorf("the rows of %s can't be read in pages: it has columns named rowid, _rowid_ and oid, and no other key", t.entry.Name)
	}
	return t.primary, nil
}

// inserted returns the columns of an INSERT, as SQL. The rowid is among them unless a column is its alias, or there is no room
// for it, so that rows are numbered anew.
func (t *table) inserted() []string {
	var names []string
	if rowid := t.rowid(); rowid != "" && !(t.hasKey && len(t.primary) == 0) && len(t.columns) < d1.MaxColumns {
		names = append(names, rowid)
	}
	for _, column := range t.columns {
		names = append(names, sqltext.Quote(column))
	}
	return names
}

// page returns the statements that read the rows after a key: the key's terms, then those of the columns. They are several
// because a result has at most d1.MaxColumns columns. With hex, texts are read by their bytes.
func (t *table) page(key []keyColumn, after []string, hex bool) []d1.Statement {
	tail := t.tail(key, after)
	var terms []string
	for _, part := range key {
		terms = append(terms, literalTerm(part.name, hex))
	}
	for _, name := range t.inserted() {
		terms = append(terms, fmt.Sprintf("iif(octet_length(%s) > %d, typeof(%[1]s), %[3]s)", name, inlineBytes, literalTerm(name, hex)))
	}
	for i := range terms {
		terms[i] += fmt.Sprintf(" AS c%d", i)
	}

	var statements []d1.Statement
	for chunk := range slices.Chunk(terms, d1.MaxColumns) {
		statements = append(statements, d1.SQL("SELECT "+strings.Join(chunk, ", ")+tail))
	}
	return statements
}

// tail returns the end of a page's statements. The page has as many rows as make up pageBytes, and at least one.
func (t *table) tail(key []keyColumn, after []string) string {
	var names, aliases, terms []string
	for i, part := range key {
		alias := fmt.Sprintf("k%d", i)
		names = append(names, part.name+part.collation)
		aliases = append(aliases, alias+part.collation)
		terms = append(terms, part.name+" AS "+alias)
	}
	from := " FROM " + sqltext.Quote(t.entry.Name)
	if after != nil {
		from += " WHERE " + row(names) + " > " + row(after)
	}
	from += " ORDER BY " + strings.Join(names, ", ")

	sized := "SELECT " + strings.Join(terms, ", ") + ", " + sizeTerm(t.inserted()) + " AS size" + from + fmt.Sprintf(" LIMIT %d", pageRows)
	summed := "SELECT sum(size) OVER (ORDER BY " + strings.Join(aliases, ", ") + ") AS total FROM (" + sized + ")"
	return from + fmt.Sprintf(" LIMIT (SELECT max(1, count(*)) FROM (%s) WHERE total <= %d)", summed, pageBytes)
}

// sizeTerm returns the term for the bytes of the values that are read with a row. Sums are grouped, because an expression is
// limited in depth.
func sizeTerm(names []string) string {
	var groups []string
	for chunk := range slices.Chunk(names, 10) {
		var sizes []string
		for _, name := range chunk {
			sizes = append(sizes, fmt.Sprintf("ifnull(min(octet_length(%s), %d), 0)", name, inlineBytes))
		}
		groups = append(groups, "("+strings.Join(sizes, " + ")+")")
	}
	return strings.Join(groups, " + ")
}

// piece returns the statement that reads bytes of a value, from 0 on, as hexadecimal digits.
func (t *table) piece(key []keyColumn, at []string, name string, from, bytes int) string {
	conditions := make([]string, len(key))
	for i, part := range key {
		conditions[i] = part.name + part.collation + " = " + at[i]
	}
	return fmt.Sprintf("SELECT hex(substr(CAST(%s AS BLOB), %d, %d)) AS piece FROM %s WHERE %s",
		name, from+1, bytes, sqltext.Quote(t.entry.Name), strings.Join(conditions, " AND "))
}

// row returns the terms as a row value, or the only term.
func row(terms []string) string {
	if len(terms) == 1 {
		return terms[0]
	}
	return "(" + strings.Join(terms, ", ") + ")"
}
