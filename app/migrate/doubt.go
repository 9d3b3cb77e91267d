package migrate

import (
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1/d1sql"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// tables are what an estimate knows of the target: each table's name in lower case, and whether it is STRICT.
type tables map[string]bool

func tablesOf(inspected inspection) tables {
	known := tables{}
	for _, entry := range inspected.entries {
		if tokens, err := sqltext.Tokens(entry.SQL); err == nil && entry.Kind == "table" {
			known.learn(entry.Name, tokens)
		}
	}
	return known
}

// learn notes a table and the statement that creates it.
func (t tables) learn(name string, tokens []d1sql.Token) {
	end := len(tokens)
	for end > 0 && tokens[end-1].Text != ")" {
		end--
	}
	t[sqltext.Fold(name)] = slices.ContainsFunc(tokens[end:], func(token d1sql.Token) bool { return token.Is("STRICT") })
}

// columnMayFail says why a table may refuse the column that a statement adds, or refuse rows because of it; empty if
// nothing shows that.
func (t tables) columnMayFail(s d1sql.Statement) string {
	tokens := sqltext.Without(sqltext.AfterName(s.Tokens[2:])[1:], "COLUMN")
	if len(tokens) == 0 {
		return "" // SQLite refuses it
	}
	word := func(keyword string) bool {
		return slices.ContainsFunc(tokens, func(token d1sql.Token) bool { return token.Is(keyword) })
	}
	defaults := defaultsIn(tokens)
	empty := func(value d1sql.Token) bool { return value.Is("NULL") }

	switch {
	case notNull(tokens) && (len(defaults) == 0 || slices.ContainsFunc(defaults, empty)):
		return "not null, without a default"
	case computes(tokens), word("CONSTRAINT"):
		return "computed or checked: it may refuse rows"
	case word("PRIMARY"), word("UNIQUE"):
		return "a key can't be added to a table"
	case word("CURRENT_TIME"), word("CURRENT_DATE"), word("CURRENT_TIMESTAMP"):
		return "its default is no constant"
	case word("REFERENCES") && slices.ContainsFunc(defaults, func(value d1sql.Token) bool { return !empty(value) }):
		return "its default refers to a row"
	case word("REFERENCES") && !t.hasParent(tokens):
		return "it refers to a table that does not exist"
	case t[sqltext.Fold(sqltext.Name(s.Tokens[2:]))] && !strictTakes(tokens, defaults):
		return "a STRICT table may refuse its type or default"
	}
	return ""
}

// hasParent reports whether the table is known that the column refers to.
func (t tables) hasParent(tokens []d1sql.Token) bool {
	i := slices.IndexFunc(tokens, func(token d1sql.Token) bool { return token.Is("REFERENCES") })
	_, found := t[sqltext.Fold(sqltext.Name(tokens[i+1:]))]
	return found
}

// defaultsIn returns the first token of each default, without a sign.
func defaultsIn(tokens []d1sql.Token) []d1sql.Token {
	var found []d1sql.Token
	for i, token := range tokens[:len(tokens)-1] {
		if !token.Is("DEFAULT") {
			continue
		}
		value := tokens[i+1:]
		for len(value) > 1 && (value[0].Text == "+" || value[0].Text == "-") {
			value = value[1:]
		}
		found = append(found, value[0])
	}
	return found
}

func notNull(tokens []d1sql.Token) bool {
	for i := range tokens {
		if sqltext.StartsWith(tokens[i:], "NOT", "NULL") {
			return true
		}
	}
	return false
}

// computes reports whether an added column has a CHECK, an expression or a computed default, which may refuse rows.
func computes(tokens []d1sql.Token) bool {
	for i, token := range tokens[:len(tokens)-1] {
		if tokens[i+1].Text == "(" && (token.Is("CHECK") || token.Is("AS") || token.Is("DEFAULT")) {
			return true
		}
	}
	return false
}

// strictTakes reports whether a STRICT table surely takes a column: its type is one of
// https://www.sqlite.org/stricttables.html, and its defaults are constants of that type.
func strictTakes(tokens, defaults []d1sql.Token) bool {
	if len(tokens) < 2 {
		return false
	}
	kind := strings.ToLower(tokens[1].Name())
	if !slices.Contains([]string{"int", "integer", "real", "text", "blob", "any"}, kind) {
		return false
	}
	return !slices.ContainsFunc(defaults, func(value d1sql.Token) bool {
		isText, isNumber := value.Kind == d1sql.Text, strings.Trim(value.Text, "0123456789") == ""
		fits := value.Is("NULL") || kind == "any" || kind == "text" && isText || (kind == "int" || kind == "integer" || kind == "real") && isNumber
		return !fits
	})
}

// quotesInExpression reports whether a name in double quotes is where SQLite may take it for a text: in what is selected,
// inserted or indexed, and in a CHECK, a default or a generated column.
func quotesInExpression(s d1sql.Statement) bool {
	for i, token := range s.Tokens[:len(s.Tokens)-1] {
		rest := s.Tokens[i+1:]
		switch {
		case token.Is("VALUES"), token.Is("SELECT"):
		case rest[0].Text == "(" && (token.Is("CHECK") || token.Is("DEFAULT") || token.Is("AS")):
			rest = sqltext.Bracket(rest)
		case token.Is("DEFAULT"):
			rest = rest[:1]
		case token.Is("INDEX") && i < 3:
			rest = rest[max(0, slices.IndexFunc(rest, func(token d1sql.Token) bool { return token.Text == "(" })):]
		default:
			continue
		}
		if slices.ContainsFunc(rest, func(token d1sql.Token) bool { return token.Kind == d1sql.Quoted && token.Text[0] == '"' }) {
			return true
		}
	}
	return false
}
