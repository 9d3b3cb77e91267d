package d1http

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/d1sql"
)

// query is one statement, or several without parameters. An empty `params` is omitted, because some versions of the API refuse
// it.
type query struct {
	SQL    string `json:"sql"`
	Params []any  `json:"params,omitempty"`
}

type queries struct {
	Batch []query `json:"batch"`
}

// encode returns a batch as the API expects it.
func encode(statements []d1.Statement) ([]byte, error) {
	list := make([]query, len(statements))
	texts := make([]string, len(statements))
	plain := true
	for i, statement := range statements {
		values, err := statement.Values()
		if err != nil {
			return nil, err
		}
		for j, value := range values {
			if bytes, ok := value.([]byte); ok {
				values[j] = numbers(bytes)
			}
		}
		list[i], texts[i] = query{statement.SQL, values}, statement.SQL
		plain = plain && len(values) == 0
	}

	switch {
	case plain:
		return json.Marshal(query{SQL: strings.Join(texts, ";\n")})
	case len(list) == 1:
		return json.Marshal(list[0])
	}
	return json.Marshal(queries{list})
}

// numbers returns a BLOB as the API expects it: an array of bytes.
func numbers(blob []byte) []int {
	list := make([]int, len(blob))
	for i, b := range blob {
		list[i] = int(b)
	}
	return list
}

// rawResult is what /raw returns for a statement.
type rawResult struct {
	Success bool `json:"success"`
	Results struct {
		Columns []string `json:"columns"`
		Rows    [][]any  `json:"rows"`
	} `json:"results"`
	Meta struct {
		Changes float64 `json:"changes"`
	} `json:"meta"`
}

// decode reads the results of n statements.
func decode(answers []rawResult, n int) ([]d1.Result, error) {
	if len(answers) != n {
		return nil, fmt.Errorf("the answer has %d results for %d statements", len(answers), n)
	}

	results := make([]d1.Result, n)
	for i, answer := range answers {
		if !answer.Success {
			return nil, fmt.Errorf("statement %d of %d failed, and the answer does not say why", i+1, n)
		}
		results[i] = d1.Result{Columns: answer.Results.Columns, Changes: int64(answer.Meta.Changes)}
		for _, values := range answer.Results.Rows {
			row := make(d1.Row, len(values))
			for j, value := range values {
				cell, err := cell(value)
				if err != nil {
					return nil, err
				}
				row[j] = cell
			}
			results[i].Rows = append(results[i].Rows, row)
		}
	}

	return results, nil
}

// cell converts a JSON value to what SQLite had: an integer if it is written as one.
func cell(value any) (any, error) {
	switch value := value.(type) {
	case nil, string:
		return value, nil
	case json.Number:
		if integer, err := value.Int64(); err == nil {
			return integer, nil
		}
		return value.Float64()
	case []any:
		var blob bytes.Buffer
		for _, element := range value {
			number, ok := element.(json.Number)
			if !ok {
				return nil, errors.New("the answer has a list that is not a BLOB")
			}
			b, err := number.Int64()
			if err != nil || b < 0 || b > 255 {
				return nil, fmt.Errorf("the answer has a BLOB with the byte %s", number)
			}
			blob.WriteByte(byte(b))
		}
		return blob.Bytes(), nil
	}
	return nil, fmt.Errorf("the answer has a value of an unknown kind: %T", value)
}

// readOnly reports whether the statements certainly only read, so that they may be sent twice.
func readOnly(statements []d1.Statement) bool {
	return !slices.ContainsFunc(statements, func(statement d1.Statement) bool {
		parts, err := d1sql.Split(statement.SQL)
		return err != nil || len(parts) != 1 || !parts[0].Tokens[0].Is("SELECT")
	})
}
