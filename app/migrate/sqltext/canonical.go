package sqltext

import (
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1/d1sql"
)

// BracketItems splits a bracket's contents at its commas.
func BracketItems(body []d1sql.Token) [][]d1sql.Token {
	if len(body) < 2 {
		return nil
	}
	return SplitCommas(body[1 : len(body)-1])
}

// SplitCommas splits tokens at the commas outside brackets.
func SplitCommas(tokens []d1sql.Token) [][]d1sql.Token {
	var found [][]d1sql.Token
	depth, start := 0, 0
	for i, token := range tokens {
		switch {
		case token.Text == "(":
			depth++
		case token.Text == ")":
			depth--
		case token.Text == "," && depth == 0:
			found, start = append(found, tokens[start:i]), i+1
		}
	}
	if start < len(tokens) {
		found = append(found, tokens[start:])
	}

	return found
}

// Bracket returns the tokens from an opening bracket to the one that closes it.
func Bracket(tokens []d1sql.Token) []d1sql.Token {
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

// Canonical writes tokens with single spaces, without quotes around names that need none, and in lower case except for
// strings.
func Canonical(tokens []d1sql.Token) string {
	words := make([]string, len(tokens))
	for i, token := range tokens {
		switch token.Kind {
		case d1sql.Text:
			words[i] = token.Text
		case d1sql.Quoted:
			words[i] = QuoteIfNeeded(Fold(token.Name()))
		default:
			words[i] = Fold(token.Text)
		}
	}
	var text strings.Builder
	for i, word := range words {
		if i > 0 && !joined(tokens[:i], tokens[i]) {
			text.WriteByte(' ')
		}
		text.WriteString(word)
	}

	return text.String()
}

// joined reports whether a token belongs to those before it without a space: 1.5, 1e-9, x'00', or a name after its
// table's.
func joined(before []d1sql.Token, token d1sql.Token) bool {
	last := before[len(before)-1]
	switch {
	case last.Text == "." || token.Text == ".":
		return true
	case token.Kind == d1sql.Text:
		return last.Is("x")
	case token.Text == "-" || token.Text == "+":
		return exponent(last)
	case last.Text == "-" || last.Text == "+":
		return len(before) > 1 && exponent(before[len(before)-2])
	}
	return false
}

// exponent reports whether a number continues after a sign: 1e.
func exponent(token d1sql.Token) bool {
	return token.Kind == d1sql.Word && '0' <= token.Text[0] && token.Text[0] <= '9' && strings.HasSuffix(Fold(token.Text), "e") &&
		!strings.HasPrefix(Fold(token.Text), "0x")
}

// QuoteIfNeeded quotes a name unless it is valid without quotes.
func QuoteIfNeeded(name string) string {
	for i := range len(name) {
		c := name[i]
		digit := '0' <= c && c <= '9'
		if !(c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || digit && i > 0) {
			return Quote(name)
		}
	}
	if name == "" || strings.Contains(reserved, " "+Fold(name)+" ") {
		return Quote(name)
	}
	return name
}

// reserved lists the words that are not names, or mean another value, without quotes
// (https://www.sqlite.org/lang_keywords.html).
const reserved = " add all alter and as autoincrement between case check collate commit constraint create current_date current_time " +
	"current_timestamp default deferrable " +
	"delete distinct drop else escape except exists false foreign from group having in index insert intersect into is isnull join " +
	"limit not nothing notnull null on or order primary references returning select set table then to transaction true union " +
	"unique update using values when where "

// Words returns the names and keywords of a canonical text, in lower case.
func Words(text string) []string {
	tokens, err := d1sql.Tokens(text)
	if err != nil {
		return nil
	}
	tokens = slices.DeleteFunc(tokens, func(t d1sql.Token) bool { return t.Kind == d1sql.Space || t.Kind == d1sql.Comment })
	var found []string
	for i := range tokens {
		if name, named := nameAt(tokens, i); named {
			found = append(found, Fold(name))
		}
	}
	return found
}

// nameAt returns the name or keyword at an index. A text in single quotes is one to SQLite where only a name can stand
// (https://www.sqlite.org/lang_keywords.html).
func nameAt(tokens []d1sql.Token, i int) (name string, named bool) {
	token := tokens[i]
	switch {
	case token.Kind == d1sql.Word, token.Kind == d1sql.Quoted:
		return token.Name(), true
	case token.Kind != d1sql.Text:
		return "", false
	}
	before, behind := i > 0 && tokens[i-1].Text == ".", i+1 < len(tokens) && tokens[i+1].Text == "."
	for _, keyword := range [...]string{"FROM", "JOIN", "INTO", "UPDATE", "ON", "AS", "BY", "TABLE", "REFERENCES"} {
		before = before || i > 0 && tokens[i-1].Is(keyword)
	}
	return strings.ReplaceAll(token.Text[1:len(token.Text)-1], "''", "'"), before || behind
}

// IndexOutside returns the index of the first occurrence of a keyword outside brackets, or -1.
func IndexOutside(tokens []d1sql.Token, keyword string) int {
	depth := 0
	for i, token := range tokens {
		switch {
		case token.Text == "(":
			depth++
		case token.Text == ")":
			depth--
		case depth == 0 && token.Is(keyword):
			return i
		}
	}
	return -1
}
