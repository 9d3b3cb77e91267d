package dbstudio

import (
	"net/http"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1/d1sql"
)

// reading lists the pragmas that only read, whatever their argument.
var reading = []string{
	"foreign_key_check", "foreign_key_list", "index_info", "index_list", "index_xinfo", "quick_check", "table_info", "table_list", "table_xinfo",
}

// reads reports whether a statement only reads. Unknown statements count as writes.
func reads(s d1sql.Statement) bool {
	first := s.Tokens[0]
	switch {
	case first.Is("EXPLAIN"), first.Is("SELECT"), first.Is("VALUES"):
		return true
	case first.Is("PRAGMA"):
		return readsPragma(s.Tokens[1:])
	case first.Is("WITH"):
		return !writesAfterWith(s.Tokens)
	}
	return false
}

func readsPragma(tokens []d1sql.Token) bool {
	if len(tokens) > 2 && tokens[1].Text == "." {
		tokens = tokens[2:]
	}
	assigns := slices.ContainsFunc(tokens, func(token d1sql.Token) bool { return token.Text == "=" })
	return len(tokens) > 0 && !assigns && slices.Contains(reading, strings.ToLower(tokens[0].Name()))
}

// writesAfterWith reports whether common table expressions are followed by a statement that writes. Outside brackets its first
// word can't be a name: a name that is such a word has to be quoted.
func writesAfterWith(tokens []d1sql.Token) bool {
	depth := 0
	for i, token := range tokens {
		switch {
		case token.Text == "(":
			depth++
		case token.Text == ")":
			depth--
		case depth != 0:
		case token.Is("INSERT"), token.Is("UPDATE"), token.Is("DELETE"):
			return true
		case token.Is("REPLACE") && i+1 < len(tokens) && tokens[i+1].Is("INTO"):
			return true
		}
	}

	return false
}

// bounded wraps a query in a LIMIT, which also gives columns of the same name different names. Other statements, and text with
// unbalanced brackets, are returned unchanged.
func bounded(s d1sql.Statement, limit string) string {
	first := s.Tokens[0]
	isQuery := first.Is("SELECT") || first.Is("VALUES") || first.Is("WITH") && reads(s)
	if !isQuery || !balanced(s.Tokens) {
		return s.SQL
	}
	return "SELECT * FROM (\n" + s.SQL + "\n) LIMIT " + limit
}

// balanced reports whether every bracket is opened before it is closed.
func balanced(tokens []d1sql.Token) bool {
	depth := 0
	for _, token := range tokens {
		switch token.Text {
		case "(":
			depth++
		case ")":
			depth--
		}
		if depth < 0 {
			return false
		}
	}

	return depth == 0
}

// split splits a script that the page has sent into statements.
func split(script string) ([]d1sql.Statement, error) {
	statements, err := d1sql.Split(script)
	if err != nil {
		return nil, &problem{http.StatusBadRequest, "sql", err.Error()}
	}
	if len(statements) == 0 {
		return nil, badRequest("There is no statement.")
	}

	for _, statement := range statements {
		for _, token := range statement.Tokens {
			if token.Kind == d1sql.Parameter {
				return nil, &problem{http.StatusBadRequest, "sql", "The parameter " + token.Text + " has no value here: write the value."}
			}
		}
	}

	return statements, nil
}
