//go:build !wasm

package migrate

import (
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1/d1sql"
)

// definition writes what an index, view or trigger is; an index without its own name, as a UNIQUE constraint has none.
func definition(kind string, tokens []d1sql.Token) string {
	on := slices.IndexFunc(tokens, func(token d1sql.Token) bool { return token.Is("ON") })
	if strings.HasSuffix(kind, "index") && on >= 0 {
		tokens = tokens[on:]
	}
	return canonical(tokens)
}

// isUnique tells whether an index's definition begins CREATE UNIQUE.
func isUnique(tokens []d1sql.Token) bool { return len(tokens) > 1 && tokens[1].Is("UNIQUE") }

// clause is a part of a table's definition, and the column in whose definition it stands, if it makes a difference.
type clause struct{ text, column string }

// clauses collects what a table's definition says beyond its columns, defaults and keys: CHECK and generated
// expressions, collations, AUTOINCREMENT, ON CONFLICT, deferred foreign keys, and the options behind the last bracket
// (STRICT, WITHOUT ROWID). A virtual table's are its module and arguments.
func clauses(tokens []d1sql.Token, virtual bool) []clause {
	if virtual {
		using := max(0, slices.IndexFunc(tokens, func(token d1sql.Token) bool { return token.Is("USING") }))
		return []clause{{canonical(tokens[using:]), ""}}
	}
	open := slices.IndexFunc(tokens, func(token d1sql.Token) bool { return token.Text == "(" })
	if open < 0 {
		return nil
	}
	body := bracket(tokens[open:])

	var found []clause
	for _, part := range parts(body) {
		found = append(found, clausesOf(part)...)
	}
	for _, option := range split(tokens[open+len(body):]) {
		found = append(found, clause{canonical(option), ""})
	}
	slices.SortFunc(found, func(a, b clause) int { return strings.Compare(a.text+"\x00"+a.column, b.text+"\x00"+b.column) })
	return found
}

// parts cuts a bracket's inside at its commas.
func parts(body []d1sql.Token) [][]d1sql.Token {
	if len(body) < 2 {
		return nil
	}
	return split(body[1 : len(body)-1])
}

// split cuts tokens at the commas that stand in no bracket.
func split(tokens []d1sql.Token) [][]d1sql.Token {
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

// clausesOf collects those of one column's or one constraint's definition.
func clausesOf(part []d1sql.Token) []clause {
	column := ""
	if !constraint(part) {
		column = key(name(part[:1]))
	}
	var found []clause
	for i := 0; i < len(part); i++ {
		token, rest := part[i], part[i+1:]
		switch {
		case token.Text == "(": // of a type, a default, a list of columns
			inside := bracket(part[i:])
			for j := range inside[:len(inside)-1] {
				if inside[j].Is("COLLATE") && constraint(part) {
					found = append(found, clause{"collate " + key(inside[j+1].Name()), canonical(inside)})
				}
			}
			i += len(inside) - 1
		case token.Is("AUTOINCREMENT"):
			found = append(found, clause{"autoincrement", ""})
		case token.Is("COLLATE") && len(rest) > 0:
			found = append(found, clause{"collate " + key(rest[0].Name()), column})
		case is(part[i:], "ON", "CONFLICT") && len(rest) > 1:
			found = append(found, clause{"on conflict " + key(rest[1].Text), column})
		case is(part[i:], "INITIALLY", "DEFERRED"):
			found = append(found, clause{"deferred foreign key", column})
		case (token.Is("CHECK") || token.Is("AS")) && len(rest) > 0 && rest[0].Text == "(":
			inside := bracket(rest)
			owner := column
			if token.Is("CHECK") {
				owner = ""
			}
			found = append(found, clause{key(token.Text) + " " + canonical(inside), owner})
			i += len(inside)
		}
	}
	return found
}

// constraint reports whether a part of a table's definition is a constraint, and no column.
func constraint(part []d1sql.Token) bool {
	for _, word := range [...]string{"CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"} {
		if part[0].Is(word) {
			return true
		}
	}
	return false
}

// bracket is the run of tokens from an opening bracket to the one that closes it.
func bracket(tokens []d1sql.Token) []d1sql.Token {
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

// canonical writes tokens with one space between them, names without quotes unless they need some, and everything but
// strings in lower case.
func canonical(tokens []d1sql.Token) string {
	words := make([]string, len(tokens))
	for i, token := range tokens {
		switch token.Kind {
		case d1sql.Text:
			words[i] = token.Text
		case d1sql.Quoted:
			words[i] = plain(key(token.Name()))
		default:
			words[i] = key(token.Text)
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

// joined reports whether a token is one thing with those before it: 1.5, 1e-9, x'00', or a name behind its table's.
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

// exponent reports whether a number goes on behind its sign: 1e.
func exponent(token d1sql.Token) bool {
	return token.Kind == d1sql.Word && '0' <= token.Text[0] && token.Text[0] <= '9' && strings.HasSuffix(key(token.Text), "e") &&
		!strings.HasPrefix(key(token.Text), "0x")
}

// plain writes a name without quotes if it can stand so.
func plain(name string) string {
	for i := range len(name) {
		c := name[i]
		digit := '0' <= c && c <= '9'
		if !(c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || digit && i > 0) {
			return quote(name)
		}
	}
	if name == "" || strings.Contains(reserved, " "+key(name)+" ") {
		return quote(name)
	}
	return name
}

// reserved are the words that are no name, or another value, without quotes (https://www.sqlite.org/lang_keywords.html).
const reserved = " add all alter and as autoincrement between case check collate commit constraint create current_date current_time " +
	"current_timestamp default deferrable " +
	"delete distinct drop else escape except exists false foreign from group having in index insert intersect into is isnull join " +
	"limit not nothing notnull null on or order primary references returning select set table then to transaction true union " +
	"unique update using values when where "

// words are the names and keywords of a canonical text, in lower case.
func words(text string) []string {
	tokens, err := d1sql.Tokens(text)
	if err != nil {
		return nil
	}
	var found []string
	for _, token := range tokens {
		if token.Kind == d1sql.Word || token.Kind == d1sql.Quoted {
			found = append(found, key(token.Name()))
		}
	}
	return found
}
