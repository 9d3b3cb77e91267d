package cookie

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// cacheOfNode is the output of better-auth's code for cachedSession and cachedUser at cacheTime under testSecret.
const cacheOfNode = "eyJzZXNzaW9uIjp7InNlc3Npb24iOnsiZXhwaXJlc0F0IjoiMjAyNi0wMi0xN1QxMjowMDowMC4wMDBaIiwidG9rZW4iOiJ0b2siLCJjcmVhdGVkQXQiOiIyMDI2LTAyLTEwVDEyOjAwOjAwLjAwMFoiLCJ1cGRhdGVkQXQiOiIyMDI2LTAyLTEwVDEyOjAwOjAwLjAwMFoiLCJpcEFkZHJlc3MiOiIiLCJ1c2VyQWdlbnQiOiJhIFwiYlwiIFxcIFx0XHUwMDAxfyIsInVzZXJJZCI6InUxIiwiaWQiOiJzMSJ9LCJ1c2VyIjp7Im5hbWUiOiI8QT4m4oCoIMO88J-YgC8iLCJlbWFpbCI6ImFAYi50ZXN0IiwiZW1haWxWZXJpZmllZCI6dHJ1ZSwiaW1hZ2UiOm51bGwsImNyZWF0ZWRBdCI6IjIwMjYtMDItMTBUMTI6MDA6MDAuMDAwWiIsInVwZGF0ZWRBdCI6IjIwMjYtMDItMTBUMTI6MDA6MDAuMDAwWiIsImlkIjoidTEifSwidXBkYXRlZEF0IjoxNzcwNzI0ODAwMTIzLCJ2ZXJzaW9uIjoiMSJ9LCJleHBpcmVzQXQiOjE3NzA3MjUxMDAxMjMsInNpZ25hdHVyZSI6Il9udVIyTWdyWHJFaFZ0VV9YOGlUNnFBVVNBdllMRlk3ZW5xZWhSRUxhWlEifQ"

var cacheTime = time.UnixMilli(1770724800123)

// cacheLife is how long the caches of these tests are valid.
const cacheLife = 5 * time.Minute

func cachedSession() Session {
	at := time.Date(2026, 2, 10, 12, 0, 0, 0, time.UTC)
	address, agent := "", "a \"b\" \\ \t\x01\x7f"
	return Session{
		ID: "s1", Token: "tok", UserID: "u1", IPAddress: &address, UserAgent: &agent,
		ExpiresAt: at.Add(7 * 24 * time.Hour), CreatedAt: at, UpdatedAt: at,
	}
}

func cachedUser() User {
	at := time.Date(2026, 2, 10, 12, 0, 0, 0, time.UTC)
	return User{ID: "u1", Name: "<A>&\u2028 ü😀/", Email: "a@b.test", EmailVerified: true, CreatedAt: at, UpdatedAt: at}
}

func TestFormatCache(t *testing.T) {
	format := NewFormat("http://localhost", testSecret)
	assert.Equal(t, cacheOfNode, format.FormatCache(cachedSession(), cachedUser(), cacheTime, cacheLife))
}

func TestParseCache(t *testing.T) {
	content, err := base64.RawURLEncoding.DecodeString(cacheOfNode)
	require.NoError(t, err)
	edited := func(old, replacement string) string {
		require.Contains(t, string(content), old)
		return base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(content), old, replacement, 1)))
	}
	cases := map[string]struct {
		value string
		at    time.Time
		want  error
	}{
		"as it was made":    {cacheOfNode, cacheTime, nil},
		"at its last":       {cacheOfNode, cacheTime.Add(cacheLife), nil},
		"expired":           {cacheOfNode, cacheTime.Add(cacheLife + time.Millisecond), ErrCacheExpired},
		"another user":      {edited(`"id":"u1"`, `"id":"u2"`), cacheTime, ErrCacheForged},
		"longer life":       {edited(`"expiresAt":1770725100123`, `"expiresAt":9770725100123`), cacheTime, ErrCacheForged},
		"without signature": {edited(`"signature"`, `"signed"`), cacheTime, ErrCacheForged},
		"cut":               {cacheOfNode[:40], cacheTime, ErrCacheMalformed},
		"with padding":      {cacheOfNode + "==", cacheTime, nil},
		"empty":             {"", cacheTime, ErrCacheMalformed},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			format := NewFormat("http://localhost", testSecret)
			read, err := format.ParseCache(tc.value, tc.at)
			require.ErrorIs(t, err, tc.want)
			if tc.want == nil {
				assert.Equal(t, Cache{cachedSession(), cachedUser(), cacheTime, read.Content}, read)
			}
		})
	}
}

func TestCacheOfAnotherSecret(t *testing.T) {
	_, err := NewFormat("http://localhost", "another").ParseCache(cacheOfNode, cacheTime)
	assert.ErrorIs(t, err, ErrCacheForged)
}

// A cache is read as it was written.
func TestCacheComesBack(t *testing.T) {
	format := NewFormat("http://localhost", testSecret)
	rapid.Check(t, func(t *rapid.T) {
		session, user := cachedSession(), cachedUser()
		user.Name = rapid.String().Draw(t, "name")
		*session.UserAgent = rapid.String().Draw(t, "agent")

		read, err := format.ParseCache(format.FormatCache(session, user, cacheTime, cacheLife), cacheTime)

		if err != nil || read.User.Name != user.Name || *read.Session.UserAgent != *session.UserAgent {
			t.Fatalf("%+v, %+v came back as %+v, %v", session, user, read, err)
		}
	})
}

// The scanner reads what encoding/json reads, or leaves it to that.
func TestScanContent(t *testing.T) {
	plain := `{"session":{"expiresAt":"2026-02-17T12:00:00.000Z","token":"tok","createdAt":"2026-02-10T12:00:00.000Z",` +
		`"updatedAt":"2026-02-10T12:00:00.000Z","ipAddress":null,"userAgent":"a ü","userId":"u1","id":"s1"},` +
		`"user":{"name":"Ada","email":"a@b.test","emailVerified":false,"image":"https://a.test/1.png",` +
		`"createdAt":"2026-02-10T12:00:00.000Z","updatedAt":"2026-02-10T12:00:00.500Z","id":"u1"},"updatedAt":1770724800123,"version":"1"}`
	cases := map[string]struct {
		old, replacement string
		usual            bool
	}{
		"as it is written":  {"", "", true},
		"a verified user":   {"false", "true", true},
		"an escape":         {"Ada", `A\u0064a`, false},
		"a quote":           {"Ada", `A\"a`, false},
		"another order":     {`"userId":"u1","id":"s1"`, `"id":"s1","userId":"u1"`, false},
		"one more member":   {`"id":"u1"}`, `"id":"u1","role":"x"}`, false},
		"a number for text": {`"tok"`, `1`, false},
		"no date":           {"2026-02-17T12", "2026-02-17 12", false},
		"bytes":             {"Ada", "A\xffa", false},
		"a control":         {"Ada", "A\na", false},
		"more after it":     {`"version":"1"}`, `"version":"1"}}`, false},
	}

	for situation, tc := range cases {
		t.Run(situation, func(t *testing.T) {
			content := []byte(strings.Replace(plain, tc.old, tc.replacement, 1))
			read, usual := scanContent(content)
			require.Equal(t, tc.usual, usual)
			if usual {
				var want cacheContent
				require.NoError(t, json.Unmarshal(content, &want))
				assert.Equal(t, want, read)
			}
		})
	}
}

// A cache without our signature is refused; one with it, whatever it contains, is read or refused.
func FuzzSessionCache(f *testing.F) {
	content, _ := base64.RawURLEncoding.DecodeString(cacheOfNode)
	signed, _, _, _ := cutEnvelope(content)
	f.Add(string(signed))
	f.Add(`{"session":{"expiresAt":"2026-02-17"},"user":{"id":1},"version":2}`)
	f.Add(cacheOfNode)
	f.Add(base64.RawURLEncoding.EncodeToString([]byte(`{"session":null,"expiresAt":1e3,"signature":null}`)))
	f.Add(base64.RawURLEncoding.EncodeToString([]byte(`{"session":{"session":[],"user":1},"expiresAt":{}}`)))
	format := NewFormat("http://localhost", testSecret)
	f.Fuzz(func(t *testing.T, value string) {
		if read, err := format.ParseCache(value, cacheTime); err == nil && read.User.ID != "u1" {
			t.Fatalf("forged: %+v", read)
		}
		expires := []byte("1770725100123")
		envelope := `{"session":` + value + `,"expiresAt":` + string(expires) + `,"signature":"` + format.cacheSignature([]byte(value), expires) + `"}`
		read, err := format.ParseCache(base64.RawURLEncoding.EncodeToString([]byte(envelope)), cacheTime)
		if err != nil {
			return
		}

		var shown struct{ Session, User json.RawMessage }
		if err := json.Unmarshal(read.Content, &shown); err != nil || read.User.ID == "" || read.Session.ExpiresAt.IsZero() {
			t.Fatalf("read, but cannot be shown: %+v, %v", read, err)
		}
	})
}
