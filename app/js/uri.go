package js

import (
	"net/url"
	"strings"
	"unicode/utf8"
)

// EncodeURIComponent is encodeURIComponent: everything but A-Z a-z 0-9 - _ . ! ~ * ' ( ) is escaped.
func EncodeURIComponent(text string) string {
	const hex = "0123456789ABCDEF"
	var to strings.Builder
	for i := range len(text) {
		if c := text[i]; unreserved(c) {
			to.WriteByte(c)
		} else {
			to.Write([]byte{'%', hex[c>>4], hex[c&15]})
		}
	}
	return to.String()
}

func unreserved(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-_.!~*'()", c) >= 0
}

// DecodeURIComponent is decodeURIComponent, except that it returns the text unchanged where JavaScript throws a URIError.
func DecodeURIComponent(text string) string {
	if !strings.Contains(text, "%") {
		return text
	}
	decoded, err := url.PathUnescape(text)
	if err != nil || !utf8.ValidString(decoded) {
		return text
	}
	return decoded
}
