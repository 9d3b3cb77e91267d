//go:build !wasm

package migrate

import (
	"strings"

	"github.com/addreams/addreams/app/d1/d1sql"
)

const adviceText = "Write '…' with single quotes if a text is meant. Else name a column that the table has: " +
	"one that is new has nothing to be copied from, and is left out or given a value."

// strict writes a statement with `…` in the place of "…". SQLite takes the latter for a text where it names nothing
// (https://www.sqlite.org/quirks.html#double_quoted_string_literals_are_accepted), and D1 can't be told not to.
func strict(s d1sql.Statement) string {
	tokens, err := d1sql.Tokens(s.SQL)
	if err != nil {
		return s.SQL
	}
	var text strings.Builder
	for _, token := range tokens {
		if token.Kind == d1sql.Quoted && token.Text[0] == '"' {
			text.WriteString("`" + strings.ReplaceAll(token.Name(), "`", "``") + "`")
			continue
		}
		text.WriteString(token.Text)
	}
	return text.String()
}

// taken returns the name that a statement has in double quotes, and that its failure says there is no column of.
func taken(s d1sql.Statement, message string) (name string, found bool) {
	_, missing, found := strings.Cut(message, "no such column: ")
	if !found {
		return "", false
	}
	for _, token := range s.Tokens {
		if token.Kind == d1sql.Quoted && token.Text[0] == '"' && strings.EqualFold(token.Name(), missing) {
			return token.Name(), true
		}
	}
	return "", false
}

// madeBy is what a statement makes, if that is a view or a trigger: "view titles".
func madeBy(s d1sql.Statement) string {
	rest := drop(s.Tokens, "CREATE")
	if len(rest) == len(s.Tokens) || !is(rest, "VIEW") && !is(rest, "TRIGGER") {
		return ""
	}
	return key(rest[0].Text) + " " + name(drop(rest[1:], "IF", "NOT", "EXISTS"))
}
