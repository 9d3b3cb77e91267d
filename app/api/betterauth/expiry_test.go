package betterauth_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api/apitest"
)

// A session ends at the same instant for reads, purchases and lists, with the session cache and without.
func TestSessionsEndAtOneInstant(t *testing.T) {
	ways := map[string]func(*apitest.Browser) bool{
		"get-session":   func(b *apitest.Browser) bool { return b.Get("/api/auth/get-session").JSON["user"] != nil },
		"list-sessions": func(b *apitest.Browser) bool { return b.Get("/api/auth/list-sessions").Body.Len() > len("[]") },
		"me":            func(b *apitest.Browser) bool { return b.Get("/api/me").Code == http.StatusOK },
		"history":       func(b *apitest.Browser) bool { return b.Get("/api/history").Code == http.StatusOK },
		"purchase": func(b *apitest.Browser) bool {
			return b.Post("/api/workflows/video-from-reference", map[string]any{}).Code != http.StatusUnauthorized
		},
		"verify-password": func(b *apitest.Browser) bool {
			return b.Post("/api/auth/verify-password", map[string]any{"password": apitest.Password}).Code == http.StatusOK
		},
	}

	instants := map[time.Duration]bool{ // after the end of the session: whether it is valid
		-time.Second: true, -time.Millisecond: true, 0: true,
		1: false, time.Millisecond: false, 999 * time.Millisecond: false, time.Second: false,
	}
	for way, holds := range ways {
		for _, withCache := range []bool{true, false} {
			for after, want := range instants {
				site := apitest.New(t)
				ada := site.Browser()
				signUpFor24Hours(ada, "Ada")
				end := site.Now().Add(24 * time.Hour)
				site.SetClock(end.Add(-30 * time.Second))
				require.Equal(t, http.StatusOK, ada.Post("/api/auth/update-user", map[string]any{"name": "Ada"}).Code)
				require.NotEmpty(t, ada.Cookies[apitest.SessionData])
				if !withCache {
					delete(ada.Cookies, apitest.SessionData)
				}

				site.SetClock(end.Add(after))

				assert.Equal(t, want, holds(ada), "%s, %v after the end, cache %v", way, after, withCache)
			}
		}
	}
}

// signUpFor24Hours signs up without being remembered: the session is not rolled on.
func signUpFor24Hours(b *apitest.Browser, name string) {
	response := b.Post("/api/auth/sign-up/email", map[string]any{
		"name": name, "email": "ada@example.test", "password": apitest.Password, "rememberMe": false,
	})
	require.Equal(b.T, http.StatusOK, response.Code, response.Body.String())
}
