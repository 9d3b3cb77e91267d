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

// Fold returns a name in lower case: SQLite compares names without regard to case.
func Fold(name string) string { return strings.ToLower(name) }

// Tokens returns the tokens of a single statement or expression, without spaces and comments.
func Tokens(sql string) ([]d1sql.Token, error) {
	statements, err := d1sql.Split(sql)
	if err != nil || len(statements) != 1 {
		return nil, err
	}
	return statements[0].Tokens, nil
}
