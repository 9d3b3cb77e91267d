package cookie

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// scanner reads the content of a session cache member by member, as FormatCache and better-auth write it, for a fraction
// of what encoding/json costs WebAssembly. It fails on any other form, and on escapes.
type scanner struct {
	rest   string
	failed bool
}

// scanContent reads a content; false if it is for encoding/json to read.
func scanContent(text []byte) (cacheContent, bool) {
	s := &scanner{rest: string(text)}
	var read cacheContent

	s.skip(`{"session":`)
	s.session(&read.Session)
	s.skip(`,"user":`)
	s.user(&read.User)
	s.skip(`,"updatedAt":`)
	read.UpdatedAt = s.number()
	s.skip(`,"version":`)
	read.Version = s.text()
	s.skip(`}`)

	return read, !s.failed && len(s.rest) == 0
}

func (s *scanner) session(into *Session) {
	s.skip(`{"expiresAt":`)
	into.ExpiresAt = s.date()
	s.skip(`,"token":`)
	into.Token = s.text()
	s.skip(`,"createdAt":`)
	into.CreatedAt = s.date()
	s.skip(`,"updatedAt":`)
	into.UpdatedAt = s.date()
	s.skip(`,"ipAddress":`)
	into.IPAddress = s.nullText()
	s.skip(`,"userAgent":`)
	into.UserAgent = s.nullText()
	s.skip(`,"userId":`)
	into.UserID = s.text()
	s.skip(`,"id":`)
	into.ID = s.text()
	s.skip(`}`)
}

func (s *scanner) user(into *User) {
	s.skip(`{"name":`)
	into.Name = s.text()
	s.skip(`,"email":`)
	into.Email = s.text()
	s.skip(`,"emailVerified":`)
	into.EmailVerified = s.next("true")
	if !into.EmailVerified {
		s.skip("false")
	}
	s.skip(`,"image":`)
	into.Image = s.nullText()
	s.skip(`,"createdAt":`)
	into.CreatedAt = s.date()
	s.skip(`,"updatedAt":`)
	into.UpdatedAt = s.date()
	s.skip(`,"id":`)
	into.ID = s.text()
	s.skip(`}`)
}

// next skips a literal if it comes next, and reports whether it did.
func (s *scanner) next(literal string) bool {
	rest, found := strings.CutPrefix(s.rest, literal)
	s.rest = rest
	return found
}

func (s *scanner) skip(literal string) {
	if !s.next(literal) {
		s.failed = true
	}
}

func (s *scanner) text() string {
	s.skip(`"`)
	value, rest, closed := strings.Cut(s.rest, `"`)
	if !closed || !isPlain(value) {
		s.failed = true
		return ""
	}
	s.rest = rest
	return value
}

// isPlain reports whether a text means what it says: no escapes, no control characters, UTF-8.
func isPlain(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] == '\\' {
			return false
		}
	}
	return utf8.ValidString(text)
}

func (s *scanner) nullText() *string {
	if s.next("null") {
		return nil
	}
	value := s.text()
	return &value
}

func (s *scanner) number() float64 {
	rest := strings.TrimLeft(s.rest, "0123456789")
	number, err := strconv.ParseFloat(s.rest[:len(s.rest)-len(rest)], 64)
	if err != nil {
		s.failed = true
	}
	s.rest = rest
	return number
}

func (s *scanner) date() time.Time {
	date, err := time.Parse(time.RFC3339, s.text())
	if err != nil {
		s.failed = true
	}
	return date
}
