package d1http

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/d1sql"
)

// query is one statement, or several without parameters. An empty `params` is left out: some versions refuse it.
type query struct {
	SQL    string `json:"sql"`
	Params []any  `json:"params,omitempty"`
}

type queries struct {
	Batch []query `json:"batch"`
}

// encode writes a batch as the API takes it.
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

// numbers is a BLOB on the wire: an array of bytes.
func numbers(blob []byte) []int {
	list := make([]int, len(blob))
	for i, b := range blob {
		list[i] = int(b)
	}
	return list
}

// rawResult is what /raw answers for a statement.
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

// decode reads the answers to n statements.
func decode(answers []rawResult, n int) ([]d1.Result, error) {
	if len(answers) != n {
		return nil, fmt.Errorf("only %d of %d statements were answered", len(answers), n)
	}
	results := make([]d1.Result, n)
	for i, answer := range answers {
		if !answer.Success {
			return nil, fmt.Errorf("statement %d of %d had no success, and the answer says no more", i+1, n)
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

// cell reads a JSON value as what SQLite had: an integer if it is written as one.
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
				return nil, fmt.Errorf("the answer has a list that is no BLOB")
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

// readOnly tells whether statements only read, so that they may be sent twice. What it can't tell, it takes to write.
func readOnly(statements []d1.Statement) bool {
	return !slices.ContainsFunc(statements, func(statement d1.Statement) bool {
		parts, err := d1sql.Split(statement.SQL)
		return err != nil || len(parts) != 1 || !parts[0].Tokens[0].Is("SELECT")
	})
}
