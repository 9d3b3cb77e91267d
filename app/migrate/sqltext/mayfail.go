package sqltext

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/d1sql"
)

// neverFailing lists the functions that have a value for all arguments (https://www.sqlite.org/lang_corefunc.html).
// All others are assumed to fail for some, for example because the value is too long.
const neverFailing = " coalesce ifnull iif if instr length likelihood likely lower ltrim max min nullif octet_length " +
	"round rtrim sign substr substring trim typeof unicode unlikely upper avg count total "

// failingOnlyStored lists the functions that always have a value when a statement runs, but fail in what is stored or
// checked: 'now' and the like are refused there, and a value may be one of them
// (https://www.sqlite.org/deterministic.html).
const failingOnlyStored = " changes date datetime julianday last_insert_rowid random strftime time timediff total_changes unixepoch " +
	"row_number rank dense_rank first_value last_value lag lead "

// The functions that are allowed in an expression, by its place.
const (
	AllowedStored = neverFailing // in an index, a generated column or a CHECK
	AllowedRun    = neverFailing + failingOnlyStored
)

// brackets lists words that a bracket may follow, besides the reserved ones.
const brackets = " values cast over filter by when with is end rowid "

// MayFail reports whether an expression has a function that is not among the allowed ones, or an operator that fails
// for some values. If it is computed when a row is written, it may then refuse rows that were accepted before.
func MayFail(expression, allowed string) bool {
	tokens, err := d1sql.Tokens(expression)
	if err != nil {
		return true
	}

	tokens = slices.DeleteFunc(tokens, func(t d1sql.Token) bool { return t.Kind == d1sql.Space || t.Kind == d1sql.Comment })
	in := func(list string, t d1sql.Token) bool { return strings.Contains(list, " "+Fold(t.Name())+" ") }
	for i, token := range tokens {
		called := i+1 < len(tokens) && tokens[i+1].Text == "("
		switch {
		case strings.HasPrefix(token.Text, "->"), token.Is("MATCH"), token.Is("REGEXP"), token.Text == "||" && !(Short(operandBefore(tokens[:i])) && Short(operandAfter(tokens[i+1:]))):
			return true
		case token.Is("LIKE") || token.Is("GLOB") || token.Is("ESCAPE"):
			if !shortPattern(tokens[i+1:]) || token.Is("ESCAPE") && utf8.RuneCountInString(tokens[i+1].Text) != len("'x'") {
				return true
			}
		case !called || token.Kind != d1sql.Word && token.Kind != d1sql.Quoted || in(allowed, token):
		case token.Kind == d1sql.Word && (in(reserved, token) || in(brackets, token)), i > 0 && (tokens[i-1].Is("INTO") || tokens[i-1].Is("ON") && token.Is("CONFLICT")):
		case in(drawing, token) && drawsFew(tokens[i+1:], allowed), token.Is("hex") && i+6 < len(tokens) && in(drawing, tokens[i+2]) && tokens[i+5].Text == ")" && tokens[i+6].Text == ")":
		default:
			return true
		}
	}

	return false
}

// drawing lists the functions that make as many bytes as their argument says. The other functions of AllowedRun may
// be given more than a row takes.
const drawing = " randomblob zeroblob "

// drawsFew reports whether the tokens after such a function are a small constant, and it is allowed.
func drawsFew(after []d1sql.Token, allowed string) bool {
	return allowed == AllowedRun && len(after) > 2 && after[2].Text == ")" && len(after[1].Text) < 5 && strings.Trim(after[1].Text, "0123456789") == ""
}

// shortPattern reports whether the tokens after LIKE, GLOB or ESCAPE are a constant that D1 takes as a pattern, and
// nothing that makes it longer.
func shortPattern(after []d1sql.Token) bool {
	if len(after) == 0 || after[0].Kind != d1sql.Text || len(after[0].Text)-2 > d1.MaxPattern {
		return false
	}
	return len(after) == 1 || after[1].Kind == d1sql.Word || strings.Contains(" ) , ; ", " "+after[1].Text+" ")
}
