package generate

import (
	"context"
	"fmt"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/d1sql"
	"github.com/addreams/addreams/app/d1/sqlite"
)

// syntaxError finds the first token that SQLite does not take, and what it would have taken there instead. It returns no
// text if the statement is refused for another reason.
func syntaxError(ctx context.Context, statement d1sql.Statement, message string) (line int, what string) {
	incomplete := strings.Contains(message, "incomplete input")
	if !incomplete && !strings.Contains(message, "syntax error") {
		return 0, ""
	}
	parser, err := sqlite.Open(sqlite.Memory)
	if err != nil {
		return 0, ""
	}
	defer parser.Close()

	tokens := statement.Tokens
	bad := len(tokens)
	for i := 1; i <= len(tokens) && !incomplete; i++ {
		if !begins(ctx, parser, tokens[:i]) {
			bad = i - 1
			break
		}
	}
	if bad == len(tokens) {
		last := tokens[bad-1]
		return last.Line, fmt.Sprintf("the statement that begins in line %d is not complete; after %s %s", statement.Line, last.Text, expected(ctx, parser, tokens))
	}
	return tokens[bad].Line, fmt.Sprintf("%s is not understood here; %s", tokens[bad].Text, expected(ctx, parser, tokens[:bad]))
}

// begins reports whether a statement may begin with the tokens.
func begins(ctx context.Context, parser d1.Database, tokens []d1sql.Token) bool {
	_, err := parser.Batch(ctx, d1.SQL(text(tokens)), d1.SQL("SELECT * FROM no_such_table")) // nothing stays
	return err == nil || !strings.Contains(err.Error(), "syntax error")
}

// complete reports whether the tokens are a whole statement.
func complete(ctx context.Context, parser d1.Database, tokens []d1sql.Token) bool {
	_, err := parser.Batch(ctx, d1.SQL(text(tokens)), d1.SQL("SELECT * FROM no_such_table"))
	return err != nil && !strings.Contains(err.Error(), "incomplete input")
}

func text(tokens []d1sql.Token) string {
	words := make([]string, len(tokens))
	for i, token := range tokens {
		words[i] = token.Text
	}
	return strings.Join(words, " ")
}

// continuations are what may follow in a definition, and how a message names it.
var continuations = [...]struct{ text, name string }{
	{"zz", "a name"}, {"(", "("}, {")", ")"}, {",", ","}, {"1", "a value"},
	{"NOT", "NOT NULL"}, {"PRIMARY", "PRIMARY KEY"}, {"UNIQUE", "UNIQUE"}, {"DEFAULT", "DEFAULT"}, {"CHECK", "CHECK"},
	{"REFERENCES", "REFERENCES"}, {"COLLATE", "COLLATE"}, {"KEY", "KEY"}, {"NULL", "NULL"}, {"ON", "ON"}, {"AS", "AS"},
	{"SELECT", "SELECT"}, {"WHERE", "WHERE"}, {"BEGIN", "BEGIN"}, {"END", "END"}, {"USING", "USING"}, {"CASCADE", "CASCADE"}, {"STRICT", "STRICT"},
}

// expected lists what SQLite takes after the tokens. A keyword that is only taken as a name is left out.
func expected(ctx context.Context, parser d1.Database, tokens []d1sql.Token) string {
	takesName := false
	var names []string
	for _, next := range continuations {
		reserved := !strings.Contains(" KEY CASCADE STRICT BEGIN END ", " "+next.text+" ")
		if takesName && !reserved || !begins(ctx, parser, append(tokens[:len(tokens):len(tokens)], d1sql.Token{Text: next.text})) {
			continue
		}
		takesName = takesName || next.text == "zz"
		names = append(names, next.name)
	}

	if complete(ctx, parser, tokens) {
		names = append(names, "; at the end of the statement")
	}
	return "expected " + strings.Join(names, " or ")
}
