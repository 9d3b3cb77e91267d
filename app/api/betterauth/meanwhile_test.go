package betterauth_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api/apitest"
	"github.com/addreams/addreams/app/d1"
)

// A link that was begun and not finished ends with the session that began it, even if it would only renew tokens.
func TestALinkEndsWithTheSessionThatBeganIt(t *testing.T) {
	ends := map[string]func(thief, owner *apitest.Browser) apitest.Answer{
		"sign-out": func(thief, _ *apitest.Browser) apitest.Answer {
			return thief.Post("/api/auth/sign-out", map[string]any{})
		},
		"revoke others": func(_, owner *apitest.Browser) apitest.Answer {
			return owner.Post("/api/auth/revoke-other-sessions", map[string]any{})
		},
		"revoke all": func(_, owner *apitest.Browser) apitest.Answer {
			return owner.Post("/api/auth/revoke-sessions", map[string]any{})
		},
		"change and revoke": func(_, owner *apitest.Browser) apitest.Answer { return change(owner, true) },
		"the owner comes":   func(_, owner *apitest.Browser) apitest.Answer { return owner.Consent("github", "hub") },
	}

	for name, end := range ends {
		for _, again := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				site := apitest.New(t)
				thief, owner := site.Browser(), site.Browser()
				thief.SignUp("Gina")
				require.Equal(t, http.StatusOK, owner.SignIn("Gina").Code)
				site.Providers.Google["gina"] = linked
				site.Providers.GitHub["hub"] = apitest.GitHubUser{Profile: `{"id":42,"login":"hub"}`, Emails: `[{"email":"gina@example.test","primary":true,"verified":true}]`}
				if again {
					require.Equal(t, "/studio", owner.Link("google", "gina").Location())
					site.SQL("UPDATE account SET access_token = 'old'")
				}
				state := thief.Begin("/api/auth/link-social", "google", nil)
				require.Contains(t, []int{http.StatusOK, http.StatusFound}, end(thief, owner).Code)

				response := thief.Get("/api/auth/callback/google?code=gina&state=" + url.QueryEscape(state))

				assert.Equal(t, apitest.PublicURL+"/api/auth/error?error=unable_to_link_account", response.Location())
				assert.Zero(t, site.Count("SELECT count(*) FROM account WHERE access_token = 'google_gina'"))
			})
		}
	}
}

// Tokens that a provider sends while the session ends are not handed out, but stored: the old refresh token may be used up.
func TestTokensOfASessionThatEndsMeanwhile(t *testing.T) {
	cases := map[string]struct {
		meanwhile string
		want      int
		kept      int64
	}{
		"session revoked":  {"DELETE FROM session", http.StatusUnauthorized, 1},
		"account unlinked": {"DELETE FROM account WHERE provider_id = 'google'", http.StatusBadRequest, 0},
		"new consent":      {"UPDATE account SET refresh_token = 'newest', access_token = 'newest' WHERE provider_id = 'google'", http.StatusOK, 0},
	}

	for name, tc := range cases {
		for _, route := range []string{"refresh-token", "get-access-token"} {
			t.Run(name+", "+route, func(t *testing.T) {
				site := apitest.New(t)
				gina := linkedGina(site)
				site.Providers.Answers["https://oauth2.googleapis.com/token"] = func() (int, string) {
					site.SQL(tc.meanwhile)
					return http.StatusOK, `{"access_token":"fresh","refresh_token":"rotated","expires_in":3600}`
				}

				response := gina.Post("/api/auth/"+route, map[string]any{"providerId": "google"})

				assert.Equal(t, tc.want, response.Code, response.Body.String())
				assert.Equal(t, tc.want == http.StatusOK, response.JSON["accessToken"] == "fresh")
				assert.Equal(t, tc.kept, site.Count("SELECT count(*) FROM account WHERE access_token = 'fresh' AND refresh_token = 'rotated'"))
			})
		}
	}
}

// A session that is deleted between being found and being rolled on is gone: no answer contains it, and no cookie is
// made from it.
func TestASessionThatGoesMeanwhile(t *testing.T) {
	cases := map[string]struct {
		before string // a part of the statement that comes too late
		ask    func(*apitest.Browser) apitest.Answer
		want   int
		body   string
	}{
		"get-session":   {"UPDATE session", func(b *apitest.Browser) apitest.Answer { return b.Get("/api/auth/get-session") }, 200, "null"},
		"list-sessions": {"UPDATE session", func(b *apitest.Browser) apitest.Answer { return b.Get("/api/auth/list-sessions") }, 401, ""},
		"purchase": {"UPDATE session", func(b *apitest.Browser) apitest.Answer {
			return b.Post("/api/workflows/video-from-reference", map[string]any{})
		}, 401, "UNAUTHORIZED"},
		"link-social": {"INSERT INTO verification", func(b *apitest.Browser) apitest.Answer {
			return b.Post("/api/auth/link-social", map[string]any{"provider": "google"})
		}, 401, ""},
		"update-user": {"UPDATE user", func(b *apitest.Browser) apitest.Answer {
			return b.Post("/api/auth/update-user", map[string]any{"name": "x"})
		}, 401, ""},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			site := apitest.New(t)
			b := site.Browser()
			b.SignUp("Ada")
			delete(b.Cookies, apitest.SessionData)
			site.Later(2 * 24 * time.Hour)
			site.DB.Database = meanwhileDB{site.DB.Database, tc.before, "DELETE FROM session"}

			response := tc.ask(b)

			assert.Equal(t, tc.want, response.Code, response.Body.String())
			assert.Contains(t, response.Body.String(), tc.body)
			assert.NotContains(t, response.Body.String(), "ada@example.test")
			for _, cookie := range response.Result().Cookies() {
				assert.Empty(t, cookie.Value, cookie.Name)
			}
			assert.Zero(t, site.Count("SELECT count(*) FROM verification"))
		})
	}
}

// meanwhileDB lets something happen just before a statement.
type meanwhileDB struct {
	d1.Database
	before, happens string
}

func (db meanwhileDB) Batch(ctx context.Context, statements ...d1.Statement) ([]d1.Result, error) {
	for _, statement := range statements {
		if strings.Contains(statement.SQL, db.before) {
			if _, err := d1.Query(ctx, db.Database, db.happens); err != nil {
				return nil, err
			}
		}
	}
	return db.Database.Batch(ctx, statements...)
}

// A first sign-in that finds, when it is written, that the provider's account exists meanwhile, signs in to that one: no
// user without an account is left behind.
func TestAnAccountThatComesMeanwhile(t *testing.T) {
	site := apitest.New(t)
	site.Browser().SignUp("Ada")
	site.Providers.Google["gina"] = gina
	site.DB.Database = meanwhileDB{site.DB.Database, "INSERT INTO user (", `
		INSERT INTO account (id, account_id, provider_id, user_id, created_at, updated_at) SELECT 'a', 'sub-gina', 'google', id, 0, 0 FROM user`}

	b := site.Browser()
	assert.Equal(t, "/studio", b.Consent("google", "gina").Location())

	assert.Equal(t, "ada@example.test", b.SignedInAs())
	assert.EqualValues(t, 1, site.Count("SELECT count(*) FROM user"))
}
