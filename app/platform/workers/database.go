//go:build js && wasm

package workers

import (
	"context"
	"math"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/platform/workers/internal/wire"
)

// Database returns the D1 database that is bound under the name. For a batch, D1 returns rows to JavaScript as objects, so the
// columns of a result must have different names, and none may be a number.
func Database(name string) d1.Database { return database(name) }

type database string

func (db database) Batch(ctx context.Context, statements ...d1.Statement) ([]d1.Result, error) {
	if len(statements) == 0 {
		return nil, nil
	}
	m, err := mailboxOf(ctx)
	if err != nil {
		return nil, err
	}

	var payload wire.Encoder
	payload.Text(string(db))
	payload.Count(len(statements))
	for _, statement := range statements {
		values, err := statement.Values()
		if err != nil {
			return nil, err
		}
		payload.Text(statement.SQL)
		encodeValues(&payload, values)
	}

	answer, _, err := m.ask(ctx, kindQuery, payload.Data(), nil)
	if err != nil {
		return nil, err
	}
	return decodeResults(wire.NewDecoder(answer)), nil
}

// The types of values on the wire.
const (
	valueNull byte = iota
	valueNumber
	valueText
	valueBlob
)

func encodeValues(e *wire.Encoder, values []any) {
	e.Count(len(values))
	for _, value := range values {
		switch value := value.(type) {
		case nil:
			e.Byte(valueNull)
		case int64:
			e.Byte(valueNumber)
			e.Number(float64(value))
		case float64:
			e.Byte(valueNumber)
			e.Number(value)
		case string:
			e.Byte(valueText)
			e.Text(value)
		case []byte:
			e.Byte(valueBlob)
			e.Bytes(value)
		}
	}
}

func decodeResults(d *wire.Decoder) []d1.Result {
	results := make([]d1.Result, d.Count())
	for i := range results {
		results[i].Changes = int64(d.Number())
		results[i].Columns = make([]string, d.Count())
		for j := range results[i].Columns {
			results[i].Columns[j] = d.Text()
		}
		results[i].Rows = decodeRows(d, len(results[i].Columns))
	}
	return results
}

func decodeRows(d *wire.Decoder, columns int) []d1.Row {
	rows := make([]d1.Row, d.Count())
	values := make([]any, len(rows)*columns)
	for i := range rows {
		rows[i], values = values[:columns:columns], values[columns:]
		for j := range rows[i] {
			rows[i][j] = decodeValue(d)
		}
	}
	return rows
}

func decodeValue(d *wire.Decoder) any {
	switch d.Byte() {
	case valueNumber:
		number := d.Number()
		if whole := int64(number); number == math.Trunc(number) && math.Abs(number) < 1<<53 {
			return whole
		}
		return number
	case valueText:
		return d.Text()
	case valueBlob:
		return d.Bytes()
	}
	return nil
}
