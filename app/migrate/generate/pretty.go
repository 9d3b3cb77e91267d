package generate

import (
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1/d1sql"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// prettyTable writes a CREATE TABLE statement in canonical form, a column per line, with the comments that fit.
func prettyTable(table, sql string, known remarks) string {
	tokens, err := d1sql.Tokens(sql)
	open := slices.IndexFunc(tokens, func(t d1sql.Token) bool { return t.Text == "(" })
	if err != nil || open < 0 {
		return sql
	}

	var text strings.Builder
	text.WriteString(written(tokens[:open]) + " (\n")
	list := pieces(tokens)
	for i, piece := range list {
		read := readPart(piece)
		name := Name{Table: table}
		if !constrains(read.tokens) {
			name.Column = sqltext.Fold(sqltext.Name(read.tokens[:1]))
		}
		if above := known.above[name]; above != "" && name.Column != "" {
			text.WriteString("\t" + strings.ReplaceAll(above, "\n", "\n\t") + "\n")
		}
		text.WriteString("\t" + written(piece))
		if i < len(list)-1 {
			text.WriteString(",")
		}
		if beside := known.beside[name]; beside != "" && name.Column != "" {
			text.WriteString(" " + beside)
		}
		text.WriteString("\n")
	}
	text.WriteString(")")
	if options := written(tokens[open+len(sqltext.Bracket(tokens[open:])):]); options != "" {
		text.WriteString(" " + options)
	}
	return text.String()
}

// keywords are written in capitals where they are no names.
const keywords = " create table index unique on where primary key not null default check references delete update cascade restrict " +
	"set no action collate generated always as stored virtual constraint foreign autoincrement deferrable initially deferred " +
	"immediate without rowid strict asc desc "

// written writes a part of a definition with single spaces, capitals for keywords outside brackets, and names without
// quotes where they need none.
func written(tokens []d1sql.Token) string {
	var text strings.Builder
	var last d1sql.Token
	depth, space := 0, false
	for _, token := range tokens {
		switch token.Kind {
		case d1sql.Space, d1sql.Comment:
			space = true
			continue
		}

		word := token.Text
		switch {
		case last.Is("DEFAULT"): // a quoted name is a text here
		case token.Kind == d1sql.Quoted && token.Text[0] != '"' || token.Kind == d1sql.Quoted && depth == 0:
			word = bare(token.Name())
		case token.Kind == d1sql.Word && depth == 0 && text.Len() > 0 && !names(last) && strings.Contains(keywords, " "+strings.ToLower(word)+" "):
			word = strings.ToUpper(word)
		}

		if text.Len() > 0 && (space || last.Text == ",") && word != "," && word != ")" && last.Text != "(" {
			text.WriteByte(' ')
		}

		text.WriteString(word)
		switch token.Text {
		case "(":
			depth++
		case ")":
			depth--
		}
		last, space = token, false
	}

	return text.String()
}

// names reports whether a name follows the token.
func names(token d1sql.Token) bool {
	return slices.ContainsFunc([]string{"REFERENCES", "CONSTRAINT", "COLLATE", "TABLE", "INDEX"}, token.Is)
}
