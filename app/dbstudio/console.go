package dbstudio

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/d1sql"
)

// resultRows is how many rows of a result the page gets.
const resultRows = 2000

type sqlBody struct {
	SQL     string `json:"sql"`
	Reveal  bool   `json:"reveal"`
	Confirm string `json:"confirm"`
}

// runBody holds the results of a script.
type runBody struct {
	Results []resultBody `json:"results"`
	Millis  float64      `json:"milliseconds"`
	cost
}

type resultBody struct {
	SQL     string   `json:"sql"`
	Columns []string `json:"columns"`
	Rows    [][]cell `json:"rows"`
	More    bool     `json:"more"` // there are more rows than are shown
	Changes int64    `json:"changes"`
	Reads   bool     `json:"reads"`
	Masked  bool     `json:"masked"` // some values are not shown
}

// run runs a script as one batch.
func (s *Studio) run(r *http.Request) (any, error) {
	asked, err := decode[sqlBody](r)
	if err != nil {
		return nil, err
	}
	parts, err := split(asked.SQL)
	if err != nil {
		return nil, err
	}
	readOnly := !slices.ContainsFunc(parts, func(part d1sql.Statement) bool { return !reads(part) })
	if !readOnly {
		if err := s.mayWrite(asked.Confirm); err != nil {
			return nil, err
		}
	}
	tables, err := s.tables(r.Context())
	if err != nil {
		return nil, err
	}

	statements := make([]d1.Statement, len(parts))
	for i, part := range parts {
		statements[i] = d1.SQL(bounded(part, strconv.Itoa(resultRows+1)))
	}
	started := time.Now()
	results, spent, err := s.measured(r.Context(), readOnly, statements...)
	if !readOnly {
		s.forgetSchema()
	}
	if err != nil {
		return nil, withoutOffset(err)
	}
	body := runBody{Millis: since(started), cost: spent}
	for i, result := range results {
		body.Results = append(body.Results, resultOf(parts[i], result, maskOf(tables, parts[i], result.Columns, asked.Reveal)))
	}
	return body, nil
}

// withoutOffset removes the offset from D1's error: it does not match the SQL that the user typed, which is sent changed.
func withoutOffset(err error) error {
	var refused *d1.Error
	if !errors.As(err, &refused) {
		return err
	}
	message, _, _ := strings.Cut(refused.Message, " at offset ")
	return &d1.Error{Message: message}
}

func resultOf(part d1sql.Statement, result d1.Result, masked []bool) resultBody {
	body := resultBody{SQL: part.SQL, Columns: result.Columns, Rows: [][]cell{}, Changes: result.Changes, Reads: reads(part)}
	if body.Columns == nil {
		body.Columns = []string{}
	}
	for _, row := range result.Rows {
		if len(body.Rows) == resultRows {
			body.More = true
			break
		}
		cells := make([]cell, len(row))
		for i, value := range row {
			cells[i] = valueCell(value, shown)
			if masked[i] && value != nil {
				cells[i], body.Masked = special{Type: "secret"}, true
			}
		}
		body.Rows = append(body.Rows, cells)
	}

	return body
}

// maskOf returns which columns of a result are masked: those with the name of a secret column of a table in the statement; and, if
// the statement names a secret column, those that no table has, since they may be computed from it.
func maskOf(tables []*table, part d1sql.Statement, columns []string, reveal bool) []bool {
	masked := make([]bool, len(columns))
	if reveal || part.Tokens[0].Is("EXPLAIN") || part.Tokens[0].Is("PRAGMA") {
		return masked
	}

	secret, plain := map[string]bool{}, map[string]bool{}
	for _, t := range tables {
		for _, c := range t.Columns {
			plain[strings.ToLower(c.Name)] = plain[strings.ToLower(c.Name)] || !c.Secret
			if c.Secret && isNamed(part, t.Name) {
				secret[strings.ToLower(c.Name)] = true
			}
		}
	}
	touches := slices.ContainsFunc(part.Tokens, func(token d1sql.Token) bool {
		return token.Kind != d1sql.Text && secret[strings.ToLower(token.Name())]
	})
	for i, name := range columns {
		name, _, _ = strings.Cut(strings.ToLower(name), ":") // "token:1" is the second of a join
		masked[i] = secret[name] || !plain[name] && (touches || secretName(name))
	}

	return masked
}

// isNamed reports whether a statement contains a name.
func isNamed(part d1sql.Statement, name string) bool {
	return slices.ContainsFunc(part.Tokens, func(token d1sql.Token) bool { return strings.EqualFold(token.Name(), name) })
}

// planBody holds the query plans of a script.
type planBody struct {
	Plans []planOf `json:"plans"`
}

type planOf struct {
	SQL   string     `json:"sql"`
	Steps []planStep `json:"steps"`
}

type planStep struct {
	ID     int64  `json:"id"`
	Parent int64  `json:"parent"`
	Detail string `json:"detail"`
}

// explain asks for the query plan of each statement. Nothing is run.
func (s *Studio) explain(r *http.Request) (any, error) {
	asked, err := decode[sqlBody](r)
	if err != nil {
		return nil, err
	}
	parts, err := split(asked.SQL)
	if err != nil {
		return nil, err
	}

	body := planBody{}
	for _, part := range parts {
		plan := planOf{SQL: part.SQL, Steps: []planStep{}}
		if !part.Tokens[0].Is("PRAGMA") && !part.Tokens[0].Is("EXPLAIN") {
			results, err := s.read(r.Context(), d1.SQL("EXPLAIN QUERY PLAN "+part.SQL))
			if err != nil {
				return nil, err
			}
			var step planStep
			err = results[0].Each("a query plan", func() { plan.Steps = append(plan.Steps, step) }, &step.ID, &step.Parent, new(int64), &step.Detail)
			if err != nil {
				return nil, err
			}
		}
		body.Plans = append(body.Plans, plan)
	}

	return body, nil
}
