package dbstudio

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// longestCell is how many characters of a value are shown in the view of one row. D1 stores at most 2 MB.
const longestCell = 1_000_000

// fullBody is one row with whole values, and the rows that refer to it.
type fullBody struct {
	Key      string    `json:"key"`
	Cells    []cell    `json:"cells"`
	Children []childOf `json:"children"`
}

// childOf describes the rows of another table that refer to a row.
type childOf struct {
	Table   string    `json:"table"`
	Columns []string  `json:"columns"`
	Implied bool      `json:"implied"`
	Delete  string    `json:"onDelete,omitempty"`
	Filters []filter  `json:"filters"` // select them
	Count   countBody `json:"count"`
}

// row reads one row with whole values.
func (s *Studio) row(r *http.Request) (any, error) {
	asked, err := decode[struct {
		Key    string   `json:"key"`
		Reveal []string `json:"reveal"`
	}](r)
	if err != nil {
		return nil, err
	}
	var key rowKey
	if err := s.sealer.open(asked.Key, &key); err != nil {
		return nil, err
	}
	tables, err := s.tables(r.Context())
	if err != nil {
		return nil, err
	}
	t, err := find(tables, key.Table)
	if err != nil {
		return nil, err
	}

	full, err := s.fullRow(r, t, key, asked.Reveal)
	if err != nil {
		return nil, err
	}
	for _, child := range tables {
		if err := s.addChildren(r, &full, t, child, key); err != nil {
			return nil, err
		}
	}
	return full, nil
}

func (s *Studio) fullRow(r *http.Request, t *table, key rowKey, reveal []string) (fullBody, error) {
	revealed := map[string]bool{}
	for _, name := range reveal {
		revealed[name] = true
	}
	order, _ := t.order()
	from := " FROM " + sqltext.Quote(t.Name) + " WHERE " + matches(order, key.Values)
	results, err := s.read(r.Context(), d1.SQL("SELECT "+strings.Join(wholeTerms(t), ", ")+from),
		d1.SQL("SELECT "+strings.Join(shownTerms(t), ", ")+from))
	if err != nil {
		return fullBody{}, err
	}
	whole, err := results[0].Texts("a row")
	if err != nil {
		return fullBody{}, err
	}
	beginnings, err := results[1].Texts("a row")
	if err != nil {
		return fullBody{}, err
	}
	if len(whole) == 0 {
		return fullBody{}, &problem{http.StatusNotFound, "gone", "The row is not there any more."}
	}

	key.Version = digest(beginnings[0]...)
	sealed, err := s.sealer.seal(key)
	return fullBody{Key: sealed, Cells: cells(t, whole[0], revealed, longestCell), Children: []childOf{}}, err
}

// addChildren adds the rows of a table that refer to the row, per reference.
func (s *Studio) addChildren(r *http.Request, full *fullBody, parent, child *table, key rowKey) error {
	for _, reference := range child.References {
		if !sqltext.SameName(reference.Table, parent.Name) {
			continue
		}
		found := childOf{Table: child.Name, Columns: reference.Columns, Implied: reference.Implied, Delete: reference.OnDelete}
		order, _ := parent.order()
		conditions := make([]string, len(reference.Columns))
		for i, name := range reference.Columns {
			place := parent.place(reference.To[i])
			if place < 0 {
				return nil
			}
			conditions[i] = fmt.Sprintf("%s = (SELECT %s FROM %s WHERE %s)",
				sqltext.Quote(name), sqltext.Quote(parent.Columns[place].Name), sqltext.Quote(parent.Name), matches(order, key.Values))
			found.Filters = append(found.Filters, filter{Column: name, Op: "eq", Value: plainValue(full.Cells[place])})
		}
		results, err := s.read(r.Context(), d1.SQL(s.countOf(sqltext.Quote(child.Name)+" WHERE "+strings.Join(conditions, " AND "))))
		if err != nil {
			return err
		}
		if found.Count, err = s.countBody(results[0]); err != nil {
			return err
		}
		full.Children = append(full.Children, found)
	}
	return nil
}

// place returns the index of a column, or -1.
func (t *table) place(name string) int {
	for i, c := range t.Columns {
		if sqltext.SameName(c.Name, name) {
			return i
		}
	}
	return -1
}

// plainValue returns a cell in the form that a filter takes.
func plainValue(value cell) any {
	if shown, ok := value.(special); ok {
		return shown.Value
	}
	return value
}
