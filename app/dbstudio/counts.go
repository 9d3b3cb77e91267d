package dbstudio

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// countBody is how many rows a table has, as far as they were counted.
type countBody struct {
	Rows int64  `json:"rows"`
	More bool   `json:"more"` // there are at least so many
	Note string `json:"note,omitempty"`
}

// counts counts the rows of the tables that are asked for, each up to the limit: a whole count of a huge table reads it
// all, which takes long and costs, on D1.
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
