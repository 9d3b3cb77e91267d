package sqltext

import (
	"strings"

	"github.com/addreams/addreams/app/d1/d1sql"
)

// WithBackquotes writes a statement with `…` instead of "…". SQLite reads the latter as a string if it names nothing
// (https://www.sqlite.org/quirks.html#double_quoted_string_literals_are_accepted), and D1 can't be told not to.
func WithBackquotes(s d1sql.Statement) string {
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
