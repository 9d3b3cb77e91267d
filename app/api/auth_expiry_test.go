package api_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A session ends at one instant for whoever asks: reads, purchases, lists, with the session cache and without.
func TestSessionsEndAtOneInstant(t *testing.T) {
	ways := map[string]func(*browser) bool{
		"get-session":   func(b *browser) bool { return b.get("/api/auth/get-session").body["user"] != nil },
		"list-sessions": func(b *browser) bool { return b.get("/api/auth/list-sessions").Body.Len() > len("[]") },
		"me":            func(b *browser) bool { return b.get("/api/me").Code == http.StatusOK },
		"history":       func(b *browser) bool { return b.get("/api/history").Code == http.StatusOK },
		"purchase": func(b *browser) bool {
			return b.post("/api/workflows/video-from-reference", map[string]any{}).Code != http.StatusUnauthorized
		},
		"verify-password": func(b *browser) bool {
			return b.post("/api/auth/verify-password", map[string]any{"password": password}).Code == http.StatusOK
		},
	}
	instants := map[time.Duration]bool{ // after the end of the session: whether it holds
		-time.Second: true, -time.Millisecond: true, 0: true,
		1: false, time.Millisecond: false, 999 * time.Millisecond: false, time.Second: false,
	}
	for way, holds := range ways {
		for _, withCache := range []bool{true, false} {
			for after, want := range instants {
				site := newSite(t)
				ada := site.browser()
				ada.signUpFor24Hours("Ada")
				end := site.now.Add(24 * time.Hour)
				site.now = end.Add(-30 * time.Second)
				require.Equal(t, http.StatusOK, ada.post("/api/auth/update-user", map[string]any{"name": "Ada"}).Code)
				require.NotEmpty(t, ada.cookies[sessionData])
				if !withCache {
					delete(ada.cookies, sessionData)
				}

				site.now = end.Add(after)

				assert.Equal(t, want, holds(ada), "%s, %v after the end, cache %v", way, after, withCache)
			}
		}
	}
}

// signUpFor24Hours signs up without being remembered: the session is not rolled on.
func (b *browser) signUpFor24Hours(name string) {
	response := b.post("/api/auth/sign-up/email", map[string]any{
		"name": name, "email": "ada@example.test", "password": password, "rememberMe": false,
	})
	require.Equal(b.t, http.StatusOK, response.Code, response.Body.String())
}
