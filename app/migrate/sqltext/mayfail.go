package sqltext

import (
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1/dialect"
)

// neverFailing are functions that have a value for all arguments (https://www.sqlite.org/lang_corefunc.html). What is not named
// here is taken to fail on some.
const neverFailing = " coalesce concat concat_ws ifnull iif if instr length likelihood likely lower ltrim max min nullif octet_length " +
	"round rtrim sign substr substring trim typeof unicode unlikely upper avg count group_concat string_agg total "

// failingOnlyStored are those that have one where a statement runs, and fail in what is stored or checked: there, 'now' and its like
// are refused, which may be a value (https://www.sqlite.org/deterministic.html).
const failingOnlyStored = " changes date datetime hex julianday last_insert_rowid printf quote format random randomblob strftime time timediff total_changes unixepoch " +
	"row_number rank dense_rank first_value last_value lag lead "

// Where an expression stands.
const (
	AllowedStored = neverFailing // in an index, a generated column or a CHECK
	AllowedRun    = neverFailing + failingOnlyStored
)

// words that a bracket may stand behind, beside those that are reserved.
const brackets = " values cast over filter by when with is end rowid "

// MayFail reports whether an expression has a function that is not among the allowed ones, or an operator that fails on
// some values: what is computed when a row is written then refuses rows that were taken.
func MayFail(expression, allowed string) bool {
	tokens, err := dialect.Tokens(expression)
	if err != nil {
		return true
	}
	tokens = slices.DeleteFunc(tokens, func(t dialect.Token) bool { return t.Kind == dialect.Space || t.Kind == dialect.Comment })
	in := func(list string, t dialect.Token) bool { return strings.Contains(list, " "+Fold(t.Name())+" ") }
	for i, token := range tokens {
		called := i+1 < len(tokens) && tokens[i+1].Text == "("
		switch {
		case strings.HasPrefix(token.Text, "->"), token.Is("MATCH"), token.Is("REGEXP"):
			return true
		case (token.Is("LIKE") || token.Is("GLOB") || token.Is("ESCAPE")) && i+1 < len(tokens) && tokens[i+1].Kind != dialect.Text:
			return true // a pattern may be too long
		case !called || token.Kind != dialect.Word && token.Kind != dialect.Quoted || in(allowed, token):
		case token.Kind == dialect.Word && (in(reserved, token) || in(brackets, token)), i > 0 && (tokens[i-1].Is("INTO") || tokens[i-1].Is("ON")):
		default:
			return true
		}
	}
	return false
}
