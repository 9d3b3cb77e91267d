package dbstudio

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// countBody is the number of a table's rows, up to a limit.
type countBody struct {
	Rows int64  `json:"rows"`
	More bool   `json:"more"` // the table has more
	Note string `json:"note,omitempty"`
}

// counts counts the rows of the requested tables, each up to the limit: a full count reads the whole table, which is slow, and
// which D1 bills.
func (s *Studio) counts(r *http.Request) (any, error) {
	asked, err := decode[struct {
		Tables []string `json:"tables"`
	}](r)
	if err != nil {
		return nil, err
	}
	tables, err := s.tables(r.Context())
	if err != nil {
		return nil, err
	}

	found := map[string]countBody{}
	for _, t := range tables {
		if !slices.Contains(asked.Tables, t.Name) || t.Broken != "" {
			continue
		}
		results, err := s.read(r.Context(), d1.SQL(s.countOf(sqltext.Quote(t.Name))))
		if err != nil {
			found[t.Name] = countBody{Note: problemOf(err).message}
			continue
		}
		if found[t.Name], err = s.countBody(results[0]); err != nil {
			return nil, err
		}
	}
	return found, nil
}

func (s *Studio) countOf(from string) string {
	return fmt.Sprintf("SELECT count(*) AS n FROM (SELECT 1 FROM %s LIMIT %d)", from, s.CountLimit+1)
}

func (s *Studio) countBody(result d1.Result) (countBody, error) {
	var n int64
	err := result.Only("a count", &n)
	return countBody{Rows: min(n, int64(s.CountLimit)), More: n > int64(s.CountLimit)}, err
}
