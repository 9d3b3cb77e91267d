package betterauth_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api/apitest"
)

// linked is gina with the address in lower case, as it is stored: linking compares addresses exactly.
var linked = with(gina, "email", "gina@example.test")

func TestLinkSocial(t *testing.T) {
	cases := map[string]struct {
		user apitest.GitHubUser
		want string
		rows int64 // accounts afterwards
	}{
		"same address":       {apitest.GitHubUser{Profile: `{"id":42,"login":"ada"}`, Emails: `[{"email":"ada@example.test","primary":true,"verified":true}]`}, "/studio", 2},
		"other address":      {apitest.GitHubUser{Profile: `{"id":42,"login":"ada"}`, Emails: `[{"email":"other@example.test","primary":true,"verified":true}]`}, apitest.PublicURL + "/api/auth/error?error=email_doesn%27t_match", 1},
		"other letters":      {apitest.GitHubUser{Profile: `{"id":42,"login":"ada"}`, Emails: `[{"email":"Ada@example.test","primary":true,"verified":true}]`}, apitest.PublicURL + "/api/auth/error?error=email_doesn%27t_match", 1},
		"no address":         {apitest.GitHubUser{Profile: `{"id":42,"login":"ada"}`, Emails: `[]`}, apitest.PublicURL + "/api/auth/error?error=unable_to_link_account", 1},
		"unverified address": {apitest.GitHubUser{Profile: `{"id":42,"login":"ada"}`, Emails: `[{"email":"ada@example.test","primary":true,"verified":false}]`}, apitest.PublicURL + "/api/auth/error?error=unable_to_link_account", 1},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			site := apitest.New(t)
			ada := site.Browser()
			ada.SignUp("Ada")
			site.Providers.GitHub["ada"] = tc.user
			response := ada.Link("github", "ada")
			assert.Equal(t, tc.want, response.Location())
			assert.Nil(t, response.Cookie(apitest.SessionToken), "linking is no sign-in")
			assert.Equal(t, tc.rows, site.Count("SELECT count(*) FROM account"))
			assert.Equal(t, http.StatusOK, ada.SignIn("Ada").Code, "the password stays")
		})
	}
}

func TestLinkSocialAgainUpdatesTokens(t *testing.T) {
	site := apitest.New(t)
	ada := site.Browser()
	ada.SignUp("Gina")
	site.Providers.Google["gina"], site.Providers.Google["again"] = linked, linked
	require.Equal(t, "/studio", ada.Link("google", "gina").Location())
	require.Equal(t, "/studio", ada.Link("google", "again").Location())
	assert.Equal(t, "google_again", site.SQL("SELECT access_token FROM account WHERE provider_id = 'google'")[0].Text(0))
	assert.EqualValues(t, 2, site.Count("SELECT count(*) FROM account"))
}

// Account ids are the provider's own: the same text at another provider is another account.
func TestAccountIDsBelongToTheirProvider(t *testing.T) {
	site := apitest.New(t)
	bob := site.Browser()
	site.Providers.Google["bob"] = jwt.MapClaims{"sub": "42", "email": "bob@example.test", "email_verified": true}
	require.Equal(t, "/studio", bob.Consent("google", "bob").Location())
	ada := site.Browser()
	ada.SignUp("Ada")
	site.Providers.GitHub["ada"] = apitest.GitHubUser{Profile: `{"id":42,"login":"ada"}`, Emails: `[{"email":"ada@example.test","primary":true,"verified":true}]`}
	assert.Equal(t, "/studio", ada.Link("github", "ada").Location())
}

func TestLinkSocialOfAnotherUser(t *testing.T) {
	site := apitest.New(t)
	site.Providers.Google["gina"] = linked
	require.Equal(t, "/studio", site.Browser().Consent("google", "gina").Location())
	site.SQL("UPDATE user SET email = 'old@example.test'")
	other := site.Browser()
	other.SignUp("Gina")
	assert.Equal(t, apitest.PublicURL+"/api/auth/error?error=account_already_linked_to_different_user", other.Link("google", "gina").Location())
}

func TestLinkWithIDToken(t *testing.T) {
	cases := map[string]struct {
		claims jwt.MapClaims
		want   string
	}{
		"same address":  {linked, `{"url":"","status":true,"redirect":false}`},
		"other address": {with(gina, "email", "other@example.test"), apitest.AuthError("ACCOUNT_NOT_LINKED__DIFFERENT_EMAILS_NOT_ALLOWED", "Account not linked - different emails not allowed")},
		"unverified":    {with(linked, "email_verified", false), apitest.AuthError("ACCOUNT_NOT_LINKED__LINKING_NOT_ALLOWED", "Account not linked - linking not allowed")},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			site := apitest.New(t)
			ada := site.Browser()
			ada.SignUp("Gina")
			body := map[string]any{"provider": "google", "idToken": map[string]any{"token": site.Providers.IDToken(tc.claims)}}
			for range 2 {
				assert.Equal(t, tc.want, ada.Post("/api/auth/link-social", body).Body.String())
			}
		})
	}
}

func TestListAccounts(t *testing.T) {
	site := apitest.New(t)
	ada := site.Browser()
	ada.SignUp("Gina")
	site.Providers.Google["gina"] = linked
	ada.Link("google", "gina")
	list := ada.Get("/api/auth/list-accounts").Body.String()
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
		"with another id":          {map[string]any{"providerId": "google", "accountId": "x"}, apitest.AuthError("ACCOUNT_NOT_FOUND", "Account not found")},
		"of a provider not linked": {map[string]any{"providerId": "github"}, apitest.AuthError("ACCOUNT_NOT_FOUND", "Account not found")},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			site := apitest.New(t)
			ada := site.Browser()
			ada.SignUp("Gina")
			site.Providers.Google["gina"] = linked
			require.Equal(t, "/studio", ada.Link("google", "gina").Location())
			assert.Equal(t, tc.want, ada.Post("/api/auth/unlink-account", tc.body).Body.String())
			if strings.Contains(tc.want, "status") {
				last := ada.Post("/api/auth/unlink-account", map[string]any{"providerId": "google"})
				assert.Equal(t, apitest.AuthError("YOU_CANT_UNLINK_YOUR_LAST_ACCOUNT", "You can't unlink your last account"), last.Body.String())
			}
		})
	}
}

func TestUnlinkAsksForARecentSignIn(t *testing.T) {
	site := apitest.New(t)
	ada := site.Browser()
	ada.SignUp("Ada")
	site.Later(24*time.Hour - time.Second)
	assert.Equal(t, http.StatusBadRequest, ada.Post("/api/auth/unlink-account", map[string]any{"providerId": "x"}).Code)
	site.SQL("UPDATE session SET expires_at = expires_at + 86400")
	site.Later(time.Second)
	assert.Equal(t, apitest.AuthError("SESSION_IS_NOT_FRESH", "Session is not fresh"), ada.Post("/api/auth/unlink-account", map[string]any{"providerId": "x"}).Body.String())
}

func TestAccessToken(t *testing.T) {
	site := apitest.New(t)
	site.Providers.Google["gina"] = linked
	b := site.Browser()
	require.Equal(t, "/studio", b.Consent("google", "gina").Location())
	ask := func() apitest.Answer {
		return b.Post("/api/auth/get-access-token", map[string]any{"providerId": "google"})
	}
	calls := len(site.Providers.Calls)
	first := ask()
	assert.Equal(t, "google_gina", first.JSON["accessToken"])
	assert.Equal(t, []any{"openid", "email", "profile"}, first.JSON["scopes"])
	assert.Equal(t, "2026-02-10T13:00:00.000Z", first.JSON["accessTokenExpiresAt"])
	assert.Len(t, site.Providers.Calls, calls, "it holds")

	site.Later(time.Hour - 4*time.Second)
	assert.Equal(t, "2026-02-10T13:59:56.000Z", ask().JSON["accessTokenExpiresAt"], "refreshed")
	assert.Len(t, site.Providers.Calls, calls+1)

	delete(site.Providers.Google, "gina")
	site.Later(time.Hour)
	assert.Equal(t, apitest.AuthError("FAILED_TO_GET_A_VALID_ACCESS_TOKEN", "Failed to get a valid access token"), ask().Body.String())
	refresh := b.Post("/api/auth/refresh-token", map[string]any{"providerId": "google"})
	assert.Equal(t, apitest.AuthError("FAILED_TO_REFRESH_ACCESS_TOKEN", "Failed to refresh access token"), refresh.Body.String())
}

func TestAccessTokenRefuses(t *testing.T) {
	site := apitest.New(t)
	site.Providers.GitHub["hub"] = apitest.GitHubUser{Profile: `{"id":42,"login":"hub","email":"hub@example.test"}`, Emails: "[]"}
	b := site.Browser()
	require.Equal(t, "/studio", b.Consent("github", "hub").Location())

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
			response := b.Post("/api/auth/"+tc.path, map[string]any{"providerId": tc.provider})
			assert.Equal(t, http.StatusBadRequest, response.Code)
			assert.Equal(t, tc.want, response.JSON["message"])
		})
	}
}

func TestAccountInfo(t *testing.T) {
	site := apitest.New(t)
	site.Providers.GitHub["hub"] = apitest.GitHubUser{Profile: `{"id":42,"login":"hub","email":null,"plan":{"name":"free"}}`, Emails: `[{"email":"hub@example.test","verified":true}]`}
	b := site.Browser()
	require.Equal(t, "/studio", b.Consent("github", "hub").Location())
	assert.Equal(t,
		`{"user":{"id":42,"name":"hub","email":"hub@example.test","emailVerified":true},"data":{"email":"hub@example.test","id":42,"login":"hub","plan":{"name":"free"}}}`,
		b.Get("/api/auth/account-info?accountId=42").Body.String())
	for _, query := range []string{"", "?accountId=x"} {
		assert.Equal(t, apitest.AuthError("ACCOUNT_NOT_FOUND", "Account not found"), b.Get("/api/auth/account-info"+query).Body.String())
	}
}
