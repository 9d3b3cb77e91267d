package d1sql

import "strings"

// Statement is one statement of a script, from its first significant token to its last, without the final semicolon: D1 would
// take a comment after it for a second, empty statement and fail.
type Statement struct {
	SQL    string
	Line   int
	Tokens []Token // the significant ones: no spaces, no comments
}

// Split returns the statements of a script, without empty ones and without the comments between them. The semicolons inside a
// trigger's body don't end it: as for sqlite3_complete, a trigger ends with `;` `END` `;`, which no CASE can form.
func Split(script string) ([]Statement, error) {
	tokens, err := Tokens(script)
	if err != nil {
		return nil, err
	}

	var statements []Statement
	var current builder
	for _, token := range tokens {
		if token.Kind == Semicolon && current.complete() {
			statements = current.flush(statements)
			continue
		}
		current.add(token)
	}

	return current.flush(statements), nil
}

// builder collects the tokens of one statement.
type builder struct {
	text        strings.Builder
	gap         strings.Builder // insignificant text since the last significant token
	significant []Token
}

func (b *builder) add(token Token) {
	if token.Kind == Space || token.Kind == Comment {
		if len(b.significant) > 0 {
			b.gap.WriteString(token.Text)
		}
		return
	}
	b.text.WriteString(b.gap.String())
	b.gap.Reset()
	b.text.WriteString(token.Text)
	b.significant = append(b.significant, token)
}

// complete reports whether a semicolon would end the statement here.
func (b *builder) complete() bool {
	n := len(b.significant)
	return !isTrigger(b.significant) || n >= 2 && b.significant[n-1].Is("END") && b.significant[n-2].Kind == Semicolon
}

func (b *builder) flush(statements []Statement) []Statement {
	if len(b.significant) > 0 {
		statements = append(statements, Statement{b.text.String(), b.significant[0].Line, b.significant})
	}
	*b = builder{}
	return statements
}

// isTrigger reports whether the tokens begin with CREATE [TEMP] TRIGGER, possibly after EXPLAIN.
func isTrigger(tokens []Token) bool {
	tokens = skip(skip(skip(tokens, "EXPLAIN"), "QUERY"), "PLAN")
	if len(tokens) == 0 || !tokens[0].Is("CREATE") {
		return false
	}
	tokens = skip(skip(tokens[1:], "TEMP"), "TEMPORARY")
	return len(tokens) > 0 && tokens[0].Is("TRIGGER")
}

// skip returns the tokens without the keyword if they start with it.
func skip(tokens []Token, keyword string) []Token {
	if len(tokens) > 0 && tokens[0].Is(keyword) {
		return tokens[1:]
	}
	return tokens
}
