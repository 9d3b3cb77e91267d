package js

import (
	"strings"
	"unicode"
	"unicode/utf16"
)

// Trim is String.prototype.trim. It removes Unicode spaces, line ends and the byte order mark, but not U+0085.
func Trim(text string) string { return strings.TrimFunc(text, IsSpace) }

// IsSpace reports whether a character is of the class \s: https://tc39.es/ecma262/#sec-white-space and
// #sec-line-terminators.
func IsSpace(char rune) bool {
	switch char {
	case '\t', '\n', '\v', '\f', '\r', ' ', '\u00A0', '\uFEFF', '\u2028', '\u2029':
		return true
	}
	return char > 0xFF && unicode.Is(unicode.Zs, char)
}

// ToLower is String.prototype.toLowerCase. Go maps İ to a plain i; JavaScript keeps the dot as a combining character, so
// that two e-mail addresses stay different.
func ToLower(text string) string {
	return strings.ToLower(strings.ReplaceAll(text, "İ", "i̇"))
}

// Length is String.prototype.length: the number of UTF-16 code units.
func Length(text string) int {
	length := 0
	for _, char := range text {
		length += utf16.RuneLen(char)
	}
	return length
}
