package dbstudio

import (
	"context"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/d1http"
)

// measurer is a database that reports what its statements cost: D1.
type measurer interface {
	Measured(ctx context.Context, statements ...d1.Statement) ([]d1.Result, []d1http.Meta, error)
}

// cost is what statements cost, as far as the database reports it.
type cost struct {
	Database    *float64 `json:"databaseMilliseconds,omitempty"` // without the network
	RowsRead    *int64   `json:"rowsRead,omitempty"`
	RowsWritten *int64   `json:"rowsWritten,omitempty"`
}

// measured runs statements, and sums up what they cost.
func (s *Studio) measured(ctx context.Context, readOnly bool, statements ...d1.Statement) ([]d1.Result, cost, error) {
	if len(statements) == 0 {
		return nil, cost{}, nil
	}
	database, measures := s.DB.(measurer)
	switch {
	case !measures && readOnly:
		results, err := s.read(ctx, statements...)
		return results, cost{}, err
	case !measures:
		results, err := s.DB.Batch(ctx, statements...)
		return results, cost{}, err
	}

	results, metas, err := database.Measured(ctx, statements...)
	if err != nil {
		return nil, cost{}, err
	}
	var millis float64
	var read, written int64
	for _, meta := range metas {
		millis, read, written = millis+meta.Duration, read+meta.RowsRead, written+meta.RowsWritten
	}
	return results, cost{&millis, &read, &written}, nil
}
