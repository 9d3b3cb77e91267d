package betterauth_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api/apitest"
)

// How better-auth reads requests in ways that one would not expect.

func TestRepeatedParameterIsAList(t *testing.T) {
	site := apitest.New(t)
	ada := site.Browser()
	ada.SignUp("Ada")
	cases := map[string]struct{ path, field string }{
		"code of a callback":   {"callback/github?state=x&code=a&code=b", "code"},
		"state of a callback":  {"callback/github?state=x&state=y", "state"},
		"page of a reset":      {"reset-password/x?callbackURL=/a&callbackURL=/b", "callbackURL"},
		"token of an address":  {"verify-email?token=x&token=y", "token"},
		"account to tell of":   {"account-info?accountId=1&accountId=2", "accountId"},
		"page, the second bad": {"reset-password/x?callbackURL=/a&callbackURL=https://evil.test", "callbackURL"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			response := ada.Get("/api/auth/" + tc.path)
			assert.Equal(t, http.StatusBadRequest, response.Code)
			assert.Equal(t, apitest.AuthError("VALIDATION_ERROR", "[query."+tc.field+"] Invalid input: expected string, received array"), response.Body.String())
		})
	}

	site.DB.Trips = 0
	ada.Get("/api/auth/get-session?disableCookieCache=&disableCookieCache=")
	assert.Equal(t, 1, site.DB.Trips, "a list is true, whatever is in it")
}

func TestContentTypes(t *testing.T) {
	site := apitest.New(t)
	site.Browser().SignUp("Ada")
	text := `{"email":"ada@example.test","password":"` + apitest.Password + `"}`
	cases := map[string]struct {
		contentType string
		want        int
	}{
		"JSON":                      {"Application/JSON; charset=utf-8", http.StatusOK},
		"JSON as one of several":    {"text/plain, application/json", http.StatusBadRequest},
		"JSON of a sort":            {"application/problem+json", http.StatusUnsupportedMediaType},
		"JSON in a parameter alone": {"text/plain; a=application/json", http.StatusUnsupportedMediaType},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			response := site.Browser().Do(http.MethodPost, "/api/auth/sign-in/email", tc.contentType, []byte(text))
			assert.Equal(t, tc.want, response.Code, response.Body.String())
			if tc.want == http.StatusBadRequest {
				assert.Equal(t, apitest.AuthError("VALIDATION_ERROR", "[body] Invalid input: expected object, received string"), response.Body.String())
			}
		})
	}
}

func TestSignInWithAnEmptyCallback(t *testing.T) {
	site := apitest.New(t)
	site.Browser().SignUp("Ada")
	response := site.Browser().Post("/api/auth/sign-in/email", map[string]any{"email": "ada@example.test", "password": apitest.Password, "callbackURL": ""})
	assert.Contains(t, response.Body.String(), `"url":""`)
	assert.Contains(t, response.Body.String(), `"redirect":false`)
	assert.Empty(t, response.Location())
	assert.NotContains(t, site.Browser().SignIn("Ada").Body.String(), `"url"`)
}

func TestSignUpWithAListForAPassword(t *testing.T) {
	response := apitest.New(t).Browser().Post("/api/auth/sign-up/email", map[string]any{"name": "n", "email": "n@example.test", "password": []any{}})
	assert.Equal(t, "[body.password] Invalid input: expected string, received array; [body.password] Too small: expected array to have >=1 items",
		response.JSON["message"])
}

func TestStoredHashOfMoreParts(t *testing.T) {
	site := apitest.New(t)
	site.Browser().SignUp("Ada")
	site.SQL("UPDATE account SET password = password || ':x'")
	assert.Equal(t, http.StatusOK, site.Browser().SignIn("Ada").Code)
	site.SQL("UPDATE account SET password = 'x:' || password")
	assert.Equal(t, http.StatusUnauthorized, site.Browser().SignIn("Ada").Code)
}

func TestLinkTakesNoHint(t *testing.T) {
	ada := apitest.New(t).Browser()
	ada.SignUp("Ada")
	start := ada.Post("/api/auth/link-social", map[string]any{"provider": "google", "loginHint": 1, "newUserCallbackURL": "/new"})
	require.Equal(t, http.StatusOK, start.Code, start.Body.String())
	assert.NotContains(t, start.Location(), "login_hint")
	value := ada.SQL("SELECT value FROM verification")[0].Text(0)
	assert.NotContains(t, value, "newUserURL")

	all := map[string]any{"provider": nil, "callbackURL": nil, "scopes": nil, "idToken": nil}
	assert.Equal(t, apitest.AuthError("VALIDATION_ERROR", strings.Join([]string{
		"[body.callbackURL] Invalid input: expected string, received null", "[body.provider] Invalid input",
		"[body.idToken] Invalid input: expected object, received null", "[body.scopes] Invalid input: expected array, received null",
	}, "; ")), ada.Post("/api/auth/link-social", all).Body.String())
}

func TestRefreshTokenTellsWhatWasSent(t *testing.T) {
	site := apitest.New(t)
	site.Providers.GitHub["hub"] = apitest.GitHubUser{Profile: `{"id":42,"login":"hub","email":"hub@example.test"}`, Emails: "[]"}
	b := site.Browser()
	require.Equal(t, "/studio", b.Consent("github", "hub").Location())
	site.SQL("UPDATE account SET refresh_token = 'hub', access_token_expires_at = 4102444800")
	site.Providers.Answers["https://github.com/login/oauth/access_token"] = func() (int, string) {
		return http.StatusOK, `{"access_token":"new"}`
	}
	assert.Equal(t, `{"accessToken":"new","scope":"read:user,user:email","idToken":null,"providerId":"github","accountId":"42"}`,
		b.Post("/api/auth/refresh-token", map[string]any{"providerId": "github"}).Body.String())

	site.SQL("UPDATE account SET access_token = NULL, refresh_token = NULL, access_token_expires_at = NULL, scope = NULL")
	assert.Equal(t, `{"accessToken":"","scopes":[]}`, b.Post("/api/auth/get-access-token", map[string]any{"providerId": "github"}).Body.String())
}

func TestResetPageIsWrittenAsBrowsersDo(t *testing.T) {
	site := apitest.New(t)
	cases := map[string]struct{ page, want string }{
		"an origin alone":   {apitest.Frontend, apitest.Frontend + "/?error=INVALID_TOKEN"},
		"order of a query":  {"/r?b=1&a=2", apitest.PublicURL + "/r?b=1&a=2&error=INVALID_TOKEN"},
		"an old error":      {apitest.Frontend + "/r?error=old&error=older#f", apitest.Frontend + "/r?error=INVALID_TOKEN#f"},
		"upper case":        {strings.ToUpper(apitest.Frontend) + "/R", apitest.Frontend + "/R?error=INVALID_TOKEN"},
		"beyond ASCII":      {apitest.Frontend + "/ü?é", apitest.Frontend + "/%C3%BC?%C3%A9=&error=INVALID_TOKEN"},
		"bad percent signs": {apitest.Frontend + "/%zz", apitest.Frontend + "/%zz?error=INVALID_TOKEN"},
		"none":              {"", apitest.PublicURL + "/api/auth/error?error=INVALID_TOKEN"},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			response := site.Browser().Get("/api/auth/reset-password/x?callbackURL=" + url.QueryEscape(tc.page))
			assert.Equal(t, tc.want, response.Location())
		})
	}
}

func TestResetPasswordOfNobody(t *testing.T) {
	site := apitest.New(t)
	site.SQL("INSERT INTO verification (id, identifier, value, expires_at) VALUES ('v', 'reset-password:t', 'nobody', 4102444800)")
	response := site.Browser().Post("/api/auth/reset-password", map[string]any{"token": "t", "newPassword": "long enough"})
	assert.Equal(t, apitest.AuthError("INVALID_TOKEN", "Invalid token"), response.Body.String())
}

func TestTimesOfTokens(t *testing.T) {
	site := apitest.New(t)
	site.Browser().SignUp("Ada")
	cases := map[string]struct {
		claims jwt.MapClaims
		want   string
	}{
		"without an end": {jwt.MapClaims{"email": "ada@example.test"}, `{"status":true,"user":null}`},
		"ended":          {jwt.MapClaims{"email": "ada@example.test", "exp": site.Now().Unix()}, apitest.AuthError("TOKEN_EXPIRED", "token_expired")},
		"not yet":        {jwt.MapClaims{"email": "ada@example.test", "nbf": site.Now().Unix() + 9}, apitest.AuthError("INVALID_TOKEN", "invalid_token")},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, tc.claims).SignedString([]byte(apitest.AuthSecret))
			require.NoError(t, err)
			assert.Equal(t, tc.want, site.Browser().Get("/api/auth/verify-email?token="+token).Body.String())
		})
	}

	early := site.Providers.IDToken(with(gina, "iat", site.Now().Add(2*time.Minute).Unix()))
	response := site.Browser().Post("/api/auth/sign-in/social", map[string]any{"provider": "google", "idToken": map[string]any{"token": early}})
	assert.Equal(t, apitest.AuthError("INVALID_TOKEN", "Invalid token"), response.Body.String())
}

func TestCookiesThatSayLittle(t *testing.T) {
	site := apitest.New(t)
	ada := site.Browser()
	ada.SignUp("Ada")
	ada.Cookies[apitest.SessionData+".0"], ada.Cookies[apitest.SessionData] = ada.Cookies[apitest.SessionData], ""
	site.DB.Trips = 0
	assert.NotNil(t, ada.Get("/api/auth/get-session").JSON["user"])
	assert.Zero(t, site.DB.Trips, "an empty cache counts as absent: the chunks are read")
}
