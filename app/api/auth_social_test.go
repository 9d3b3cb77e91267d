package api_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// gina is a user of Google whose address Google has verified.
var gina = jwt.MapClaims{
	"sub": "sub-gina", "email": "Gina@Example.test", "email_verified": true, "name": "Gina", "picture": "https://lh3.test/gina.png",
}

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
			site := newSite(t)
			b := site.browser()
			response := b.post("/api/auth/sign-in/social", map[string]any{
				"provider": tc.provider, "scopes": []string{"calendar"}, "loginHint": "a@b.test",
			})
			require.Equal(t, http.StatusOK, response.Code, response.Body.String())
			assert.Equal(t, true, response.body["redirect"])
			assert.Equal(t, response.location(), response.body["url"])
			target, err := url.Parse(response.location())
			require.NoError(t, err)
			query := target.Query()
			target.RawQuery = ""
			assert.Equal(t, tc.endpoint, target.String())
			assert.Equal(t, tc.scope, query.Get("scope"))
			assert.Equal(t, publicURL+"/api/auth/callback/"+tc.provider, query.Get("redirect_uri"))
			assert.Equal(t, "S256", query.Get("code_challenge_method"))
			assert.Equal(t, "a@b.test", query.Get("login_hint"))
			assert.Regexp(t, `^[\w-]{32}$`, query.Get("state"))
			assert.Equal(t, 300, response.cookie(oauthState).MaxAge)
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
			response := newSite(t).browser().post("/api/auth/sign-in/social", tc.body)
			assert.Equal(t, tc.want, response.Code)
			assert.Equal(t, tc.code, response.body["code"])
		})
	}
}

func TestProviderWithoutSecretIsNotOffered(t *testing.T) {
	site := newSite(t)
	delete(site.env, "GITHUB_CLIENT_SECRET")
	site.start()
	response := site.browser().post("/api/auth/sign-in/social", map[string]any{"provider": "github"})
	assert.Equal(t, "PROVIDER_NOT_FOUND", response.body["code"])
}

// Additional data is kept beside the state, and takes the place of nothing in it: least of all of the user to link.
func TestAdditionalDataChangesNoState(t *testing.T) {
	for name, spell := range map[string]func(string) string{
		"as they are": func(key string) string { return key }, "upper case": strings.ToUpper, "lower case": strings.ToLower,
	} {
		t.Run(name, func(t *testing.T) {
			site := newSite(t)
			site.browser().signUp("Victim")
			victim := site.sql("SELECT id FROM user")[0].Text(0)
			site.providers.google["eve"] = with(gina, "email", "eve@example.test")
			eve := site.browser()
			state := eve.begin("/api/auth/sign-in/social", "google", map[string]any{"additionalData": map[string]any{
				"plan":                "pro",
				spell("link"):         map[string]any{"userId": victim, "email": "eve@example.test"},
				spell("callbackURL"):  "https://evil.test",
				spell("errorURL"):     "https://evil.test",
				spell("newUserURL"):   "https://evil.test",
				spell("codeVerifier"): "known",
				spell("expiresAt"):    1,
			}})
			assert.Equal(t, "pro", site.sql("SELECT json_extract(value, '$.plan') FROM verification")[0].Text(0))
			assert.Equal(t, "/studio", eve.get("/api/auth/callback/google?code=eve&state="+state).location())
			assert.Len(t, site.providers.forms[0].Get("code_verifier"), 128)
			assert.EqualValues(t, 1, site.count("SELECT count(*) FROM account WHERE user_id = ?", victim), "nothing is linked to another")
		})
	}
}

func TestSignInWithGoogle(t *testing.T) {
	site := newSite(t)
	site.providers.google["gina"] = gina
	b := site.browser()
	response := b.consent("google", "gina")
	require.Equal(t, http.StatusFound, response.Code)
	assert.Equal(t, "/studio", response.location())
	assert.Equal(t, "application/json", response.Header().Get("Content-Type"))
	assert.Negative(t, response.cookie(oauthState).MaxAge)
	assert.Equal(t, "gina@example.test", b.signedInAs())
	assert.Equal(t, "addreams", site.providers.agents[0])
	form := site.providers.forms[0]
	assert.Len(t, form.Get("code_verifier"), 128)
	assert.Equal(t, "google-secret", form.Get("client_secret"))

	user := site.sql("SELECT name, email, email_verified, image FROM user")[0]
	assert.Equal(t, []any{"Gina", "gina@example.test", int64(1), "https://lh3.test/gina.png"}, []any(user))
	account := site.sql("SELECT account_id, provider_id, access_token, refresh_token, scope, access_token_expires_at, password FROM account")[0]
	assert.Equal(t, []any{"sub-gina", "google", "google_gina", "refresh_gina", "openid,email,profile", site.now.Add(time.Hour).Unix(), nil}, []any(account))

	site.providers.google["gina"] = with(gina, "name", "Someone Else")
	require.Equal(t, "/studio", site.browser().consent("google", "gina").location())
	assert.EqualValues(t, 1, site.count("SELECT count(*) FROM account"))
	assert.Equal(t, "Gina", site.sql("SELECT name FROM user")[0].Text(0), "a user's name is the user's")
}

func TestNewUserGoesToItsOwnPage(t *testing.T) {
	site := newSite(t)
	site.providers.google["gina"] = gina
	for _, want := range []string{"/welcome", "/studio"} {
		b := site.browser()
		state := b.begin("/api/auth/sign-in/social", "google", map[string]any{"newUserCallbackURL": "/welcome"})
		assert.Equal(t, want, b.get("/api/auth/callback/google?code=gina&state="+state).location())
	}
}

func TestSignInWithGitHub(t *testing.T) {
	const list = `[{"email":"second@example.test","primary":false,"verified":true},{"email":"first@example.test","primary":true,"verified":true}]`
	cases := map[string]struct {
		user        gitHubUser
		name, email string
		verified    int64
	}{
		"address shown":      {gitHubUser{`{"id":42,"login":"hub","name":"Hub","email":"second@example.test","avatar_url":null}`, list}, "Hub", "second@example.test", 1},
		"address hidden":     {gitHubUser{`{"id":42,"login":"hub","name":null,"email":null}`, list}, "hub", "first@example.test", 1},
		"no primary":         {gitHubUser{`{"id":42,"login":"hub"}`, `[{"email":"Any@example.test","verified":false}]`}, "hub", "any@example.test", 0},
		"list refused":       {gitHubUser{`{"id":42,"login":"hub","email":"shown@example.test"}`, ""}, "hub", "shown@example.test", 0},
		"id beyond a double": {gitHubUser{`{"id":90071992547409931,"login":"hub","email":"shown@example.test"}`, "[]"}, "hub", "shown@example.test", 0},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			site := newSite(t)
			site.providers.github["hub"] = tc.user
			require.Equal(t, "/studio", site.browser().consent("github", "hub").location())
			row := site.sql("SELECT u.name, u.email, u.email_verified, a.scope FROM user u JOIN account a ON a.user_id = u.id")[0]
			assert.Equal(t, []any{tc.name, tc.email, tc.verified, "read:user,user:email"}, []any(row))
		})
	}
}
