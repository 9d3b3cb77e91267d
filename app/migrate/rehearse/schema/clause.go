package schema

import (
	"cmp"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1/d1sql"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// definition writes the definition of an index, view or trigger. An index's lacks its own name, because a UNIQUE
// constraint's index has none.
func definition(kind string, tokens []d1sql.Token) string {
	on := slices.IndexFunc(tokens, func(token d1sql.Token) bool { return token.Is("ON") })
	if strings.HasSuffix(kind, "index") && on >= 0 {
		tokens = withoutAscending(tokens[on:])
	}
	return sqltext.Canonical(tokens)
}

// withoutAscending leaves out ASC, which is how an index is anyway.
func withoutAscending(tokens []d1sql.Token) []d1sql.Token {
	var kept []d1sql.Token
	for i, token := range tokens {
		last := i+1 < len(tokens) && (tokens[i+1].Text == "," || tokens[i+1].Text == ")")
		if !(token.Is("ASC") && last && i > 0 && tokens[i-1].Text != "(" && tokens[i-1].Text != ",") {
			kept = append(kept, token)
		}
	}
	return kept
}

// isUnique reports whether an index's definition begins with CREATE UNIQUE.
func isUnique(tokens []d1sql.Token) bool { return len(tokens) > 1 && tokens[1].Is("UNIQUE") }

// Clause is a part of a table's definition, with the column that it belongs to if that matters.
type Clause struct{ Text, Column string }

// clauses returns what a table's definition says beyond its columns, defaults and keys: CHECK and generated
// expressions, collations, AUTOINCREMENT, ON CONFLICT, deferred foreign keys, and the options after the last bracket
// (STRICT, WITHOUT ROWID). A virtual table's are its module and arguments.
func clauses(tokens []d1sql.Token, virtual bool) []Clause {
	if virtual {
		using := max(0, slices.IndexFunc(tokens, func(token d1sql.Token) bool { return token.Is("USING") }))
		return []Clause{{sqltext.Canonical(tokens[using:]), ""}}
	}
	open := slices.IndexFunc(tokens, func(token d1sql.Token) bool { return token.Text == "(" })
	if open < 0 {
		return nil
	}
	body := sqltext.Bracket(tokens[open:])

	var found []Clause
	for _, part := range sqltext.BracketItems(body) {
		found = append(found, clausesOf(part)...)
	}
	for _, option := range sqltext.SplitCommas(tokens[open+len(body):]) {
		found = append(found, Clause{sqltext.Canonical(option), ""})
	}
	slices.SortFunc(found, func(a, b Clause) int { return strings.Compare(a.Text+"\x00"+a.Column, b.Text+"\x00"+b.Column) })
	return found
}

// clausesOf returns the clauses of one column's or one constraint's definition.
func clausesOf(part []d1sql.Token) []Clause {
	column := ""
	if !constraint(part) {
		column = sqltext.Fold(sqltext.Name(part[:1]))
	}
	var found []Clause
	for i := 0; i < len(part); i++ {
		token, rest := part[i], part[i+1:]
		switch {
		case token.Text == "(": // of a type, a default, a list of columns
			inside := sqltext.Bracket(part[i:])
			for j := range inside[:len(inside)-1] {
				if inside[j].Is("COLLATE") && constraint(part) {
					found = append(found, Clause{"collate " + sqltext.Fold(inside[j+1].Name()), sqltext.Canonical(inside)})
				}
			}
			i += len(inside) - 1
		case token.Is("AUTOINCREMENT"):
			found = append(found, Clause{"autoincrement", ""})
		case token.Is("COLLATE") && len(rest) > 0 && rest[0].Is("BINARY"): // as without
		case token.Is("COLLATE") && len(rest) > 0:
			found = append(found, Clause{"collate " + sqltext.Fold(rest[0].Name()), column})
		case sqltext.StartsWith(part[i:], "ON", "CONFLICT") && len(rest) > 1:
			found = append(found, Clause{"on conflict " + sqltext.Fold(rest[1].Text), column})
		case sqltext.StartsWith(part[i:], "INITIALLY", "DEFERRED"):
			found = append(found, Clause{"deferred foreign key", cmp.Or(column, referring(part))})
		case (token.Is("CHECK") || token.Is("AS")) && len(rest) > 0 && rest[0].Text == "(":
			inside := sqltext.Bracket(rest)
			owner := column
			if token.Is("CHECK") {
				owner = ""
			}
			found = append(found, Clause{sqltext.Fold(token.Text) + " " + sqltext.Canonical(inside), owner})
			i += len(inside)
		}
	}

	return found
}

// referring returns the column of a table's foreign key of one column.
func referring(part []d1sql.Token) string {
	at := slices.IndexFunc(part, func(token d1sql.Token) bool { return token.Is("KEY") })
	if at < 0 || at+3 >= len(part) || part[at+3].Text != ")" {
		return ""
	}
	return sqltext.Fold(part[at+2].Name())
}

// constraint reports whether a part of a table's definition is a constraint and not a column.
func constraint(part []d1sql.Token) bool {
	for _, word := range [...]string{"CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"} {
		if part[0].Is(word) {
			return true
		}
	}
	return false
}
