package d1http

import (
	"context"
	"net/http"

	"github.com/addreams/addreams/app/cloudflare"
	"github.com/addreams/addreams/app/d1"
)

// Meta is D1's measurements of a statement.
type Meta struct {
	Duration    float64 `json:"duration"` // milliseconds
	RowsRead    int64   `json:"rows_read"`
	RowsWritten int64   `json:"rows_written"`
}

// measuredResult is a rawResult whose meta is read twice: for its changes and for the measurements.
type measuredResult struct {
	rawResult
	Meta struct {
		Meta
		Changes float64 `json:"changes"`
	} `json:"meta"`
}

// Measured is Batch with D1's measurements, one per statement.
func (db *Database) Measured(ctx context.Context, statements ...d1.Statement) ([]d1.Result, []Meta, error) {
	if len(statements) == 0 {
		return nil, nil, nil
	}
	body, err := encode(statements)
	if err != nil {
		return nil, nil, err
	}
	var answers []measuredResult
	request := cloudflare.Request{Method: http.MethodPost, Path: "/raw", Body: body, Repeatable: readOnly(statements)}
	if err := db.do(ctx, request, &answers); err != nil {
		return nil, nil, err
	}

	raw := make([]rawResult, len(answers))
	metas := make([]Meta, len(answers))
	for i, answer := range answers {
		raw[i], metas[i] = answer.rawResult, answer.Meta.Meta
		raw[i].Meta.Changes = answer.Meta.Changes
	}
	results, err := decode(raw, len(statements))
	return results, metas, err
}

// Name returns the name that the account knows the database by.
func (db *Database) Name(ctx context.Context) (string, error) {
	var found struct {
		Name string `json:"name"`
	}
	err := db.do(ctx, cloudflare.Request{Method: http.MethodGet, Repeatable: true}, &found)
	return found.Name, err
}
