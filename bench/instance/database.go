//go:build js && wasm

package main

import (
	"context"
	"strings"
	"syscall/js"

	"github.com/addreams/addreams/app/d1"
)

// database runs batches on the D1 binding. The library's own driver is for database/sql, which has no batch.
type database struct{ binding js.Value }

func (db database) Batch(_ context.Context, statements ...d1.Statement) ([]d1.Result, error) {
	prepared := make([]any, len(statements))
	for i, statement := range statements {
		prepared[i] = db.binding.Call("prepare", statement.SQL).Call("bind", bound(statement.Args)...)
	}
	answers, err := await(db.binding.Call("batch", prepared))
	if err != nil {
		return nil, &d1.Error{Message: strings.TrimPrefix(err.Error(), "D1_ERROR: ")}
	}
	results := make([]d1.Result, len(statements))
	for i := range results {
		results[i] = readResult(answers.Index(i))
	}

	return results, nil
}

// bound gives JavaScript what it can bind: pointers become their values or null.
func bound(args []any) []any {
	values := make([]any, len(args))
	for i, arg := range args {
		switch arg := arg.(type) {
		case *string:
			if arg != nil {
				values[i] = *arg
			}
		case *int64:
			if arg != nil {
				values[i] = *arg
			}
		default:
			values[i] = arg
		}
	}

	return values
}

// readResult reads {results: [{column: value}], meta}. Objects keep the order of the columns.
func readResult(answer js.Value) d1.Result {
	result := d1.Result{Changes: int64(answer.Get("meta").Get("changes").Int())}
	found := answer.Get("results")
	for i := range found.Length() {
		values := js.Global().Get("Object").Call("values", found.Index(i))
		row := make(d1.Row, values.Length())
		for column := range row {
			row[column] = readValue(values.Index(column))
		}
		result.Rows = append(result.Rows, row)
	}
	return result
}

func readValue(value js.Value) any {
	switch value.Type() {
	case js.TypeString:
		return value.String()
	case js.TypeNumber:
		return value.Float()
	default:
		return nil
	}
}

// await waits for a promise.
func await(promise js.Value) (js.Value, error) {
	type outcome struct {
		value js.Value
		err   error
	}
	settled := make(chan outcome, 1)
	fulfilled := js.FuncOf(func(_ js.Value, args []js.Value) any {
		settled <- outcome{value: args[0]}
		return nil
	})
	rejected := js.FuncOf(func(_ js.Value, args []js.Value) any {
		settled <- outcome{err: js.Error{Value: args[0]}}
		return nil
	})
	defer fulfilled.Release()
	defer rejected.Release()

	promise.Call("then", fulfilled, rejected)
	result := <-settled
	return result.value, result.err
}
