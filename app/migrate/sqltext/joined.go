package sqltext

import (
	"strings"

	"github.com/addreams/addreams/app/d1/d1sql"
)

// shortened lists the functions whose value is short whatever they are given.
const shortened = " changes count date datetime instr julianday last_insert_rowid length octet_length random round sign strftime time " +
	"timediff total_changes typeof unicode unixepoch "

// Short reports whether an expression names no column outside functions that shorten it. What is joined from columns
// may be more than a row takes.
func Short(operand []d1sql.Token) bool {
	for i := 0; i < len(operand); i++ {
		token := operand[i]
		called := i+1 < len(operand) && operand[i+1].Text == "("
		switch {
		case called && shortens(operand[i:]):
			i += len(Bracket(operand[i+1:]))
		case called, token.Kind != d1sql.Word && token.Kind != d1sql.Quoted, '0' <= token.Text[0] && token.Text[0] <= '9':
		case token.Kind == d1sql.Quoted, !strings.Contains(reserved, " "+Fold(token.Text)+" "):
			return false
		}
	}
	return true
}

// shortens reports whether the tokens start with a call whose value is short: of such a function, a cut of constant length,
// or a number.
func shortens(call []d1sql.Token) bool {
	inside := Bracket(call[1:])
	switch name := Fold(call[0].Name()); name {
	case "substr", "substring":
		items := BracketItems(inside)
		return len(items) == 3 && len(items[2]) == 1 && len(items[2][0].Text) < 5 && strings.Trim(items[2][0].Text, "0123456789") == ""
	case "cast":
		kind := inside[len(inside)-2]
		return kind.Is("integer") || kind.Is("real") || kind.Is("int")
	default:
		return strings.Contains(shortened, " "+name+" ")
	}
}

// Repeats reports whether values that are stored together have a column more than once, unless shortened: each may be as
// long as its row was, and together they may be more than a row takes.
func Repeats(values [][]d1sql.Token) bool {
	seen := map[string]bool{}
	for _, value := range values {
		if Short(value) {
			continue
		}
		for i, token := range value {
			name := Fold(token.Name())
			called := i+1 < len(value) && (value[i+1].Text == "(" || value[i+1].Text == "." || value[i+1].Is("IS")) // x IS NULL is short
			if called || token.Kind != d1sql.Quoted && (token.Kind != d1sql.Word || strings.Contains(reserved+"asc desc nocase binary rtrim ", " "+name+" ")) || '0' <= token.Text[0] && token.Text[0] <= '9' {
				continue
			}
			if seen[name] {
				return true
			}
			seen[name] = true
		}
	}

	return false
}

// operandBefore returns the operand that the tokens end with: a name, a literal, a bracket or a call.
func operandBefore(tokens []d1sql.Token) []d1sql.Token {
	start, depth := len(tokens)-1, 0
	for ; start > 0; start-- {
		switch tokens[start].Text {
		case ")":
			depth++
		case "(":
			depth--
		}
		if depth == 0 {
			break
		}
	}

	if start > 0 && tokens[start].Text == "(" && tokens[start-1].Kind == d1sql.Word {
		start--
	}
	return tokens[max(0, start):]
}

// operandAfter returns the operand that the tokens start with.
func operandAfter(tokens []d1sql.Token) []d1sql.Token {
	switch {
	case len(tokens) == 0:
		return nil
	case tokens[0].Text == "(":
		return Bracket(tokens)
	case len(tokens) > 1 && tokens[1].Text == "(":
		return tokens[:1+len(Bracket(tokens[1:]))]
	}
	return tokens[:1]
}
