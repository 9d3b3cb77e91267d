// Package dotenv reads files of NAME=value lines as the npm package dotenv does, which wrangler reads .dev.vars with and
// drizzle-kit's users read .env with. It expands nothing: a $ in a value is a $. It knows no name.
package dotenv

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"unicode/utf8"
)

// space is white space in the sense of JavaScript's \s and trim.
const space = "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"

// line is dotenv's expression of the same name, https://github.com/motdotla/dotenv/blob/v16.6.1/lib/main.js. JavaScript
// ends a line at U+2028 and U+2029 too, where Go's (?m) does not.
var line = regexp.MustCompile(strings.NewReplacer("SPACE", "["+space+"]", "BEGIN", `(?:^|[\x{2028}\x{2029}])`, "END", `(?:$|[\x{2028}\x{2029}])`,
	"REST", `[^\n\x{2028}\x{2029}]*`).Replace(
	`(?m)BEGINSPACE*(?:exportSPACE+)?([\w.-]+)(?:SPACE*=SPACE*?|:SPACE+?)` +
		`(SPACE*'(?:\\'|[^'])*'|SPACE*"(?:\\"|[^"])*"|SPACE*` + "`(?:\\\\`|[^`])*`" + `|[^#\r\n]+)?SPACE*(?:#REST)?END`))

// Read reads a file. Its errors name the file and a line, and never quote what is written there.
func Read(path string) (map[string]string, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	values, err := Parse(content)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return values, nil
}

// Parse reads a file's content; if a name is given twice, the last value counts. Two mistakes that dotenv ignores, so that a
// secret is wrong or missing for no visible reason, are errors here: a line that is not NAME=value, and a quote
// that opens a value and is never closed.
func Parse(content []byte) (map[string]string, error) {
	if !utf8.Valid(content) {
		return nil, errors.New("it is not in UTF-8: save it as UTF-8")
	}
	values, flaw := parse(string(content))
	if flaw != nil {
		return nil, flaw
	}
	return values, nil
}

// parse returns what dotenv reads, and the mistakes that dotenv ignores.
func parse(text string) (values map[string]string, flaw error) {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
	values = map[string]string{}
	read := 0

	for {
		found := line.FindStringSubmatchIndex(text[read:])
		if found == nil {
			return values, cmp.Or(flaw, unreadable(text, read, len(text)))
		}
		value := ""
		if found[4] >= 0 {
			value = strings.Trim(text[read+found[4]:read+found[5]], space)
		}
		name := text[read+found[2] : read+found[3]]
		flaw = cmp.Or(flaw, unreadable(text, read, read+found[0]), unclosed(name, value))
		values[name] = unquote(value)
		read += found[1]
	}
}

// unquote removes the quotes of a value, and replaces \n and \r if it begins with a double quote.
func unquote(value string) string {
	double := strings.HasPrefix(value, `"`)
	value = stripQuotes(value)
	if double {
		value = strings.ReplaceAll(value, `\n`, "\n")
		value = strings.ReplaceAll(value, `\r`, "\r")
	}
	return value
}

// stripQuotes is dotenv's replacement of /^(['"`])([\s\S]*)\1$/mg by $2: from a quote at the beginning of a line to the last
// one of its kind at the end of a line.
func stripQuotes(value string) string {
	var kept strings.Builder
	for at := 0; at < len(value); {
		end := 0
		if isQuote(value[at]) && endsLine(value[:at]) {
			end = closing(value, at)
		}
		if end > 0 {
			kept.WriteString(value[at+1 : end])
			at = end + 1
			continue
		}
		kept.WriteByte(value[at])
		at++
	}

	return kept.String()
}

func isQuote(char byte) bool { return char == '\'' || char == '"' || char == '`' }

// endsLine reports whether what follows the text begins a line.
func endsLine(text string) bool {
	return text == "" || strings.HasSuffix(text, "\n") || strings.HasSuffix(text, "\u2028") || strings.HasSuffix(text, "\u2029")
}

// closing returns the index of the quote that closes the one at an index; 0 if there is none.
func closing(value string, open int) int {
	for at := len(value) - 1; at > open; at-- {
		after := value[at+1:]
		ends := after == "" || strings.HasPrefix(after, "\n") || strings.HasPrefix(after, "\u2028") || strings.HasPrefix(after, "\u2029")
		if ends && value[at] == value[open] {
			return at
		}
	}
	return 0
}

// unreadable reports the first line of text[from:to] that is neither blank nor a comment.
func unreadable(text string, from, to int) error {
	at := 1 + strings.Count(text[:from], "\n")
	for skipped := range strings.SplitSeq(text[from:to], "\n") {
		if skipped = strings.Trim(skipped, space); skipped != "" && skipped[0] != '#' {
			return fmt.Errorf("line %d is not NAME=value", at)
		}
		at++
	}
	return nil
}

// unclosed reports a value that begins with the only quote of its kind in it.
func unclosed(name, value string) error {
	if value == "" || !isQuote(value[0]) || strings.Count(value, value[:1]) > 1 {
		return nil
	}
	return fmt.Errorf("the value of %s opens a quote that nothing closes", name)
}
