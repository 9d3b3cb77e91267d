package api_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What hands out tokens or changes accounts believes no session cache: a session that was revoked a moment ago is none.
func TestRevokedSessionsReachNoAccounts(t *testing.T) {
	google := map[string]any{"providerId": "google"}
	routes := map[string]func(*browser) answer{
		"get-access-token": func(b *browser) answer { return b.post("/api/auth/get-access-token", google) },
		"refresh-token":    func(b *browser) answer { return b.post("/api/auth/refresh-token", google) },
		"account-info":     func(b *browser) answer { return b.get("/api/auth/account-info?accountId=sub-gina") },
		"link-social":      func(b *browser) answer { return b.post("/api/auth/link-social", map[string]any{"provider": "github"}) },
		"unlink-account":   func(b *browser) answer { return b.post("/api/auth/unlink-account", google) },
	}
	for name, ask := range routes {
		t.Run(name, func(t *testing.T) {
			site := newSite(t)
			site.providers.google["gina"] = linked
			thief := site.browser()
			thief.signUp("Gina")
			require.Equal(t, "/studio", thief.link("google", "gina").location())
			thief.get("/api/auth/get-session?disableCookieCache=1")
			require.NotEmpty(t, thief.cookies[sessionData])
			calls := len(site.providers.calls)
			site.sql("DELETE FROM session")

			response := ask(thief)

			assert.Equal(t, http.StatusUnauthorized, response.Code, response.Body.String())
			assert.Len(t, site.providers.calls, calls, "no provider was asked")
			assert.EqualValues(t, 2, site.count("SELECT count(*) FROM account"))
			assert.Equal(t, http.StatusOK, thief.get("/api/me").Code, "a plain read goes on until the cache is over")
		})
	}
}

// To read an access token takes one trip, proof included.
func TestAccessTokenTakesOneTrip(t *testing.T) {
	site := newSite(t)
	site.providers.google["gina"] = linked
	b := site.browser()
	require.Equal(t, "/studio", b.consent("google", "gina").location())
	site.db.trips = 0
	require.Equal(t, http.StatusOK, b.post("/api/auth/get-access-token", map[string]any{"providerId": "google"}).Code)
	assert.Equal(t, 1, site.db.trips)
}

// A session cache from before a change of the password, a reset, or the owner's coming, counts for nothing: whether the
// session is still there decides, for every read, in the same trip.
func TestCachesFromBeforeACutOffCountForNothing(t *testing.T) {
	reads := []string{"/api/me", "/api/history", "/api/history/none", "/api/auth/list-sessions", "/api/auth/list-accounts"}
	events := map[string]struct {
		happen  func(*browser, *browser) answer // by whom who is signed in too, and by one who is not
		expired bool                            // the other session is gone
	}{
		"change":            {happen: func(b, _ *browser) answer { return b.change(false) }},
		"change and revoke": {happen: func(b, _ *browser) answer { return b.change(true) }, expired: true},
		"reset": {happen: func(_, b *browser) answer {
			b.sql(`INSERT INTO verification (id, identifier, value, expires_at) SELECT 'v', 'reset-password:r', id, ? FROM user`, b.now.Unix()+60)
			return b.post("/api/auth/reset-password", map[string]any{"token": "r", "newPassword": "brand-new-1"})
		}},
		"the owner comes": {happen: func(_, b *browser) answer { return b.consent("google", "gina") }, expired: true},
	}
	for name, event := range events {
		for _, ahead := range []time.Duration{0, 50 * time.Second, -50 * time.Second} { // of the isolate that wrote the cache
			t.Run(name, func(t *testing.T) {
				site := newSite(t)
				site.providers.google["gina"] = linked
				b, other := site.browser(), site.browser()
				b.signUp("Gina")
				require.Equal(t, http.StatusOK, other.signIn("Gina").Code)
				other.get("/api/me")
				site.now = site.now.Add(time.Minute + ahead)
				other.get("/api/auth/get-session?disableCookieCache=1")
				require.NotEmpty(t, other.cookies[sessionData])
				site.now = site.now.Add(-ahead)

				done := event.happen(b, site.browser())
				require.Contains(t, []int{http.StatusOK, http.StatusFound}, done.Code, done.Body.String())

				for _, path := range reads {
					site.db.trips = 0
					response := other.get(path)
					assert.Equal(t, event.expired, response.Code == http.StatusUnauthorized, "%s: %d", path, response.Code)
					if !event.expired || !strings.HasPrefix(path, "/api/auth") {
						assert.Equal(t, 1, site.db.trips, path)
					}
				}
			})
		}
	}
}

func (b *browser) change(revoke bool) answer {
	return b.post("/api/auth/change-password", map[string]any{
		"currentPassword": password, "newPassword": "another horse", "revokeOtherSessions": revoke,
	})
}

// A cache from long after a cut-off vouches again, without the session.
func TestCachesFromAfterACutOffCount(t *testing.T) {
	site := newSite(t)
	b := site.browser()
	b.signUp("Ada")
	require.Equal(t, http.StatusOK, b.change(false).Code)
	site.now = site.now.Add(2 * time.Minute)
	b.get("/api/auth/get-session?disableCookieCache=1")
	site.sql("DELETE FROM session")
	assert.Equal(t, http.StatusOK, b.get("/api/me").Code)
}

func TestCutOffsAreSwept(t *testing.T) {
	site := newSite(t)
	b := site.browser()
	b.signUp("Ada")
	require.Equal(t, http.StatusOK, b.change(false).Code)
	token := map[string]any{"provider": "google", "idToken": map[string]any{"token": site.providers.idToken(gina)}}
	require.Equal(t, http.StatusOK, site.browser().post("/api/auth/sign-in/social", token).Code)

	require.NoError(t, site.app.Scheduled(context.Background(), site.now))
	assert.EqualValues(t, 1, site.count("SELECT count(*) FROM user_cutoff"), "caches may be younger")
	assert.EqualValues(t, 1, site.count("SELECT count(*) FROM used_id_token"), "it has not expired")

	site.now = site.now.Add(2 * time.Hour)
	require.NoError(t, site.app.Scheduled(context.Background(), site.now))
	assert.Zero(t, site.count("SELECT count(*) FROM user_cutoff"))
	assert.Zero(t, site.count("SELECT count(*) FROM used_id_token"))
}

// Of two changes on one current password the second is told that it is not the current one any more.
func TestOfTwoChangesOneWins(t *testing.T) {
	world := squattedWorld(t)
	acts := world.acts()
	change := acts[1]
	require.Equal(t, "change", change.name)
	var prefix []int
	for more := true; more; {
		steps, outcome := world.interleave([]act{change, change.again(true)}, prefix)
		assert.ElementsMatch(t, []string{"done", "refused"}, outcome.answers)
		assert.Len(t, outcome.passwords, 1)
		for _, answer := range world.answered {
			if answer.Code != http.StatusOK {
				assert.Equal(t, wire("INVALID_PASSWORD", "Invalid password"), answer.Body.String())
			}
		}
		prefix, more = next(steps)
	}
}
