package dbstudio

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"github.com/addreams/addreams/app/d1"
)

// query selects and orders rows of a table.
type query struct {
	Table   string   `json:"table"`
	Sort    string   `json:"sort"` // a column; empty for the order of the key
	Desc    bool     `json:"desc"`
	Filters []filter `json:"filters"`
	Reveal  []string `json:"reveal"` // masked columns to show
	After   string   `json:"after"`  // a sealed cursor
	Limit   int      `json:"limit"`
}

// The number of rows of a page, and of characters of a value that it shows.
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
	Keyed    bool      `json:"keyed"` // false if the table has no key, so that pages are found by offset
}

type rowBody struct {
	ID    string `json:"id,omitempty"`  // the same for a row on every page
	Key   string `json:"key,omitempty"` // a sealed rowKey
	Cells []cell `json:"cells"`
}

// rowKey identifies a row that a page has shown, and its values at that time.
type rowKey struct {
	Table   string   `json:"t"`
	Values  []string `json:"k"` // SQL literals
	Version string   `json:"v"` // a digest of what the page has read of the row
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

// measure runs statements that read SQL literals, and returns the rows of all of them, in order.
func (s *Studio) measure(ctx context.Context, statements ...d1.Statement) (rows [][]string, read *int64, err error) {
	results, meta, err := s.measured(ctx, true, statements...)
	if err != nil {
		return nil, nil, err
	}
	for _, result := range results {
		more, err := result.Texts("rows")
		if err != nil {
			return nil, nil, err
		}
		rows = append(rows, more...)
	}
	return rows, meta.RowsRead, nil
}

func since(started time.Time) float64 {
	return float64(time.Since(started).Microseconds()) / 1000
}

// rowBody returns a row in the form for the page.
func (s *Studio) rowBody(t *table, row []string, p prepared) (rowBody, error) {
	body := rowBody{Cells: cells(t, row, p.revealed, shown)}
	if len(p.order.key) == 0 {
		return body, nil
	}
	key := rowKey{Table: t.Name, Version: digest(row[:len(t.Columns)]...)}
	key.Values = slices.Clone(row[len(t.Columns) : len(t.Columns)+len(p.order.key)])
	var err error
	body.ID = digest(append([]string{s.access.session, t.Name}, key.Values...)...)
	body.Key, err = s.sealer.seal(key)
	return body, err
}

// cells returns the values of a row of literals, without the secrets.
func cells(t *table, row []string, revealed map[string]bool, cut int) []cell {
	shown := make([]cell, len(t.Columns))
	for i, c := range t.Columns {
		literal := row[i]
		if c.Secret && !revealed[c.Name] && literal != "NULL" {
			shown[i] = special{Type: "secret"}
			continue
		}
		shown[i] = cellOf(literal, cut)
	}
	return shown
}

func digest(parts ...string) string {
	encoded, _ := json.Marshal(parts) // strings can be encoded
	sum := sha256.Sum256(encoded)
	return base64.RawStdEncoding.EncodeToString(sum[:16])
}
