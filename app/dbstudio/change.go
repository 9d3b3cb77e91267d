package dbstudio

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// change is one row to be changed, added or removed.
type change struct {
	Kind   string         `json:"kind"` // "update", "insert" or "delete"
	Table  string         `json:"table"`
	Key    string         `json:"key"` // a sealed rowKey; empty for an insert
	Values map[string]any `json:"values"`
}

// mostChanges limits a batch, which D1 must run within 30 seconds.
const mostChanges = 500

// target is a change with the row that it is about.
type target struct {
	change
	table    *table
	key      rowKey
	literals []string // the row as it is now, as the page reads it
}

// planned holds the statements of a batch of changes.
type planned struct {
	checks []string // each fails unless a row is still as it was
	writes []string
}

// conflict is a row that has changed since it was shown.
type conflict struct {
	Change  int    `json:"change"` // its index in the batch
	Table   string `json:"table"`
	Gone    bool   `json:"gone"`
	Key     string `json:"key,omitempty"` // of the row as it is now
	Current []cell `json:"current,omitempty"`
}

// conflictError refuses a batch because rows have changed since they were shown.
type conflictError struct{ conflicts []conflict }

func (c *conflictError) Error() string {
	if len(c.conflicts) == 1 {
		return "1 row was changed meanwhile, so nothing was written."
	}
	return fmt.Sprintf("%d rows were changed meanwhile, so nothing was written.", len(c.conflicts))
}

// targets returns the changes with their rows as they are now. It fails with a *conflictError if rows have changed since the page
// showed them.
func (s *Studio) targets(ctx context.Context, changes []change) ([]target, error) {
	tables, err := s.tables(ctx)
	if err != nil {
		return nil, err
	}
	targets := make([]target, len(changes))
	for i, c := range changes {
		if targets[i], err = s.targetOf(tables, c); err != nil {
			return nil, err
		}
	}

	conflicts, err := s.reread(ctx, targets)
	if err != nil {
		return nil, err
	}
	if len(conflicts) > 0 {
		return nil, &conflictError{conflicts}
	}
	return targets, nil
}

func (s *Studio) targetOf(tables []*table, c change) (target, error) {
	t, err := find(tables, c.Table)
	if err != nil {
		return target{}, err
	}

	switch {
	case t.Internal:
		return target{}, badRequest("The table %s is kept by a tool: its rows aren't edited here.", t.Name)
	case !t.Editable:
		return target{}, badRequest("Nothing tells the rows of %s apart, so they can't be edited.", t.Name)
	case c.Kind != "insert" && c.Kind != "update" && c.Kind != "delete":
		return target{}, badRequest("A change can't be %q.", c.Kind)
	case c.Kind == "update" && len(c.Values) == 0:
		return target{}, badRequest("A change of a row of %s has no values.", t.Name)
	}
	for name := range c.Values {
		if found := t.column(name); found == nil || found.Generated {
			return target{}, badRequest("The table %s has no column %s to write to.", t.Name, name)
		}
	}
	found := target{change: c, table: t}
	if c.Kind == "insert" {
		return found, nil
	}
	if err := s.sealer.open(c.Key, &found.key); err != nil {
		return target{}, err
	}
	if found.key.Table != t.Name {
		return target{}, badRequest("The row is of another table than %s.", t.Name)
	}
	return found, nil
}

// reread fills in the current values of the rows, and returns the conflicts.
func (s *Studio) reread(ctx context.Context, targets []target) ([]conflict, error) {
	var statements []d1.Statement
	var asked []int
	for i, found := range targets {
		if found.Kind == "insert" {
			continue
		}
		order, _ := found.table.order()
		statements = append(statements, d1.SQL("SELECT "+strings.Join(shownTerms(found.table), ", ")+
			" FROM "+sqltext.Quote(found.table.Name)+" WHERE "+matches(order, found.key.Values)))
		asked = append(asked, i)
	}
	if len(statements) == 0 {
		return nil, nil
	}
	results, err := s.read(ctx, statements...)
	if err != nil {
		return nil, err
	}

	var conflicts []conflict
	for n, i := range asked {
		rows, err := results[n].Texts("a changed row")
		if err != nil {
			return nil, err
		}
		targets[i].literals = nil
		if len(rows) > 0 {
			targets[i].literals = rows[0]
		}
		if targets[i].literals != nil && digest(targets[i].literals...) == targets[i].key.Version {
			continue
		}
		found, err := s.conflictOf(i, targets[i])
		if err != nil {
			return nil, err
		}
		conflicts = append(conflicts, found)
	}
	return conflicts, nil
}

func (s *Studio) conflictOf(change int, found target) (conflict, error) {
	if found.literals == nil {
		return conflict{Change: change, Table: found.table.Name, Gone: true}, nil
	}
	key := found.key
	key.Version = digest(found.literals...)
	sealed, err := s.sealer.seal(key)
	return conflict{
		Change: change, Table: found.table.Name, Key: sealed, Current: cells(found.table, found.literals, nil, shown),
	}, err
}

type changesBody struct {
	Changes []change `json:"changes"`
	Apply   bool     `json:"apply"` // otherwise only the SQL is shown
	Confirm string   `json:"confirm"`
}

type appliedBody struct {
	Checks     []string `json:"checks"`
	Statements []string `json:"statements"`
	Applied    bool     `json:"applied"`
	Changes    int64    `json:"changes"` // rows, those of triggers and foreign keys included
}

// changes returns the SQL of a batch of changes, or applies it.
func (s *Studio) changes(r *http.Request) (any, error) {
	asked, err := decode[changesBody](r)
	if err != nil {
		return nil, err
	}
	if !asked.Apply {
		asked.Confirm = s.Confirm
	}
	if err := s.mayWrite(asked.Confirm); err != nil {
		return nil, err
	}
	if n := len(asked.Changes); n == 0 || n > mostChanges {
		return nil, badRequest("A batch has between 1 and %d changes, this one has %d.", mostChanges, n)
	}
	targets, err := s.targets(r.Context(), asked.Changes)
	if err != nil {
		return nil, err
	}
	plan, err := planChanges(targets)
	if err != nil {
		return nil, err
	}

	body := appliedBody{Checks: plan.checks, Statements: plan.writes}
	if !asked.Apply {
		return body, nil
	}
	body.Changes, err = s.apply(r.Context(), plan, targets)
	body.Applied = err == nil
	return body, err
}
