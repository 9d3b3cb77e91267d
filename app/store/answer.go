package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/d1"
)

// answer holds the results of one operation's batch, one per statement. Its errors name the operation.
type answer struct {
	operation string
	results   []d1.Result
}

// batch runs an operation's statements as one batch.
func (s *Store) batch(ctx context.Context, operation string, statements ...d1.Statement) (answer, error) {
	results, err := s.db.Batch(ctx, statements...)
	if err != nil {
		return answer{}, fmt.Errorf("%s: %w", operation, err)
	}
	return answer{operation, results}, nil
}

// run runs statements whose results nobody needs.
func (s *Store) run(ctx context.Context, operation string, statements ...d1.Statement) error {
	_, err := s.batch(ctx, operation, statements...)
	return err
}

// change runs a statement whose condition may no longer hold; auth.ErrGone if it changed nothing.
func (s *Store) change(ctx context.Context, operation string, statement d1.Statement) error {
	answer, err := s.batch(ctx, operation, statement)
	if err != nil {
		return err
	}
	return answer.changed(0)
}

// changed returns auth.ErrGone if a statement changed nothing.
func (a answer) changed(statement int) error {
	if a.results[statement].Changes == 0 {
		return auth.ErrGone
	}
	return nil
}

// rows returns the number of rows that a statement returned.
func (a answer) rows(statement int) int { return len(a.results[statement].Rows) }

// last returns the number of the last statement.
func (a answer) last() int { return len(a.results) - 1 }

// from returns the results of a statement and of those after it.
func (a answer) from(statement int) answer { return answer{a.operation, a.results[statement:]} }

// scan reads one row of a statement's result.
func (a answer) scan(statement, row int, destinations ...any) error {
	if err := a.results[statement].Scan(row, destinations...); err != nil {
		return fmt.Errorf("%s: %w", a.operation, err)
	}
	return nil
}

// first reads the first row of a statement's result, and reports whether there is one.
func (a answer) first(statement int, destinations ...any) (bool, error) {
	if a.rows(statement) == 0 {
		return false, nil
	}
	return true, a.scan(statement, 0, destinations...)
}

// texts returns the first column of all rows of a statement's result.
func (a answer) texts(statement int) ([]string, error) {
	texts := make([]string, a.rows(statement))
	for i := range texts {
		if err := a.scan(statement, i, &texts[i]); err != nil {
			return nil, err
		}
	}
	return texts, nil
}

var errNoRow = errors.New("the database returned no row")

// only reads the row of a statement that always returns one.
func (a answer) only(statement int, destinations ...any) error {
	if a.rows(statement) == 0 {
		return fmt.Errorf("%s: %w", a.operation, errNoRow)
	}
	return a.scan(statement, 0, destinations...)
}
