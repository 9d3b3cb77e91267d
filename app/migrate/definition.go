package migrate

import (
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1/dialect"
)

// definition writes what an index, view or trigger is; an index without its own name, as a UNIQUE constraint has none.
func definition(kind string, tokens []dialect.Token) string {
	on := slices.IndexFunc(tokens, func(token dialect.Token) bool { return token.Is("ON") })
	if strings.HasSuffix(kind, "index") && on >= 0 {
		tokens = tokens[on:]
	}
	return canonical(tokens)
}

// isUnique tells whether an index's definition begins CREATE UNIQUE.
func isUnique(tokens []dialect.Token) bool { return len(tokens) > 1 && tokens[1].Is("UNIQUE") }

// clauses collects what a table's definition says beyond its columns, defaults and keys: CHECK and generated
// expressions, collations, AUTOINCREMENT, and the options behind the last bracket (STRICT, WITHOUT ROWID).
func clauses(tokens []dialect.Token) []string {
	var found []string
	last := 0
	for i, token := range tokens {
		switch {
		case token.Text == ")":
			last = i
		case token.Is("AUTOINCREMENT"):
			found = append(found, "autoincrement")
		case token.Is("COLLATE") && i+1 < len(tokens):
			found = append(found, "collate "+key(tokens[i+1].Name()))
		case (token.Is("CHECK") || token.Is("AS")) && i+1 < len(tokens) && tokens[i+1].Text == "(":
			found = append(found, key(token.Text)+" "+canonical(bracket(tokens[i+1:])))
		}
	}
	if options := tokens[min(last+1, len(tokens)):]; len(options) > 0 {
		found = append(found, canonical(options))
	}
	slices.Sort(found)
	return found
}

// bracket is the run of tokens from an opening bracket to the one that closes it.
func bracket(tokens []dialect.Token) []dialect.Token {
	depth := 0
	for i, token := range tokens {
		switch token.Text {
		case "(":
			depth++
		case ")":
			depth--
		}
		if depth == 0 {
			return tokens[:i+1]
		}
	}
	return tokens
}

// canonical writes tokens with one space between them, names without quotes, and everything but strings in lower case.
func canonical(tokens []dialect.Token) string {
	words := make([]string, len(tokens))
	for i, token := range tokens {
		if words[i] = token.Text; token.Kind != dialect.Text {
			words[i] = key(token.Name())
		}
	}
	return strings.Join(words, " ")
}
