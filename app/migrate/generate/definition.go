package generate

import (
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1/d1sql"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// definition is a CREATE TABLE statement, taken apart.
type definition struct {
	columns     map[string]part // by names in lower case
	constraints []part
}

// part is the definition of a column, or a constraint of the table.
type part struct {
	text   string // as it was written, without comments
	tokens []d1sql.Token
}

// readDefinition takes a CREATE TABLE statement apart.
func readDefinition(sql string) (definition, error) {
	tokens, err := d1sql.Tokens(sql)
	if err != nil {
		return definition{}, err
	}

	found := definition{columns: map[string]part{}}
	for _, piece := range pieces(tokens) {
		read := readPart(piece)
		switch {
		case len(read.tokens) == 0:
		case constrains(read.tokens):
			found.constraints = append(found.constraints, read)
		default:
			found.columns[sqltext.Fold(sqltext.Name(read.tokens[:1]))] = read
		}
	}
	return found, nil
}

// pieces returns what is between the commas of the first bracket, with spaces and comments.
func pieces(tokens []d1sql.Token) [][]d1sql.Token {
	open := slices.IndexFunc(tokens, func(t d1sql.Token) bool { return t.Text == "(" })
	if open < 0 {
		return nil
	}
	return sqltext.BracketItems(sqltext.Bracket(tokens[open:]))
}

// readPart reads a part from its tokens.
func readPart(tokens []d1sql.Token) part {
	var text strings.Builder
	var significant []d1sql.Token
	for _, token := range tokens {
		switch token.Kind {
		case d1sql.Space, d1sql.Comment:
			if text.Len() > 0 && !strings.HasSuffix(text.String(), " ") {
				text.WriteString(" ")
			}
		default:
			text.WriteString(token.Text)
			significant = append(significant, token)
		}
	}

	return part{strings.TrimSpace(text.String()), significant}
}

// constrains reports whether a part is a constraint of the table.
func constrains(tokens []d1sql.Token) bool {
	return slices.ContainsFunc([]string{"CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"}, tokens[0].Is)
}

// withoutUnique returns a column's definition without UNIQUE, which ALTER TABLE can't add: an index does the same.
func (p part) withoutUnique() string {
	tokens, err := d1sql.Tokens(p.text)
	if err != nil {
		return p.text
	}

	var kept []d1sql.Token
	depth := 0
	for _, token := range tokens {
		switch token.Text {
		case "(":
			depth++
		case ")":
			depth--
		}
		if depth > 0 || !token.Is("UNIQUE") {
			kept = append(kept, token)
			continue
		}
		if n := len(kept); n > 3 && kept[n-4].Is("CONSTRAINT") {
			kept = kept[:n-4] // CONSTRAINT name UNIQUE
		}
	}
	return readPart(kept).text
}

// unnamed returns a constraint without CONSTRAINT and its name.
func (p part) unnamed() []d1sql.Token {
	if len(p.tokens) > 2 && p.tokens[0].Is("CONSTRAINT") {
		return p.tokens[2:]
	}
	return p.tokens
}

// belongsTo returns the text with which a constraint of the table can be a column's own, if it is about these columns
// and the last of them is the column: CHECK, or a foreign key of one column.
func (p part) belongsTo(column string, added []string) (string, bool) {
	tokens := p.unnamed()
	switch {
	case tokens[0].Is("CHECK"):
		last := ""
		for _, name := range added {
			if slices.ContainsFunc(tokens, func(t d1sql.Token) bool { return sqltext.Fold(t.Name()) == name && t.Kind != d1sql.Text }) {
				last = name
			}
		}
		return p.text, last == column
	case sqltext.StartsWith(tokens, "FOREIGN", "KEY") && len(tokens) > 5 && tokens[4].Text == ")":
		at := strings.Index(strings.ToUpper(p.text), "REFERENCES")
		return p.text[max(0, at):], at >= 0 && sqltext.Fold(tokens[3].Name()) == column
	}

	return "", false
}
