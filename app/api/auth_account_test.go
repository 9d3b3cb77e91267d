package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// linked is gina with the address in the letters in which it is stored: linking compares it as it stands.
var linked = with(gina, "email", "gina@example.test")

func TestLinkSocial(t *testing.T) {
	cases := map[string]struct {
		user gitHubUser
		want string
		rows int64 // accounts afterwards
	}{
		"same address":       {gitHubUser{`{"id":42,"login":"ada"}`, `[{"email":"ada@example.test","primary":true,"verified":true}]`}, "/studio", 2},
		"other address":      {gitHubUser{`{"id":42,"login":"ada"}`, `[{"email":"other@example.test","primary":true,"verified":true}]`}, publicURL + "/api/auth/error?error=email_doesn%27t_match", 1},
		"other letters":      {gitHubUser{`{"id":42,"login":"ada"}`, `[{"email":"Ada@example.test","primary":true,"verified":true}]`}, publicURL + "/api/auth/error?error=email_doesn%27t_match", 1},
		"no address":         {gitHubUser{`{"id":42,"login":"ada"}`, `[]`}, publicURL + "/api/auth/error?error=unable_to_link_account", 1},
		"unverified address": {gitHubUser{`{"id":42,"login":"ada"}`, `[{"email":"ada@example.test","primary":true,"verified":false}]`}, publicURL + "/api/auth/error?error=unable_to_link_account", 1},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			site := newSite(t)
			ada := site.browser()
			ada.signUp("Ada")
			site.providers.github["ada"] = tc.user
			response := ada.link("github", "ada")
			assert.Equal(t, tc.want, response.location())
			assert.Nil(t, response.cookie(sessionToken), "linking is no sign-in")
			assert.Equal(t, tc.rows, site.count("SELECT count(*) FROM account"))
			assert.Equal(t, http.StatusOK, ada.signIn("Ada").Code, "the password stays")
		})
	}
}

func TestLinkSocialAgainUpdatesTokens(t *testing.T) {
	site := newSite(t)
	ada := site.browser()
	ada.signUp("Gina")
	site.providers.google["gina"], site.providers.google["again"] = linked, linked
	require.Equal(t, "/studio", ada.link("google", "gina").location())
	require.Equal(t, "/studio", ada.link("google", "again").location())
	assert.Equal(t, "google_again", site.sql("SELECT access_token FROM account WHERE provider_id = 'google'")[0].Text(0))
	assert.EqualValues(t, 2, site.count("SELECT count(*) FROM account"))
}

// Account ids are the provider's own: the same text at another provider is another account.
func TestAccountIDsBelongToTheirProvider(t *testing.T) {
	site := newSite(t)
	bob := site.browser()
	site.providers.google["bob"] = jwt.MapClaims{"sub": "42", "email": "bob@example.test", "email_verified": true}
	require.Equal(t, "/studio", bob.consent("google", "bob").location())
	ada := site.browser()
	ada.signUp("Ada")
	site.providers.github["ada"] = gitHubUser{`{"id":42,"login":"ada"}`, `[{"email":"ada@example.test","primary":true,"verified":true}]`}
	assert.Equal(t, "/studio", ada.link("github", "ada").location())
}

func TestLinkSocialOfAnotherUser(t *testing.T) {
	site := newSite(t)
	site.providers.google["gina"] = linked
	require.Equal(t, "/studio", site.browser().consent("google", "gina").location())
	site.sql("UPDATE user SET email = 'old@example.test'")
	other := site.browser()
	other.signUp("Gina")
	assert.Equal(t, publicURL+"/api/auth/error?error=account_already_linked_to_different_user", other.link("google", "gina").location())
}

func TestLinkWithIDToken(t *testing.T) {
	cases := map[string]struct {
		claims jwt.MapClaims
		want   string
	}{
		"same address":  {linked, `{"url":"","status":true,"redirect":false}`},
		"other address": {with(gina, "email", "other@example.test"), wire("ACCOUNT_NOT_LINKED__DIFFERENT_EMAILS_NOT_ALLOWED", "Account not linked - different emails not allowed")},
		"unverified":    {with(linked, "email_verified", false), wire("ACCOUNT_NOT_LINKED__LINKING_NOT_ALLOWED", "Account not linked - linking not allowed")},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			site := newSite(t)
			ada := site.browser()
			ada.signUp("Gina")
			body := map[string]any{"provider": "google", "idToken": map[string]any{"token": site.providers.idToken(tc.claims)}}
			for range 2 {
				assert.Equal(t, tc.want, ada.post("/api/auth/link-social", body).Body.String())
			}
		})
	}
}

func TestListAccounts(t *testing.T) {
	site := newSite(t)
	ada := site.browser()
	ada.signUp("Gina")
	site.providers.google["gina"] = linked
	ada.link("google", "gina")
	list := ada.get("/api/auth/list-accounts").Body.String()
	assert.Contains(t, list, `"scopes":[]`)
	assert.Contains(t, list, `"providerId":"google","accountId":"sub-gina"`)
	assert.Contains(t, list, `"scopes":["openid","email","profile"]`)
	assert.NotContains(t, list, "google_gina", "tokens are not listed")
}

func TestUnlinkAccount(t *testing.T) {
	cases := map[string]struct {
		body map[string]any
		want string
	}{
		"of a provider":            {map[string]any{"providerId": "google"}, `{"status":true}`},
		"by its id":                {map[string]any{"providerId": "google", "accountId": "sub-gina"}, `{"status":true}`},
		"the password":             {map[string]any{"providerId": "credential"}, `{"status":true}`},
		"with another id":          {map[string]any{"providerId": "google", "accountId": "x"}, wire("ACCOUNT_NOT_FOUND", "Account not found")},
		"of a provider not linked": {map[string]any{"providerId": "github"}, wire("ACCOUNT_NOT_FOUND", "Account not found")},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			site := newSite(t)
			ada := site.browser()
			ada.signUp("Gina")
			site.providers.google["gina"] = linked
			require.Equal(t, "/studio", ada.link("google", "gina").location())
			assert.Equal(t, tc.want, ada.post("/api/auth/unlink-account", tc.body).Body.String())
			if strings.Contains(tc.want, "status") {
				last := ada.post("/api/auth/unlink-account", map[string]any{"providerId": "google"})
				assert.Equal(t, wire("YOU_CANT_UNLINK_YOUR_LAST_ACCOUNT", "You can't unlink your last account"), last.Body.String())
			}
		})
	}
}

func TestUnlinkAsksForARecentSignIn(t *testing.T) {
	site := newSite(t)
	ada := site.browser()
	ada.signUp("Ada")
	site.now = site.now.Add(24*time.Hour - time.Second)
	assert.Equal(t, http.StatusBadRequest, ada.post("/api/auth/unlink-account", map[string]any{"providerId": "x"}).Code)
	site.sql("UPDATE session SET expires_at = expires_at + 86400")
	site.now = site.now.Add(time.Second)
	assert.Equal(t, wire("SESSION_IS_NOT_FRESH", "Session is not fresh"), ada.post("/api/auth/unlink-account", map[string]any{"providerId": "x"}).Body.String())
}

func TestAccessToken(t *testing.T) {
	site := newSite(t)
	site.providers.google["gina"] = linked
	b := site.browser()
	require.Equal(t, "/studio", b.consent("google", "gina").location())
	ask := func() answer {
		return b.post("/api/auth/get-access-token", map[string]any{"providerId": "google"})
	}
	calls := len(site.providers.calls)
	first := ask()
	assert.Equal(t, "google_gina", first.body["accessToken"])
	assert.Equal(t, []any{"openid", "email", "profile"}, first.body["scopes"])
	assert.Equal(t, "2026-02-10T13:00:00.000Z", first.body["accessTokenExpiresAt"])
	assert.Len(t, site.providers.calls, calls, "it holds")

	site.now = site.now.Add(time.Hour - 4*time.Second)
	assert.Equal(t, "2026-02-10T13:59:56.000Z", ask().body["accessTokenExpiresAt"], "refreshed")
	assert.Len(t, site.providers.calls, calls+1)

	delete(site.providers.google, "gina")
	site.now = site.now.Add(time.Hour)
	assert.Equal(t, wire("FAILED_TO_GET_A_VALID_ACCESS_TOKEN", "Failed to get a valid access token"), ask().Body.String())
	refresh := b.post("/api/auth/refresh-token", map[string]any{"providerId": "google"})
	assert.Equal(t, wire("FAILED_TO_REFRESH_ACCESS_TOKEN", "Failed to refresh access token"), refresh.Body.String())
}

func TestAccessTokenRefuses(t *testing.T) {
	site := newSite(t)
	site.providers.github["hub"] = gitHubUser{`{"id":42,"login":"hub","email":"hub@example.test"}`, "[]"}
	b := site.browser()
	require.Equal(t, "/studio", b.consent("github", "hub").location())
	cases := map[string]struct {
		path, provider, want string
	}{
		"unknown provider":            {"get-access-token", "no<pe", "Provider no<pe is not supported."},
		"provider not linked":         {"get-access-token", "google", "Account not found"},
		"refresh of unknown provider": {"refresh-token", "nope", "Provider nope not found."},
		"refresh without token":       {"refresh-token", "github", "Refresh token not found"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			response := b.post("/api/auth/"+tc.path, map[string]any{"providerId": tc.provider})
			assert.Equal(t, http.StatusBadRequest, response.Code)
			assert.Equal(t, tc.want, response.body["message"])
		})
	}
}

func TestAccountInfo(t *testing.T) {
	site := newSite(t)
	site.providers.github["hub"] = gitHubUser{`{"id":42,"login":"hub","email":null,"plan":{"name":"free"}}`, `[{"email":"hub@example.test","verified":true}]`}
	b := site.browser()
	require.Equal(t, "/studio", b.consent("github", "hub").location())
	assert.Equal(t,
		`{"user":{"id":42,"name":"hub","email":"hub@example.test","emailVerified":true},"data":{"email":"hub@example.test","id":42,"login":"hub","plan":{"name":"free"}}}`,
		b.get("/api/auth/account-info?accountId=42").Body.String())
	for _, query := range []string{"", "?accountId=x"} {
		assert.Equal(t, wire("ACCOUNT_NOT_FOUND", "Account not found"), b.get("/api/auth/account-info"+query).Body.String())
	}
}
