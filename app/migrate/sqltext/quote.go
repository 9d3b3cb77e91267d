package sqltext

import (
	"strings"

	"github.com/addreams/addreams/app/d1/d1sql"
)

// Literal writes a text as an SQL string.
func Literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// Quote writes a name as an identifier.
func Quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// Value returns an expression for the SQL literal of an expression's value. It differs from quote() in texts with a NUL,
// which quote() cuts off there.
func Value(expression string) string {
	return "iif(typeof(" + expression + ") = 'text' AND instr(" + expression + ", char(0)) > 0, " +
		"'CAST(x''' || hex(" + expression + ") || ''' AS TEXT)', quote(" + expression + "))"
}

// Fold returns a name with the letters A to Z in lower case. SQLite compares names without regard to the case of these, and of no
// others: É and é are two names, as are K and the sign of Kelvin.
func Fold(name string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + ('a' - 'A')
		}
		return r
	}, name)
}

// SameName reports whether two names are the same to SQLite.
func SameName(a, b string) bool { return Fold(a) == Fold(b) }

// Tokens returns the tokens of a single statement or expression, without spaces and comments.
func Tokens(sql string) ([]d1sql.Token, error) {
	statements, err := d1sql.Split(sql)
	if err != nil || len(statements) != 1 {
		return nil, err
	}
	return statements[0].Tokens, nil
}
