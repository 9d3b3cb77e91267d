package auth

import (
	"bytes"
	"strconv"
	"time"
	"unicode/utf8"
)

// cacheText reads the content of a session cache member by member, as writeCache and better-auth write it, for a fraction
// of what encoding/json costs WebAssembly. It fails on any other form, and on escapes.
type cacheText struct {
	rest   []byte
	failed bool
}

// readCacheText returns what a content says; false if it is for encoding/json to read.
func readCacheText(content []byte) (cacheContent, bool) {
	text := &cacheText{rest: content}
	var claims cacheContent
	s, u := &claims.Session, &claims.User
	text.skip(`{"session":{"expiresAt":`)
	s.ExpiresAt = text.date()
	text.skip(`,"token":`)
	s.Token = text.text()
	text.skip(`,"createdAt":`)
	s.CreatedAt = text.date()
	text.skip(`,"updatedAt":`)
	s.UpdatedAt = text.date()
	text.skip(`,"ipAddress":`)
	s.IPAddress = text.nullText()
	text.skip(`,"userAgent":`)
	s.UserAgent = text.nullText()
	text.skip(`,"userId":`)
	s.UserID = text.text()
	text.skip(`,"id":`)
	s.ID = text.text()
	text.skip(`},"user":{"name":`)
	u.Name = text.text()
	text.skip(`,"email":`)
	u.Email = text.text()
	text.skip(`,"emailVerified":`)
	u.EmailVerified = text.next("true")
	if !u.EmailVerified {
		text.skip("false")
	}
	text.skip(`,"image":`)
	u.Image = text.nullText()
	text.skip(`,"createdAt":`)
	u.CreatedAt = text.date()
	text.skip(`,"updatedAt":`)
	u.UpdatedAt = text.date()
	text.skip(`,"id":`)
	u.ID = text.text()
	text.skip(`},"updatedAt":`)
	claims.UpdatedAt = text.number()
	text.skip(`,"version":`)
	claims.Version = text.text()
	text.skip(`}`)
	return claims, !text.failed && len(text.rest) == 0
}

// next reads a literal if it comes next.
func (t *cacheText) next(literal string) bool {
	rest, found := bytes.CutPrefix(t.rest, []byte(literal))
	t.rest = rest
	return found
}

func (t *cacheText) skip(literal string) {
	if !t.next(literal) {
		t.failed = true
	}
}

func (t *cacheText) text() string {
	t.skip(`"`)
	value, rest, closed := bytes.Cut(t.rest, []byte{'"'})
	if !closed || bytes.IndexByte(value, '\\') >= 0 || !utf8.Valid(value) || bytes.ContainsFunc(value, isControl) {
		t.failed = true
		return ""
	}
	t.rest = rest
	return string(value)
}

func isControl(r rune) bool { return r < ' ' }

func (t *cacheText) nullText() *string {
	if t.next("null") {
		return nil
	}
	value := t.text()
	return &value
}

func (t *cacheText) number() float64 {
	rest := bytes.TrimLeft(t.rest, "0123456789")
	number, err := strconv.ParseFloat(string(t.rest[:len(t.rest)-len(rest)]), 64)
	if err != nil {
		t.failed = true
	}
	t.rest = rest
	return number
}

func (t *cacheText) date() time.Time {
	date, err := time.Parse(time.RFC3339, t.text())
	if err != nil {
		t.failed = true
	}
	return date
}
