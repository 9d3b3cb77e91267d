// Package d1sql knows D1's dialect of SQL: how to split a script into statements, and which statements D1 refuses although
// SQLite would run them. It reads tokens, not grammar, and knows no schema.
package d1sql

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Kind distinguishes tokens as far as splitting and checking need it.
type Kind int

// The kinds. Space and Comment are insignificant; Symbol is an operator or any other character.
const (
	Space Kind = iota
	Comment
	Word   // keyword, bare identifier or number
	Text   // 'string literal'
	Quoted // "identifier", `identifier` or [identifier]
	Parameter
	Semicolon
	Symbol
)

// Token is a piece of a script. The concatenated texts of a script's tokens are the script.
type Token struct {
	Kind Kind
	Text string
	Line int // where the token starts, counted from 1
}

// Is reports whether the token is the keyword, in any case.
func (t Token) Is(keyword string) bool { return t.Kind == Word && strings.EqualFold(t.Text, keyword) }

// Name returns the identifier without its quotes.
func (t Token) Name() string {
	if t.Kind != Quoted {
		return t.Text
	}
	quote, inner := t.Text[:1], t.Text[1:len(t.Text)-1]
	return strings.ReplaceAll(inner, quote+quote, quote)
}

// Tokens splits a script into tokens as SQLite's tokenizer does (https://www.sqlite.org/lang_keywords.html,
// https://www.sqlite.org/lang_comment.html). An error names the line of an unterminated string, identifier or comment.
func Tokens(script string) ([]Token, error) {
	var tokens []Token
	line := 1
	for rest := script; rest != ""; {
		kind, length, err := next(rest)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		text := rest[:length]
		tokens = append(tokens, Token{kind, text, line})
		line += strings.Count(text, "\n")
		rest = rest[length:]
	}

	return tokens, nil
}

func next(rest string) (Kind, int, error) {
	switch c := rest[0]; {
	case isSpace(c):
		return Space, span(rest, isSpace), nil
	case strings.HasPrefix(rest, "--"):
		return Comment, until(rest, "\n"), nil
	case strings.HasPrefix(rest, "/*"):
		return comment(rest)
	case c == '\'':
		return enclosed(Text, rest, '\'', "string")
	case c == '"' || c == '`':
		return enclosed(Quoted, rest, c, "quoted identifier")
	case c == '[':
		return bracketed(rest)
	case c == ';':
		return Semicolon, 1, nil
	case c == '?':
		return Parameter, 1 + span(rest[1:], isDigit), nil
	case (c == ':' || c == '@' || c == '$') && len(rest) > 1 && isWord(rest[1]):
		return Parameter, 1 + span(rest[1:], isWord), nil
	case isWord(c):
		return Word, span(rest, isWord), nil
	case strings.HasPrefix(rest, "->>"):
		return Symbol, 3, nil
	case strings.HasPrefix(rest, "->"):
		return Symbol, 2, nil
	case isOperator(c):
		return Symbol, span(rest, isOperator), nil
	}

	_, size := utf8.DecodeRuneInString(rest)
	return Symbol, size, nil
}

// comment reads a block comment. SQLite allows the last one of a script to be unterminated, D1's splitter does not.
func comment(rest string) (Kind, int, error) {
	end := strings.Index(rest[2:], "*/")
	if end < 0 {
		return Comment, 0, errors.New("a comment that starts with /* has no end")
	}
	return Comment, end + len("/**/"), nil
}

// enclosed reads text between two quotes, in which a doubled quote means one.
func enclosed(kind Kind, rest string, quote byte, what string) (Kind, int, error) {
	for i := 1; i < len(rest); i++ {
		if rest[i] != quote {
			continue
		}
		if i+1 == len(rest) || rest[i+1] != quote {
			return kind, i + 1, nil
		}
		i++
	}
	return kind, 0, fmt.Errorf("a %s that starts with %c has no end", what, quote)
}

func bracketed(rest string) (Kind, int, error) {
	end := strings.IndexByte(rest, ']')
	if end < 0 {
		return Quoted, 0, errors.New("a quoted identifier that starts with [ has no end")
	}
	return Quoted, end + 1, nil
}

// span returns the number of bytes at the start of text for which accept is true.
func span(text string, accept func(byte) bool) int {
	for i := range len(text) {
		if !accept(text[i]) {
			return i
		}
	}
	return len(text)
}

// until returns the length of text up to the mark, or of all of it.
func until(text, mark string) int {
	if end := strings.Index(text, mark); end >= 0 {
		return end
	}
	return len(text)
}

func isSpace(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' && c != '\v' }

func isOperator(c byte) bool { return strings.IndexByte("<>=!|", c) >= 0 }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isWord(c byte) bool {
	return isDigit(c) || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' || c == '$' || c >= utf8.RuneSelf
}
