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

var gina = apitest.Gina

func with(claims jwt.MapClaims, name string, value any) jwt.MapClaims {
	changed := jwt.MapClaims{}
	for key, old := range claims {
		changed[key] = old
	}
	changed[name] = value
	return changed
}

func TestStartWithProvider(t *testing.T) {
	cases := map[string]struct {
		provider, endpoint, scope string
	}{
		"google": {"google", "https://accounts.google.com/o/oauth2/v2/auth", "email profile openid calendar"},
		"github": {"github", "https://github.com/login/oauth/authorize", "read:user user:email calendar"},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			site := apitest.New(t)
			b := site.Browser()
			response := b.Post("/api/auth/sign-in/social", map[string]any{
				"provider": tc.provider, "scopes": []string{"calendar"}, "loginHint": "a@b.test",
			})
			require.Equal(t, http.StatusOK, response.Code, response.Body.String())
			assert.Equal(t, true, response.JSON["redirect"])
			assert.Equal(t, response.Location(), response.JSON["url"])

			target, err := url.Parse(response.Location())
			require.NoError(t, err)
			query := target.Query()
			target.RawQuery = ""

			assert.Equal(t, tc.endpoint, target.String())
			assert.Equal(t, tc.scope, query.Get("scope"))
			assert.Equal(t, apitest.PublicURL+"/api/auth/callback/"+tc.provider, query.Get("redirect_uri"))
			assert.Equal(t, "S256", query.Get("code_challenge_method"))
			assert.Equal(t, "a@b.test", query.Get("login_hint"))
			assert.Regexp(t, `^[\w-]{32}$`, query.Get("state"))
			assert.Equal(t, 300, response.Cookie(apitest.OAuthState).MaxAge)
		})
	}
}

func TestStartRefuses(t *testing.T) {
	cases := map[string]struct {
		body map[string]any
		want int
		code string
	}{
		"unknown provider":   {map[string]any{"provider": "nope"}, 404, "PROVIDER_NOT_FOUND"},
		"no provider":        {map[string]any{}, 400, "VALIDATION_ERROR"},
		"scopes of numbers":  {map[string]any{"provider": "google", "scopes": []int{1}}, 400, "VALIDATION_ERROR"},
		"data as a list":     {map[string]any{"provider": "google", "additionalData": []int{1}}, 400, "VALIDATION_ERROR"},
		"id_token of GitHub": {map[string]any{"provider": "github", "idToken": map[string]any{"token": "x"}}, 404, "ID_TOKEN_NOT_SUPPORTED"},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			response := apitest.New(t).Browser().Post("/api/auth/sign-in/social", tc.body)
			assert.Equal(t, tc.want, response.Code)
			assert.Equal(t, tc.code, response.JSON["code"])
		})
	}
}

func TestProviderWithoutSecretIsNotOffered(t *testing.T) {
	site := apitest.New(t)
	delete(site.Env, "GITHUB_CLIENT_SECRET")
	site.Start()
	response := site.Browser().Post("/api/auth/sign-in/social", map[string]any{"provider": "github"})
	assert.Equal(t, "PROVIDER_NOT_FOUND", response.JSON["code"])
}

// Additional data is kept beside the state, and replaces nothing in it, least of all the user to link.
func TestAdditionalDataChangesNoState(t *testing.T) {
	for name, spell := range map[string]func(string) string{
		"as they are": func(key string) string { return key }, "upper case": strings.ToUpper, "lower case": strings.ToLower,
	} {
		t.Run(name, func(t *testing.T) {
			site := apitest.New(t)
			site.Browser().SignUp("Victim")
			victim := site.SQL("SELECT id FROM user")[0].Text(0)
			site.Providers.Google["eve"] = with(gina, "email", "eve@example.test")
			eve := site.Browser()
			state := eve.Begin("/api/auth/sign-in/social", "google", map[string]any{"additionalData": map[string]any{
				"plan":                "pro",
				spell("link"):         map[string]any{"userId": victim, "email": "eve@example.test"},
				spell("callbackURL"):  "https://evil.test",
				spell("errorURL"):     "https://evil.test",
				spell("newUserURL"):   "https://evil.test",
				spell("codeVerifier"): "known",
				spell("expiresAt"):    1,
			}})

			assert.Equal(t, "pro", site.SQL("SELECT json_extract(value, '$.plan') FROM verification")[0].Text(0))
			assert.Equal(t, "/studio", eve.Get("/api/auth/callback/google?code=eve&state="+state).Location())
			assert.Len(t, site.Providers.Forms[0].Get("code_verifier"), 128)
			assert.EqualValues(t, 1, site.Count("SELECT count(*) FROM account WHERE user_id = ?", victim), "nothing is linked to another")
		})
	}
}

func TestSignInWithGoogle(t *testing.T) {
	site := apitest.New(t)
	site.Providers.Google["gina"] = gina
	b := site.Browser()
	response := b.Consent("google", "gina")
	require.Equal(t, http.StatusFound, response.Code)
	assert.Equal(t, "/studio", response.Location())
	assert.Equal(t, "application/json", response.Header().Get("Content-Type"))
	assert.Negative(t, response.Cookie(apitest.OAuthState).MaxAge)
	assert.Equal(t, "gina@example.test", b.SignedInAs())
	assert.Equal(t, "addreams", site.Providers.Agents[0])
	form := site.Providers.Forms[0]
	assert.Len(t, form.Get("code_verifier"), 128)
	assert.Equal(t, "google-secret", form.Get("client_secret"))

	user := site.SQL("SELECT name, email, email_verified, image FROM user")[0]
	assert.Equal(t, []any{"Gina", "gina@example.test", int64(1), "https://lh3.test/gina.png"}, []any(user.Values()))
	account := site.SQL("SELECT account_id, provider_id, access_token, refresh_token, scope, access_token_expires_at, password FROM account")[0]
	assert.Equal(t, []any{"sub-gina", "google", "google_gina", "refresh_gina", "openid,email,profile", site.Now().Add(time.Hour).Unix(), nil}, []any(account.Values()))

	site.Providers.Google["gina"] = with(gina, "name", "Someone Else")
	require.Equal(t, "/studio", site.Browser().Consent("google", "gina").Location())
	assert.EqualValues(t, 1, site.Count("SELECT count(*) FROM account"))
	assert.Equal(t, "Gina", site.SQL("SELECT name FROM user")[0].Text(0), "a user's name is the user's")
}

func TestNewUserGoesToItsOwnPage(t *testing.T) {
	site := apitest.New(t)
	site.Providers.Google["gina"] = gina
	for _, want := range []string{"/welcome", "/studio"} {
		b := site.Browser()
		state := b.Begin("/api/auth/sign-in/social", "google", map[string]any{"newUserCallbackURL": "/welcome"})
		assert.Equal(t, want, b.Get("/api/auth/callback/google?code=gina&state="+state).Location())
	}
}

func TestSignInWithGitHub(t *testing.T) {
	const list = `[{"email":"second@example.test","primary":false,"verified":true},{"email":"first@example.test","primary":true,"verified":true}]`
	cases := map[string]struct {
		user        apitest.GitHubUser
		name, email string
		verified    int64
	}{
		"address shown":      {apitest.GitHubUser{Profile: `{"id":42,"login":"hub","name":"Hub","email":"second@example.test","avatar_url":null}`, Emails: list}, "Hub", "second@example.test", 1},
		"address hidden":     {apitest.GitHubUser{Profile: `{"id":42,"login":"hub","name":null,"email":null}`, Emails: list}, "hub", "first@example.test", 1},
		"no primary":         {apitest.GitHubUser{Profile: `{"id":42,"login":"hub"}`, Emails: `[{"email":"Any@example.test","verified":false}]`}, "hub", "any@example.test", 0},
		"list refused":       {apitest.GitHubUser{Profile: `{"id":42,"login":"hub","email":"shown@example.test"}`, Emails: ""}, "hub", "shown@example.test", 0},
		"id beyond a double": {apitest.GitHubUser{Profile: `{"id":90071992547409931,"login":"hub","email":"shown@example.test"}`, Emails: "[]"}, "hub", "shown@example.test", 0},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			site := apitest.New(t)
			site.Providers.GitHub["hub"] = tc.user
			require.Equal(t, "/studio", site.Browser().Consent("github", "hub").Location())
			row := site.SQL("SELECT u.name, u.email, u.email_verified, a.scope FROM user u JOIN account a ON a.user_id = u.id")[0]
			assert.Equal(t, []any{tc.name, tc.email, tc.verified, "read:user,user:email"}, []any(row.Values()))
		})
	}
}
