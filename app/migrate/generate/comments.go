package generate

import (
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1/d1sql"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// remarks are the comments of a schema file, by what they are about.
type remarks struct {
	header  string            // of the file
	footer  string            // below the last statement
	objects map[string]string // above the statement that creates the object, by its name in lower case
	behind  map[string]string // behind that statement, on its last line
	above   map[Name]string   // above a column
	beside  map[Name]string   // behind a column, on its line
}

// readRemarks reads the comments of a schema file that has been read.
func readRemarks(text string, read *source) (remarks, error) {
	found := remarks{objects: map[string]string{}, behind: map[string]string{}, above: map[Name]string{}, beside: map[Name]string{}}
	tokens, err := d1sql.Tokens(text)
	if err != nil {
		return found, err
	}

	for i, key := range read.order {
		gap, rest := splitGap(tokens)
		lead := strings.TrimSpace(gap)
		if i == 0 {
			found.header, lead = splitHeader(gap)
		}
		if lead != "" {
			found.objects[key] = lead
		}
		statement := read.statements[key]
		found.behind[key], tokens = splitLine(skipStatement(rest, len(statement.Tokens)))
		if _, table := read.definitions[key]; table {
			if err := found.addColumns(key, statement.SQL); err != nil {
				return found, err
			}
		}
	}
	rest, _ := splitGap(tokens)
	found.footer = strings.TrimSpace(rest)
	return found, nil
}

// splitGap returns the comments before the first statement, and the tokens from there on.
func splitGap(tokens []d1sql.Token) (gap string, rest []d1sql.Token) {
	start := slices.IndexFunc(tokens, func(t d1sql.Token) bool {
		return t.Kind != d1sql.Space && t.Kind != d1sql.Comment && t.Kind != d1sql.Semicolon
	})
	if start < 0 {
		start = len(tokens)
	}
	var text strings.Builder
	for _, token := range tokens[:start] {
		if token.Kind != d1sql.Semicolon {
			text.WriteString(token.Text)
		}
	}
	return text.String(), tokens[start:]
}

// skipStatement returns what follows a statement of so many tokens, without spaces and comments.
func skipStatement(tokens []d1sql.Token, length int) []d1sql.Token {
	for i, token := range tokens {
		if token.Kind == d1sql.Space || token.Kind == d1sql.Comment {
			continue
		}
		if length--; length == 0 {
			return tokens[i+1:]
		}
	}
	return nil
}

// splitLine returns the comment on the line of what has ended, and the tokens after it.
func splitLine(tokens []d1sql.Token) (comment string, rest []d1sql.Token) {
	for i, token := range tokens {
		switch {
		case token.Kind == d1sql.Comment:
			return strings.TrimSpace(token.Text), tokens[i+1:]
		case token.Kind != d1sql.Semicolon && (token.Kind != d1sql.Space || strings.Contains(token.Text, "\n")):
			return "", tokens
		}
	}
	return "", tokens
}

// splitHeader splits the comments before the first statement: those that a blank line sets apart are about the file.
func splitHeader(gap string) (header, lead string) {
	at := strings.LastIndex(gap, "\n\n")
	if at < 0 {
		return "", strings.TrimSpace(gap)
	}
	return strings.TrimSpace(gap[:at]), strings.TrimSpace(gap[at:])
}

// addColumns reads the comments inside a CREATE TABLE statement.
func (r remarks) addColumns(table, sql string) error {
	tokens, err := d1sql.Tokens(sql)
	if err != nil {
		return err
	}

	var last Name
	for _, piece := range pieces(tokens) {
		read := readPart(piece)
		if len(read.tokens) == 0 {
			continue
		}

		next := Name{Table: table}
		if !constrains(read.tokens) {
			next.Column = sqltext.Fold(sqltext.Name(read.tokens[:1]))
		}

		seen, fresh := false, false
		for _, token := range piece {
			switch {
			case token.Kind == d1sql.Space:
				fresh = fresh || strings.Contains(token.Text, "\n")
			case token.Kind != d1sql.Comment:
				seen = true
			case seen && next.Column != "":
				r.beside[next] = token.Text
			case !seen && !fresh && last.Column != "":
				r.beside[last] = token.Text
			case !seen && next.Column != "":
				r.above[next] = strings.TrimPrefix(r.above[next]+"\n"+token.Text, "\n")
			}
		}
		last = next
	}

	return nil
}
