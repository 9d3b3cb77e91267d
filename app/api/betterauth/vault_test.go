package betterauth_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api/apitest"
	"github.com/addreams/addreams/app/binding"
)

const (
	keyOne = "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
	keyTwo = "k2://////////////////////////////////////////8="
)

// withKeys restarts the application with these keys of OAuth tokens.
func withKeys(s *apitest.World, keys string) {
	s.Env[binding.AccountTokenKeys] = keys
	s.Start()
}

// stored returns the token columns of Gina's Google account.
func stored(s *apitest.World) []any {
	return s.SQL("SELECT access_token, refresh_token, id_token FROM account WHERE provider_id = 'google'")[0].Values()
}

func assertSealed(s *apitest.World, key string) {
	for _, text := range stored(s) {
		assert.Regexp(s.T, `^sealed:`+key+`:[\w-]+$`, text)
	}
}

// Tokens are sealed in the database, whichever way they came, and their owner gets them as the provider sent them.
func TestTokensAreSealedAtRest(t *testing.T) {
	ways := map[string]func(*apitest.Browser) *apitest.Browser{
		"sign-in": func(b *apitest.Browser) *apitest.Browser { b.Consent("google", "gina"); return b },
		"sign-in again": func(b *apitest.Browser) *apitest.Browser {
			b.Consent("google", "gina")
			b.SQL("UPDATE account SET access_token = 'old', refresh_token = 'old', id_token = 'old'")
			b.Consent("google", "gina")
			return b
		},
		"link": func(b *apitest.Browser) *apitest.Browser { b.SignUp("Gina"); b.Link("google", "gina"); return b },
		"link again": func(b *apitest.Browser) *apitest.Browser {
			b.SignUp("Gina")
			b.Link("google", "gina")
			b.SQL("UPDATE account SET access_token = 'old', refresh_token = 'old', id_token = 'old' WHERE provider_id = 'google'")
			b.Link("google", "gina")
			return b
		},
		"link with an id_token": func(b *apitest.Browser) *apitest.Browser {
			b.SignUp("Gina")
			b.Post("/api/auth/link-social", map[string]any{"provider": "google", "idToken": map[string]any{
				"token": b.Providers.IDToken(linked), "accessToken": "google_gina", "refreshToken": "refresh_gina",
			}})
			return b
		},
		"refresh": func(b *apitest.Browser) *apitest.Browser {
			b.Consent("google", "gina")
			b.SQL("UPDATE account SET access_token = 'old', refresh_token = 'refresh_gina', id_token = 'old'")
			b.Post("/api/auth/refresh-token", map[string]any{"providerId": "google"})
			return b
		},
	}

	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			site := apitest.New(t)
			withKeys(site, keyOne)
			site.Providers.Google["gina"] = linked

			b := way(site.Browser())

			assertSealed(site, "k1")
			said := b.Post("/api/auth/get-access-token", map[string]any{"providerId": "google"})
			assert.Equal(t, "google_gina", said.JSON["accessToken"], said.Body.String())
			assert.Regexp(t, `^eyJ`, said.JSON["idToken"])
			refreshed := b.Post("/api/auth/refresh-token", map[string]any{"providerId": "google"})
			assert.Equal(t, "google_gina", refreshed.JSON["accessToken"], refreshed.Body.String())
			assert.Equal(t, "refresh_gina", site.Providers.Forms[len(site.Providers.Forms)-1].Get("refresh_token"))
			assertSealed(site, "k1")
		})
	}
}

// A new key is put first. What it has not sealed yet stays readable, in clear or with the old key, and is sealed with the
// new one when the account is next written, even tokens that the provider did not send again.
func TestKeysOfTokensRotate(t *testing.T) {
	for name, before := range map[string]string{"from nothing": "", "from another key": keyOne} {
		t.Run(name, func(t *testing.T) {
			site := apitest.New(t)
			withKeys(site, before)
			site.Providers.Google["gina"] = linked
			b := site.Browser()
			require.Equal(t, "/studio", b.Consent("google", "gina").Location())
			withKeys(site, keyTwo+","+keyOne)
			ask := func() apitest.Answer {
				return b.Post("/api/auth/get-access-token", map[string]any{"providerId": "google"})
			}
			assert.Equal(t, "google_gina", ask().JSON["accessToken"])
			assert.NotContains(t, stored(site)[0], "sealed:k2", "a read writes nothing")

			site.Providers.Answers["https://oauth2.googleapis.com/token"] = func() (int, string) {
				return http.StatusOK, `{"access_token":"newer","expires_in":3600}`
			}
			site.Later(time.Hour)
			assert.Equal(t, "newer", ask().JSON["accessToken"])
			assertSealed(site, "k2")

			withKeys(site, keyTwo)
			assert.Equal(t, "newer", ask().JSON["accessToken"], "the old key is not needed any more")
		})
	}
}

// A token that cannot be opened is a fault of the deployment: the answer is 500, the log names the key, and what needs no
// token still works.
func TestTokensThatDoNotOpen(t *testing.T) {
	damage := map[string]struct {
		sql, keys, log string
	}{
		"key taken away":       {keys: keyTwo, log: `k1`},
		"keys taken away":      {keys: "", log: `k1`},
		"from another column":  {keys: keyOne, sql: "UPDATE account SET access_token = refresh_token", log: "was not sealed there"},
		"from another account": {keys: keyOne, sql: "UPDATE account SET id = 'A' || substr(id, 2) || 'A' WHERE provider_id = 'google'", log: "was not sealed there"},
		"damaged":              {keys: keyOne, sql: "UPDATE account SET access_token = substr(access_token, 1, 20) || 'AAAA' || substr(access_token, 25)", log: "was not sealed there"},
		"not base64url":        {keys: keyOne, sql: "UPDATE account SET access_token = access_token || '!'", log: "not base64url"},
		"keys of another form": {keys: "k1:short", log: "ACCOUNT_TOKEN_KEYS has a key"},
	}

	for name, tc := range damage {
		t.Run(name, func(t *testing.T) {
			site := apitest.New(t)
			withKeys(site, keyOne)
			site.Providers.Google["gina"] = linked
			b := site.Browser()
			b.SignUp("Gina")
			require.Equal(t, "/studio", b.Link("google", "gina").Location())
			if tc.sql != "" {
				site.SQL(tc.sql)
			}
			site.Env[binding.AccountTokenKeys] = tc.keys
			log := failing(site, "", "")

			response := b.Post("/api/auth/get-access-token", map[string]any{"providerId": "google"})

			assert.Equal(t, http.StatusInternalServerError, response.Code, response.Body.String())
			assert.Contains(t, log.String(), tc.log)
			assert.NotContains(t, log.String(), keyOne[5:])
			assert.NotContains(t, log.String(), "google_gina")
			assert.Equal(t, http.StatusOK, b.Get("/api/auth/list-accounts").Code)
			assert.Equal(t, http.StatusOK, site.Browser().SignIn("Gina").Code)
			assert.Equal(t, http.StatusOK, b.Post("/api/auth/unlink-account", map[string]any{"providerId": "google"}).Code)
		})
	}
}

// If the keys cannot be read, nothing is stored in clear by mistake.
func TestUnreadableKeysStoreNothing(t *testing.T) {
	site := apitest.New(t)
	withKeys(site, "k1:short")
	site.Providers.Google["gina"] = linked
	b := site.Browser()
	state := b.Begin("/api/auth/sign-in/social", "google", nil)
	assert.Equal(t, http.StatusInternalServerError, b.Get("/api/auth/callback/google?code=gina&state="+url.QueryEscape(state)).Code)
	assert.Zero(t, site.Count("SELECT count(*) FROM account"))
}

// A client's token that has the form of a sealed one is not stored: it could not be read again.
func TestNoTokenLooksSealed(t *testing.T) {
	for _, keys := range []string{"", keyOne} {
		for _, route := range []string{"sign-in/social", "link-social"} {
			for _, field := range []string{"accessToken", "refreshToken"} {
				for token, want := range map[string]int{"sealed:x:y": 400, "sealed:": 400, "sealed:k1:AAAA": 400, "sealed": 200, "Sealed:x:y": 200, " sealed:x:y": 200, "": 200} {
					site := apitest.New(t)
					withKeys(site, keys)
					b := site.Browser()
					if route == "link-social" {
						b.SignUp("Gina")
					}

					response := b.Post("/api/auth/"+route, map[string]any{"provider": "google", "idToken": map[string]any{
						"token": site.Providers.IDToken(linked), field: token,
					}})

					require.Equal(t, want, response.Code, "%s %s %q: %s", route, field, token, response.Body.String())
					if want == http.StatusBadRequest {
						assert.Equal(t, apitest.AuthError("VALIDATION_ERROR", `[body.idToken.`+field+`] Invalid string: must not start with "sealed:"`), response.Body.String())
						assert.Zero(t, site.Count("SELECT count(*) FROM account WHERE provider_id = 'google'"))
						continue
					}
					if field == "accessToken" && token != "" {
						assert.Equal(t, token, b.Post("/api/auth/get-access-token", map[string]any{"providerId": "google"}).JSON["accessToken"])
					}
				}
			}
		}
	}
}
