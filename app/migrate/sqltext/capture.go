package sqltext

import (
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1/d1sql"
)

// HidesFunction reports whether a table or view of this name hides a table-valued function of SQLite: FROM json_each(…) then
// fails.
func HidesFunction(name string) bool {
	name = Fold(name)
	return slices.Contains([]string{"json_each", "json_tree", "jsonb_each", "jsonb_tree"}, name) || strings.HasPrefix(name, "pragma_")
}

// HidesName reports whether a column of this name hides what statements can name without a column: a row's number, or a truth
// value.
func HidesName(column string, withoutRowid bool) bool {
	switch Fold(column) {
	case "true", "false":
		return true
	case "rowid", "_rowid_", "oid":
		return !withoutRowid
	}
	return false
}

// Mentions reports whether the tokens have the name, quoted or not. A text in single quotes in a list counts too: it may be one of
// the tables behind FROM.
func Mentions(tokens []d1sql.Token, name string) bool {
	for i := range tokens {
		found, named := nameAt(tokens, i)
		if (named || tokens[i].Kind == d1sql.Text && i > 0 && tokens[i-1].Text == ",") && Fold(found) == Fold(name) {
			return true
		}
	}
	return false
}

// JoinsBy reports whether a join USING the name is among the tokens.
func JoinsBy(tokens []d1sql.Token, name string) bool {
	for i := range tokens {
		if tokens[i].Is("USING") && Mentions(Bracket(tokens[i+1:]), name) {
			return true
		}
	}
	return false
}

// Has reports whether the keyword is among the tokens.
func Has(tokens []d1sql.Token, keyword string) bool {
	return slices.ContainsFunc(tokens, func(token d1sql.Token) bool { return token.Is(keyword) })
}

// Stars counts the SELECT * and t.* among the tokens that matter: not those of EXISTS (SELECT * …).
func Stars(tokens []d1sql.Token) int {
	found := 0
	for i := 1; i < len(tokens); i++ {
		last := tokens[i-1]
		selects := last.Is("SELECT") || last.Is("DISTINCT") || last.Is("ALL") || last.Text == "," || last.Text == "."
		exists := i > 2 && last.Is("SELECT") && tokens[i-2].Text == "(" && tokens[i-3].Is("EXISTS")
		if tokens[i].Text == "*" && selects && !exists {
			found++
		}
	}
	return found
}

// ByWidth reports whether rows of the tokens' SELECTs depend on how many columns a star stands for, and in which order: they
// are joined by UNION and the like, told apart by DISTINCT, or ordered or grouped by a column's number.
func ByWidth(tokens []d1sql.Token) bool {
	for i, token := range tokens {
		switch {
		case token.Is("UNION"), token.Is("INTERSECT"), token.Is("EXCEPT"), token.Is("DISTINCT") && i > 0 && tokens[i-1].Text != "(":
			return true
		case token.Is("BY"):
			for _, item := range SplitCommas(tokens[i+1:]) {
				if item[0].Kind == d1sql.Word && strings.Trim(item[0].Text, "0123456789") == "" {
					return true
				}
			}
		}
	}
	return false
}

// QuotedInExpressions reports whether a table's or index's definition has the name in double quotes where SQLite takes it for
// a text unless a column has that name: in a CHECK, a generated column, or an index's terms and condition.
func QuotedInExpressions(definition []d1sql.Token, name string) bool {
	index := !StartsWith(definition, "CREATE", "TABLE")
	on := slices.IndexFunc(definition, func(token d1sql.Token) bool { return token.Is("ON") })
	for i, token := range definition {
		within := index && i > on+1
		if !index && i+1 < len(definition) && definition[i+1].Text == "(" && (token.Is("CHECK") || token.Is("AS")) {
			within = slices.ContainsFunc(Bracket(definition[i+1:]), func(inner d1sql.Token) bool { return doubleQuoted(inner, name) })
			if within {
				return true
			}
			continue
		}
		if within && doubleQuoted(token, name) {
			return true
		}
	}
	return false
}

func doubleQuoted(token d1sql.Token, name string) bool {
	return token.Kind == d1sql.Quoted && token.Text[0] == '"' && Fold(token.Name()) == Fold(name)
}
