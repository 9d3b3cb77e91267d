//go:build !wasm

package migrate

import (
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1/d1sql"
)

// total are functions that have a value for all arguments (https://www.sqlite.org/lang_corefunc.html). What is not named
// here is taken to fail on some.
const total = " coalesce concat concat_ws ifnull iif if instr length likelihood likely lower ltrim max min nullif octet_length " +
	"round rtrim sign substr substring trim typeof unicode unlikely upper avg count group_concat string_agg total "

// timely are those that have one where a statement runs, and fail in what is stored or checked: there, 'now' and its like
// are refused, which may be a value (https://www.sqlite.org/deterministic.html).
const timely = " changes date datetime hex julianday last_insert_rowid printf quote format random randomblob strftime time timediff total_changes unixepoch " +
	"row_number rank dense_rank first_value last_value lag lead "

// Where an expression stands.
const (
	stored = total // in an index, a generated column or a CHECK
	run    = total + timely
)

// words that a bracket may stand behind, beside those that are reserved.
const brackets = " values cast over filter by when with is end rowid "

// mayFail reports whether an expression has a function that is not among the allowed ones, or an operator that fails on
// some values: what is computed when a row is written then refuses rows that were taken.
func mayFail(expression, allowed string) bool {
	tokens, err := d1sql.Tokens(expression)
	if err != nil {
		return true
	}
	tokens = slices.DeleteFunc(tokens, func(t d1sql.Token) bool { return t.Kind == d1sql.Space || t.Kind == d1sql.Comment })
	in := func(list string, t d1sql.Token) bool { return strings.Contains(list, " "+key(t.Name())+" ") }
	for i, token := range tokens {
		called := i+1 < len(tokens) && tokens[i+1].Text == "("
		switch {
		case strings.HasPrefix(token.Text, "->"), token.Is("MATCH"), token.Is("REGEXP"):
			return true
		case (token.Is("LIKE") || token.Is("GLOB") || token.Is("ESCAPE")) && i+1 < len(tokens) && tokens[i+1].Kind != d1sql.Text:
			return true // a pattern may be too long
		case !called || token.Kind != d1sql.Word && token.Kind != d1sql.Quoted || in(allowed, token):
		case token.Kind == d1sql.Word && (in(reserved, token) || in(brackets, token)), i > 0 && (tokens[i-1].Is("INTO") || tokens[i-1].Is("ON")):
		default:
			return true
		}
	}
	return false
}

// expressions are what an index's definition says behind the name of its table.
func (o other) expressions() string {
	_, behind, _ := strings.Cut(o.definition, "(")
	return "(" + behind
}
