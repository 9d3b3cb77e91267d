package studio

import (
	"strings"
	"unicode"
)

// Trim is JavaScript's: it takes Unicode spaces, line ends and the byte order mark, but not U+0085.
func Trim(text string) string { return strings.TrimFunc(text, isSpace) }

// isSpace is the class \s of JavaScript: https://tc39.es/ecma262/#sec-white-space and #sec-line-terminators.
func isSpace(char rune) bool {
	switch char {
	case '\t', '\n', '\v', '\f', '\r', ' ', '\u00A0', '\uFEFF', '\u2028', '\u2029':
		return true
	}
	return char > 0xFF && unicode.Is(unicode.Zs, char)
}
