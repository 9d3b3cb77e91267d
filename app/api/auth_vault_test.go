package api_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/binding"
)

const (
	keyOne = "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
	keyTwo = "k2://////////////////////////////////////////8="
)

// withKeys is the site of an isolate that has these keys of OAuth tokens.
func (s *site) withKeys(keys string) {
	s.env[binding.AccountTokenKeys] = keys
	s.start()
}

// stored are the token columns of Gina's Google account.
func (s *site) stored() []any {
	return s.sql("SELECT access_token, refresh_token, id_token FROM account WHERE provider_id = 'google'")[0]
}

func (s *site) assertSealed(key string) {
	for _, text := range s.stored() {
		assert.Regexp(s.t, `^sealed:`+key+`:[\w-]+$`, text)
	}
}

// In the database tokens are sealed, whichever way they came, and whoever owns them gets them as they are.
func TestTokensAreSealedAtRest(t *testing.T) {
	ways := map[string]func(*browser) *browser{
		"sign-in": func(b *browser) *browser { b.consent("google", "gina"); return b },
		"sign-in again": func(b *browser) *browser {
			b.consent("google", "gina")
			b.sql("UPDATE account SET access_token = 'old', refresh_token = 'old', id_token = 'old'")
			b.consent("google", "gina")
			return b
		},
		"link": func(b *browser) *browser { b.signUp("Gina"); b.link("google", "gina"); return b },
		"link again": func(b *browser) *browser {
			b.signUp("Gina")
			b.link("google", "gina")
			b.sql("UPDATE account SET access_token = 'old', refresh_token = 'old', id_token = 'old' WHERE provider_id = 'google'")
			b.link("google", "gina")
			return b
		},
		"link with an id_token": func(b *browser) *browser {
			b.signUp("Gina")
			b.post("/api/auth/link-social", map[string]any{"provider": "google", "idToken": map[string]any{
				"token": b.providers.idToken(linked), "accessToken": "google_gina", "refreshToken": "refresh_gina",
			}})
			return b
		},
		"refresh": func(b *browser) *browser {
			b.consent("google", "gina")
			b.sql("UPDATE account SET access_token = 'old', refresh_token = 'refresh_gina', id_token = 'old'")
			b.post("/api/auth/refresh-token", map[string]any{"providerId": "google"})
			return b
		},
	}
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			site := newSite(t)
			site.withKeys(keyOne)
			site.providers.google["gina"] = linked

			b := way(site.browser())

			site.assertSealed("k1")
			said := b.post("/api/auth/get-access-token", map[string]any{"providerId": "google"})
			assert.Equal(t, "google_gina", said.body["accessToken"], said.Body.String())
			assert.Regexp(t, `^eyJ`, said.body["idToken"])
			refreshed := b.post("/api/auth/refresh-token", map[string]any{"providerId": "google"})
			assert.Equal(t, "google_gina", refreshed.body["accessToken"], refreshed.Body.String())
			assert.Equal(t, "refresh_gina", site.providers.forms[len(site.providers.forms)-1].Get("refresh_token"))
			site.assertSealed("k1")
		})
	}
}

// A new key goes first: what it has not sealed yet stays readable, in clear or with the old key, and is sealed with it when
// it is next written, even what the provider did not send again.
func TestKeysOfTokensRotate(t *testing.T) {
	for name, before := range map[string]string{"from nothing": "", "from another key": keyOne} {
		t.Run(name, func(t *testing.T) {
			site := newSite(t)
			site.withKeys(before)
			site.providers.google["gina"] = linked
			b := site.browser()
			require.Equal(t, "/studio", b.consent("google", "gina").location())
			site.withKeys(keyTwo + "," + keyOne)
			ask := func() answer { return b.post("/api/auth/get-access-token", map[string]any{"providerId": "google"}) }
			assert.Equal(t, "google_gina", ask().body["accessToken"])
			assert.NotContains(t, site.stored()[0], "sealed:k2", "a read writes nothing")

			site.providers.answer["https://oauth2.googleapis.com/token"] = func() (int, string) {
				return http.StatusOK, `{"access_token":"newer","expires_in":3600}`
			}
			site.now = site.now.Add(time.Hour)
			assert.Equal(t, "newer", ask().body["accessToken"])
			site.assertSealed("k2")

			site.withKeys(keyTwo)
			assert.Equal(t, "newer", ask().body["accessToken"], "the old key is not needed any more")
		})
	}
}

// A token that does not open is a fault of the deployment: the answer is 500, the log names the key, and whatever needs no
// token goes on.
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
			site := newSite(t)
			site.withKeys(keyOne)
			site.providers.google["gina"] = linked
			b := site.browser()
			b.signUp("Gina")
			require.Equal(t, "/studio", b.link("google", "gina").location())
			if tc.sql != "" {
				site.sql(tc.sql)
			}
			site.env[binding.AccountTokenKeys] = tc.keys
			log := site.failing("", "")

			response := b.post("/api/auth/get-access-token", map[string]any{"providerId": "google"})

			assert.Equal(t, http.StatusInternalServerError, response.Code, response.Body.String())
			assert.Contains(t, log.String(), tc.log)
			assert.NotContains(t, log.String(), keyOne[5:])
			assert.NotContains(t, log.String(), "google_gina")
			assert.Equal(t, http.StatusOK, b.get("/api/auth/list-accounts").Code)
			assert.Equal(t, http.StatusOK, site.browser().signIn("Gina").Code)
			assert.Equal(t, http.StatusOK, b.post("/api/auth/unlink-account", map[string]any{"providerId": "google"}).Code)
		})
	}
}

// With keys that can't be read nothing is stored in clear by mistake.
func TestUnreadableKeysStoreNothing(t *testing.T) {
	site := newSite(t)
	site.withKeys("k1:short")
	site.providers.google["gina"] = linked
	b := site.browser()
	state := b.begin("/api/auth/sign-in/social", "google", nil)
	assert.Equal(t, http.StatusInternalServerError, b.get("/api/auth/callback/google?code=gina&state="+url.QueryEscape(state)).Code)
	assert.Zero(t, site.count("SELECT count(*) FROM account"))
}

// A client's token that could be taken for a sealed one is not stored: without keys nobody could read it again.
func TestNoTokenLooksSealed(t *testing.T) {
	for _, keys := range []string{"", keyOne} {
		for _, route := range []string{"sign-in/social", "link-social"} {
			for _, field := range []string{"accessToken", "refreshToken"} {
				for token, want := range map[string]int{"sealed:x:y": 400, "sealed:": 400, "sealed:k1:AAAA": 400, "sealed": 200, "Sealed:x:y": 200, " sealed:x:y": 200, "": 200} {
					site := newSite(t)
					site.withKeys(keys)
					b := site.browser()
					if route == "link-social" {
						b.signUp("Gina")
					}

					response := b.post("/api/auth/"+route, map[string]any{"provider": "google", "idToken": map[string]any{
						"token": site.providers.idToken(linked), field: token,
					}})

					require.Equal(t, want, response.Code, "%s %s %q: %s", route, field, token, response.Body.String())
					if want == http.StatusBadRequest {
						assert.Equal(t, wire("VALIDATION_ERROR", `[body.idToken.`+field+`] Invalid string: must not start with "sealed:"`), response.Body.String())
						assert.Zero(t, site.count("SELECT count(*) FROM account WHERE provider_id = 'google'"))
						continue
					}
					if field == "accessToken" && token != "" {
						assert.Equal(t, token, b.post("/api/auth/get-access-token", map[string]any{"providerId": "google"}).body["accessToken"])
					}
				}
			}
		}
	}
}
