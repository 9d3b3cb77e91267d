package dbstudio

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/addreams/addreams/app/d1"
)

// query is which rows of a table are asked for, in which order.
type query struct {
	Table   string   `json:"table"`
	Sort    string   `json:"sort"` // a column; empty for the order of the key
	Desc    bool     `json:"desc"`
	Filters []filter `json:"filters"`
	Reveal  []string `json:"reveal"` // masked columns that are to be shown
	After   string   `json:"after"`  // a sealed cursor
	Limit   int      `json:"limit"`
}

// The rows of one page, and how many characters of a value it shows.
const (
	pageRows = 100
	mostRows = 500
	shown    = 1000
)

// pageBody is a page of rows.
type pageBody struct {
	Rows     []rowBody `json:"rows"`
	Next     string    `json:"next,omitempty"` // cursor of the next page; empty on the last
	Millis   float64   `json:"milliseconds"`
	RowsRead *int64    `json:"rowsRead,omitempty"`
	Keyed    bool      `json:"keyed"` // false if pages are counted from the start, since nothing tells rows apart
}

type rowBody struct {
	ID    string `json:"id,omitempty"`  // the same for a row on every page
	Key   string `json:"key,omitempty"` // a sealed rowKey
	Cells []cell `json:"cells"`
}

// rowKey is which row a page has shown, and what stood in it.
type rowKey struct {
	Table   string   `json:"t"`
	Values  []string `json:"k"` // SQL literals
	Version string   `json:"v"`
}

func (s *Studio) rows(r *http.Request) (any, error) {
	q, err := decode[query](r)
	if err != nil {
		return nil, err
	}
	t, err := s.find(r.Context(), q.Table)
	if err != nil {
		return nil, err
	}
	return s.page(r.Context(), t, q)
}

// page reads one page.
func (s *Studio) page(ctx context.Context, t *table, q query) (pageBody, error) {
	q.Limit = min(max(q.Limit, 0), mostRows)
	if q.Limit == 0 {
		q.Limit = pageRows
	}
	prepared, err := s.prepare(t, q)
	if err != nil {
		return pageBody{}, err
	}

	started := time.Now()
	rows, read, err := s.measure(ctx, prepared.statements()...)
	if err != nil {
		return pageBody{}, err
	}
	body := pageBody{Rows: []rowBody{}, Keyed: len(prepared.order.key) > 0, Millis: since(started), RowsRead: read}
	for i, row := range rows {
		if i == q.Limit {
			body.Next, err = s.sealer.seal(prepared.next(rows[i-1]))
			break
		}
		shown, err := s.rowBody(t, row, prepared)
		if err != nil {
			return pageBody{}, err
		}
		body.Rows = append(body.Rows, shown)
	}
	return body, err
}

// measure runs statements that read, and returns all their rows one behind the other.
func (s *Studio) measure(ctx context.Context, statements ...d1.Statement) (rows []d1.Row, read *int64, err error) {
	results, meta, err := s.measured(ctx, true, statements...)
	if err != nil {
		return nil, nil, err
	}
	for _, result := range results {
		rows = append(rows, result.Rows...)
	}
	return rows, meta.RowsRead, nil
}

func since(started time.Time) float64 {
	return float64(time.Since(started).Microseconds()) / 1000
}

// prepared is a query that is ready to run.
type prepared struct {
	query
	table    *table
	order    ordering
	revealed map[string]bool
	where    []string
	from     cursor
	about    string // what a cursor of it belongs to
	whole    bool   // values are read as a whole, not only their beginning
}

func (s *Studio) prepare(t *table, q query) (prepared, error) {
	p := prepared{query: q, table: t, revealed: map[string]bool{}}
	for _, name := range q.Reveal {
		p.revealed[name] = true
	}
	p.order.key, _ = t.order()
	p.order.table, p.order.desc = quote(t.Name), q.Desc
	if q.Sort != "" {
		c := t.column(q.Sort)
		switch {
		case c == nil:
			return p, badRequest("The table %s has no column %s.", t.Name, q.Sort)
		case c.Secret && !p.revealed[c.Name]:
			return p, badRequest("The column %s is masked: show it before you sort by it.", c.Name)
		case !t.isRowid(c.Name):
			p.order.column = quote(c.Name)
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
		return p, badRequest("The page is of another order or filter.")
	}
	return p, nil
}

// statements read the page, and one row more.
func (p prepared) statements() []d1.Statement {
	head := "SELECT " + strings.Join(p.terms(), ", ") + " FROM " + quote(p.table.Name)
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

// terms are what is read of a row: the beginning of each value, the values of the key, and the one that is sorted by.
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

// shownTerms read the beginning of each value, and one character more, as SQL literals.
func shownTerms(t *table) []string {
	terms := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		terms[i] = fmt.Sprintf("quote(%s) AS c%d", beginning(quote(c.Name)), i)
	}
	return terms
}

// wholeTerms read each value as a SQL literal.
func wholeTerms(t *table) []string {
	terms := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		terms[i] = fmt.Sprintf("quote(%s) AS w%d", quote(c.Name), i)
	}
	return terms
}

func beginning(name string) string {
	return fmt.Sprintf("iif(typeof(%s) IN ('text', 'blob'), substr(%[1]s, 1, %d), %[1]s)", name, shown+1)
}

// next is the cursor behind a row.
func (p prepared) next(row d1.Row) cursor {
	next := cursor{About: p.about, Offset: p.from.Offset + p.Limit}
	at := len(p.table.Columns)
	for range p.order.key {
		next.Key = append(next.Key, row.Text(at))
		at++
	}
	if p.order.column != "" && len(p.order.key) > 0 {
		next.Value = row.Text(at)
	}
	return next
}

// rowBody is a row as the page gets it.
func (s *Studio) rowBody(t *table, row d1.Row, p prepared) (rowBody, error) {
	body := rowBody{Cells: cells(t, row, p.revealed, shown)}
	if len(p.order.key) == 0 {
		return body, nil
	}
	key := rowKey{Table: t.Name, Version: version(row[:len(t.Columns)])}
	for i := range p.order.key {
		key.Values = append(key.Values, row.Text(len(t.Columns)+i))
	}
	var err error
	body.ID = digest(append([]string{s.access.session, t.Name}, key.Values...)...)
	body.Key, err = s.sealer.seal(key)
	return body, err
}

// cells are the values of a row, without the secrets.
func cells(t *table, row d1.Row, revealed map[string]bool, cut int) []cell {
	shown := make([]cell, len(t.Columns))
	for i, c := range t.Columns {
		literal := row.Text(i)
		if c.Secret && !revealed[c.Name] && literal != "NULL" {
			shown[i] = special{Type: "secret"}
			continue
		}
		shown[i] = cellOf(literal, cut)
	}
	return shown
}

// version is a digest of what a page has read of a row.
func version(literals d1.Row) string {
	values := make([]string, len(literals))
	for i := range literals {
		values[i] = literals.Text(i)
	}
	return digest(values...)
}

func digest(parts ...string) string {
	encoded, _ := json.Marshal(parts) // strings can be encoded
	sum := sha256.Sum256(encoded)
	return base64.RawStdEncoding.EncodeToString(sum[:16])
}
