package cookie

import (
	"net/url"
	"strings"
	"unicode/utf8"
)

// decodeComponent is JavaScript's decodeURIComponent, but returns a text that cannot be decoded as it is.
func decodeComponent(text string) string {
	if !strings.Contains(text, "%") {
		return text
	}
	decoded, err := url.PathUnescape(text)
	if err != nil || !utf8.ValidString(decoded) {
		return text
	}
	return decoded
}

const upperHex = "0123456789ABCDEF"

// EncodeComponent is JavaScript's encodeURIComponent: it escapes all but A-Z a-z 0-9 - _ . ! ~ * ' ( ).
func EncodeComponent(text string) string {
	var to strings.Builder
	for i := range len(text) {
		switch c := text[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.IndexByte("-_.!~*'()", c) >= 0:
			to.WriteByte(c)
		default:
			to.Write([]byte{'%', upperHex[c>>4], upperHex[c&15]})
		}
	}
	return to.String()
}
