package dbstudio

import (
	"fmt"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// prepared is a query that is ready to run.
type prepared struct {
	query
	table    *table
	order    ordering
	revealed map[string]bool
	where    []string
	from     cursor
	about    string // a digest of the query, which its cursors carry
	whole    bool   // read whole values, not only their beginnings
}

func (s *Studio) prepare(t *table, q query) (prepared, error) {
	p := prepared{query: q, table: t, revealed: map[string]bool{}}
	for _, name := range q.Reveal {
		p.revealed[name] = true
	}
	p.order.key, _ = t.order()
	p.order.table, p.order.desc = sqltext.Quote(t.Name), q.Desc

	if q.Sort != "" {
		c := t.column(q.Sort)
		switch {
		case c == nil:
			return p, badRequest("The table %s has no column %s.", t.Name, q.Sort)
		case c.Secret && !p.revealed[c.Name]:
			return p, badRequest("The column %s is masked: show it before you sort by it.", c.Name)
		case !t.isRowid(c.Name):
			p.order.column = sqltext.Quote(c.Name)
		}
	}
	var err error
	if p.where, err = t.where(q.Filters, p.revealed); err != nil {
		return p, err
	}
	p.about = digest(t.Name, p.order.clause(), strings.Join(p.where, " AND "))
	if q.After == "" {
		return p, nil
	}
	if err := s.sealer.open(q.After, &p.from); err != nil {
		return p, err
	}
	if p.from.About != p.about {
		return p, badRequest("The page was requested with another sort order or filter: reload it.")
	}
	return p, nil
}

// statements returns the statements that read the page, and one more row.
func (p prepared) statements() []d1.Statement {
	head := "SELECT " + strings.Join(p.terms(), ", ") + " FROM " + sqltext.Quote(p.table.Name)
	tail := p.order.clause() + fmt.Sprintf(" LIMIT %d", p.Limit+1)
	if p.from.About == "" || len(p.order.key) == 0 {
		if p.from.Offset > 0 {
			tail += fmt.Sprintf(" OFFSET %d", p.from.Offset)
		}
		return []d1.Statement{d1.SQL(head + whereClause(p.where) + tail)}
	}
	from := p.from
	from.Value = p.order.at(from)
	var statements []d1.Statement
	for _, condition := range p.order.after(from) {
		statements = append(statements, d1.SQL(head+whereClause(append(p.where[:len(p.where):len(p.where)], condition))+tail))
	}

	return statements
}

func whereClause(terms []string) string {
	if len(terms) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(terms, " AND ")
}

// terms returns the columns to read: the values, or their beginnings, the key, and the column that is sorted by.
func (p prepared) terms() []string {
	terms := shownTerms(p.table)
	if p.whole {
		terms = wholeTerms(p.table)
	}
	for i, key := range p.order.key {
		terms = append(terms, fmt.Sprintf("quote(%s) AS k%d", key, i))
	}
	if p.order.column != "" {
		terms = append(terms, "quote("+p.order.column+") AS v")
	}
	return terms
}

// shownTerms returns the terms that read the beginning of each value, and one more character, as SQL literals.
func shownTerms(t *table) []string {
	terms := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		terms[i] = fmt.Sprintf("quote(%s) AS c%d", beginning(sqltext.Quote(c.Name)), i)
	}
	return terms
}

// wholeTerms returns the terms that read each value as a SQL literal.
func wholeTerms(t *table) []string {
	terms := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		terms[i] = fmt.Sprintf("quote(%s) AS w%d", sqltext.Quote(c.Name), i)
	}
	return terms
}

func beginning(name string) string {
	return fmt.Sprintf("iif(typeof(%s) IN ('text', 'blob'), substr(%[1]s, 1, %d), %[1]s)", name, shown+1)
}

// next returns the cursor after a row.
func (p prepared) next(row []string) cursor {
	next := cursor{About: p.about, Offset: p.from.Offset + p.Limit}
	at := len(p.table.Columns)
	end := at + len(p.order.key)
	next.Key = slices.Clone(row[at:end])
	if p.order.column != "" && end > at {
		next.Value = row[end]
	}
	return next
}
