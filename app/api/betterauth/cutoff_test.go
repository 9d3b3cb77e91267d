package betterauth_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api/apitest"
)

// Endpoints that hand out tokens or change accounts ignore the session cache: a session that was revoked a moment ago does
// not count.
func TestRevokedSessionsReachNoAccounts(t *testing.T) {
	google := map[string]any{"providerId": "google"}
	routes := map[string]func(*apitest.Browser) apitest.Answer{
		"get-access-token": func(b *apitest.Browser) apitest.Answer { return b.Post("/api/auth/get-access-token", google) },
		"refresh-token":    func(b *apitest.Browser) apitest.Answer { return b.Post("/api/auth/refresh-token", google) },
		"account-info":     func(b *apitest.Browser) apitest.Answer { return b.Get("/api/auth/account-info?accountId=sub-gina") },
		"link-social": func(b *apitest.Browser) apitest.Answer {
			return b.Post("/api/auth/link-social", map[string]any{"provider": "github"})
		},
		"unlink-account": func(b *apitest.Browser) apitest.Answer { return b.Post("/api/auth/unlink-account", google) },
	}

	for name, ask := range routes {
		t.Run(name, func(t *testing.T) {
			site := apitest.New(t)
			site.Providers.Google["gina"] = linked
			thief := site.Browser()
			thief.SignUp("Gina")
			require.Equal(t, "/studio", thief.Link("google", "gina").Location())
			thief.Get("/api/auth/get-session?disableCookieCache=1")
			require.NotEmpty(t, thief.Cookies[apitest.SessionData])
			calls := len(site.Providers.Calls)
			site.SQL("DELETE FROM session")

			response := ask(thief)

			assert.Equal(t, http.StatusUnauthorized, response.Code, response.Body.String())
			assert.Len(t, site.Providers.Calls, calls, "no provider was asked")
			assert.EqualValues(t, 2, site.Count("SELECT count(*) FROM account"))
			assert.Equal(t, http.StatusOK, thief.Get("/api/me").Code, "a plain read goes on until the cache is over")
		})
	}
}

// Reading an access token takes one trip, including the proof.
func TestAccessTokenTakesOneTrip(t *testing.T) {
	site := apitest.New(t)
	site.Providers.Google["gina"] = linked
	b := site.Browser()
	require.Equal(t, "/studio", b.Consent("google", "gina").Location())
	site.DB.Trips = 0
	require.Equal(t, http.StatusOK, b.Post("/api/auth/get-access-token", map[string]any{"providerId": "google"}).Code)
	assert.Equal(t, 1, site.DB.Trips)
}

// A session cache that was written before the password was changed or reset, or before the owner took the account over,
// does not count. Then the session decides, for every read, in the same trip.
func TestCachesFromBeforeACutOffCountForNothing(t *testing.T) {
	reads := []string{"/api/me", "/api/history", "/api/history/none", "/api/auth/list-sessions", "/api/auth/list-accounts"}
	events := map[string]struct {
		happen  func(*apitest.Browser, *apitest.Browser) apitest.Answer // by a second browser of the user, and by one that is signed out
		expired bool                                                    // the other session is gone
	}{
		"change":            {happen: func(b, _ *apitest.Browser) apitest.Answer { return change(b, false) }},
		"change and revoke": {happen: func(b, _ *apitest.Browser) apitest.Answer { return change(b, true) }, expired: true},
		"reset": {happen: func(_, b *apitest.Browser) apitest.Answer {
			b.SQL(`INSERT INTO verification (id, identifier, value, expires_at) SELECT 'v', 'reset-password:r', id, ? FROM user`, b.Now().Unix()+60)
			return b.Post("/api/auth/reset-password", map[string]any{"token": "r", "newPassword": "brand-new-1"})
		}},
		"the owner comes": {happen: func(_, b *apitest.Browser) apitest.Answer { return b.Consent("google", "gina") }, expired: true},
	}

	for name, event := range events {
		for _, ahead := range []time.Duration{0, 50 * time.Second, -50 * time.Second} { // of the isolate that wrote the cache
			t.Run(name, func(t *testing.T) {
				site := apitest.New(t)
				site.Providers.Google["gina"] = linked
				b, other := site.Browser(), site.Browser()
				b.SignUp("Gina")
				require.Equal(t, http.StatusOK, other.SignIn("Gina").Code)
				other.Get("/api/me")
				site.Later(time.Minute + ahead)
				other.Get("/api/auth/get-session?disableCookieCache=1")
				require.NotEmpty(t, other.Cookies[apitest.SessionData])
				site.Later(-ahead)

				done := event.happen(b, site.Browser())
				require.Contains(t, []int{http.StatusOK, http.StatusFound}, done.Code, done.Body.String())

				for _, path := range reads {
					site.DB.Trips = 0
					response := other.Get(path)
					assert.Equal(t, event.expired, response.Code == http.StatusUnauthorized, "%s: %d", path, response.Code)
					if !event.expired || !strings.HasPrefix(path, "/api/auth") {
						assert.Equal(t, 1, site.DB.Trips, path)
					}
				}
			})
		}
	}
}

func change(b *apitest.Browser, revoke bool) apitest.Answer {
	return b.Post("/api/auth/change-password", map[string]any{
		"currentPassword": apitest.Password, "newPassword": "another horse", "revokeOtherSessions": revoke,
	})
}

// A cache that was written long after a cut-off counts again, without the session.
func TestCachesFromAfterACutOffCount(t *testing.T) {
	site := apitest.New(t)
	b := site.Browser()
	b.SignUp("Ada")
	require.Equal(t, http.StatusOK, change(b, false).Code)
	site.Later(2 * time.Minute)
	b.Get("/api/auth/get-session?disableCookieCache=1")
	site.SQL("DELETE FROM session")
	assert.Equal(t, http.StatusOK, b.Get("/api/me").Code)
}

func TestCutOffsAreSwept(t *testing.T) {
	site := apitest.New(t)
	b := site.Browser()
	b.SignUp("Ada")
	require.Equal(t, http.StatusOK, change(b, false).Code)
	token := map[string]any{"provider": "google", "idToken": map[string]any{"token": site.Providers.IDToken(gina)}}
	require.Equal(t, http.StatusOK, site.Browser().Post("/api/auth/sign-in/social", token).Code)

	require.NoError(t, site.App.Scheduled(context.Background(), site.Now()))
	assert.EqualValues(t, 1, site.Count("SELECT count(*) FROM user_cutoff"), "caches may be younger")
	assert.EqualValues(t, 2, site.Count("SELECT count(*) FROM used_id_token"), "it has not expired: one row for it, one for its client")

	site.Later(2 * time.Hour)
	require.NoError(t, site.App.Scheduled(context.Background(), site.Now()))
	assert.Zero(t, site.Count("SELECT count(*) FROM user_cutoff"))
	assert.Zero(t, site.Count("SELECT count(*) FROM used_id_token"))
}

// Of two changes of one password the second is told that the current password is wrong.
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
				assert.Equal(t, apitest.AuthError("INVALID_PASSWORD", "Invalid password"), answer.Body.String())
			}
		}
		prefix, more = apitest.NextSchedule(steps)
	}
}
