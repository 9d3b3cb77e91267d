//go:build js && wasm

package main

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/platform/workers"
)

var database = workers.Database("DB")

func query(ctx context.Context, sql string, args ...any) (d1.Result, error) {
	return d1.Query(ctx, database, sql, args...)
}

// runSQL runs the batch in the body, [{"sql", "args"}]. A number is bound as float64, {"blob"} as bytes.
func runSQL(w http.ResponseWriter, r *http.Request) error {
	var batch []struct {
		SQL  string
		Args []any
	}
	if err := json.NewDecoder(r.Body).Decode(&batch); err != nil {
		return err
	}

	statements := make([]d1.Statement, len(batch))
	for i, statement := range batch {
		statements[i] = d1.SQL(statement.SQL, arguments(statement.Args)...)
	}
	results, err := database.Batch(r.Context(), statements...)
	if err != nil {
		return err
	}
	writeJSON(w, results)
	return nil
}

func arguments(args []any) []any {
	for i, arg := range args {
		if object, ok := arg.(map[string]any); ok {
			args[i] = []byte(object["blob"].(string))
		}
	}
	return args
}
