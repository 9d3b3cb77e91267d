package auth

import (
	"time"
	"unicode/utf8"
)

// What stands in cookies is signed, and what is signed is the text that JavaScript's JSON.stringify writes. encoding/json
// differs from it (it escapes U+2028 and U+2029 always), so the few values that go into a cookie are written here.

// isoMillis is JavaScript's form of a date: UTC, milliseconds, Z.
const isoMillis = "2006-01-02T15:04:05.000Z"

// AppendJSON appends the user in better-auth's form and key order.
func (u User) AppendJSON(to []byte) []byte {
	to = appendText(append(to, `{"name":`...), u.Name)
	to = appendText(append(to, `,"email":`...), u.Email)
	to = append(to, `,"emailVerified":`...)
	if u.EmailVerified {
		to = append(to, "true"...)
	} else {
		to = append(to, "false"...)
	}
	to = appendNullText(append(to, `,"image":`...), u.Image)
	to = appendDate(append(to, `,"createdAt":`...), u.CreatedAt)
	to = appendDate(append(to, `,"updatedAt":`...), u.UpdatedAt)
	to = appendText(append(to, `,"id":`...), u.ID)
	return append(to, '}')
}

// AppendJSON appends the session in better-auth's form and key order.
func (s Session) AppendJSON(to []byte) []byte {
	to = appendDate(append(to, `{"expiresAt":`...), s.ExpiresAt)
	to = appendText(append(to, `,"token":`...), s.Token)
	to = appendDate(append(to, `,"createdAt":`...), s.CreatedAt)
	to = appendDate(append(to, `,"updatedAt":`...), s.UpdatedAt)
	to = appendNullText(append(to, `,"ipAddress":`...), s.IPAddress)
	to = appendNullText(append(to, `,"userAgent":`...), s.UserAgent)
	to = appendText(append(to, `,"userId":`...), s.UserID)
	to = appendText(append(to, `,"id":`...), s.ID)
	return append(to, '}')
}

// MarshalJSON writes the user as AppendJSON does.
func (u User) MarshalJSON() ([]byte, error) { return u.AppendJSON(make([]byte, 0, 256)), nil }

// MarshalJSON writes the session as AppendJSON does.
func (s Session) MarshalJSON() ([]byte, error) { return s.AppendJSON(make([]byte, 0, 384)), nil }

func appendDate(to []byte, at time.Time) []byte {
	to = at.UTC().AppendFormat(append(to, '"'), isoMillis)
	return append(to, '"')
}

func appendNullText(to []byte, text *string) []byte {
	if text == nil {
		return append(to, "null"...)
	}
	return appendText(to, *text)
}

// appendText appends a string as JSON.stringify writes it: escapes for the quote, the backslash and control characters
// only. What is not UTF-8 becomes U+FFFD, as it does when JavaScript decodes a text.
func appendText(to []byte, text string) []byte {
	const hex = "0123456789abcdef"
	to = append(to, '"')
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case c == '"' || c == '\\':
			to = append(to, '\\', c)
		case c >= ' ' && c < utf8.RuneSelf:
			to = append(to, c)
		case c == '\b':
			to = append(to, '\\', 'b')
		case c == '\t':
			to = append(to, '\\', 't')
		case c == '\n':
			to = append(to, '\\', 'n')
		case c == '\f':
			to = append(to, '\\', 'f')
		case c == '\r':
			to = append(to, '\\', 'r')
		case c < ' ':
			to = append(to, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			r, size := utf8.DecodeRuneInString(text[i:])
			to = utf8.AppendRune(to, r)
			i += size
			continue
		}
		i++
	}
	return append(to, '"')
}
