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

func TestCallbackRefuses(t *testing.T) {
	const errorPage = apitest.PublicURL + "/api/auth/error"
	cases := map[string]struct {
		query    string // STATE is replaced with the state
		provider string
		before   func(*apitest.Browser)
		start    map[string]any
		want     string
	}{
		"no state":         {query: "code=gina", want: errorPage + "?state=state_not_found"},
		"unknown state":    {query: "code=gina&state=nope", want: errorPage + "?error=please_restart_the_process"},
		"no cookie":        {query: "code=gina&state=STATE", before: func(b *apitest.Browser) { delete(b.Cookies, apitest.OAuthState) }, want: errorPage + "?error=state_mismatch"},
		"tampered cookie":  {query: "code=gina&state=STATE", before: func(b *apitest.Browser) { b.Cookies[apitest.OAuthState] += "x" }, want: errorPage + "?error=state_mismatch"},
		"state too old":    {query: "code=gina&state=STATE", before: func(b *apitest.Browser) { b.Later(11 * time.Minute) }, want: errorPage + "?error=please_restart_the_process"},
		"consent refused":  {query: "error=access_denied&error_description=User%20said%20no&state=STATE", start: map[string]any{"errorCallbackURL": "/login?x=1"}, want: "/login?x=1&error=access_denied&error_description=User+said+no"},
		"into a fragment":  {query: "error=access_denied&state=STATE", start: map[string]any{"errorCallbackURL": apitest.Frontend + "/#/login?x=1"}, want: apitest.Frontend + "/?error=access_denied#/login?x=1"},
		"query, fragment":  {query: "state=STATE", start: map[string]any{"errorCallbackURL": apitest.Frontend + "/a?b=c#d"}, want: apitest.Frontend + "/a?b=c&error=no_code#d"},
		"empty fragment":   {query: "state=STATE", start: map[string]any{"errorCallbackURL": apitest.Frontend + "/a#"}, want: apitest.Frontend + "/a?error=no_code#"},
		"no code":          {query: "state=STATE", want: errorPage + "?error=no_code"},
		"wrong code":       {query: "code=wrong&state=STATE", want: errorPage + "?error=invalid_code"},
		"unknown provider": {query: "code=gina&state=STATE", provider: "nope", want: errorPage + "?error=oauth_provider_not_found"},
		"another provider": {query: "code=gina&state=STATE", provider: "github", want: errorPage + "?error=state_mismatch"},
		"no address":       {query: "code=noemail&state=STATE", want: errorPage + "?error=email_not_found"},
		"answer too odd": {query: "code=gina&state=STATE", before: func(b *apitest.Browser) {
			b.Providers.Answers["https://oauth2.googleapis.com/token"] = func() (int, string) { return 200, "<html>" }
		}, want: errorPage + "?error=invalid_code"},
		"no id_token": {query: "code=gina&state=STATE", before: func(b *apitest.Browser) {
			b.Providers.Answers["https://oauth2.googleapis.com/token"] = func() (int, string) { return 200, `{"access_token":"x"}` }
		}, want: errorPage + "?error=unable_to_get_user_info"},
		"unverified address of a user": {query: "code=unverified&state=STATE", want: errorPage + "?error=account_not_linked"},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			site := apitest.New(t)
			site.Browser().SignUp("Ada")
			site.Providers.Google["gina"] = gina
			site.Providers.Google["noemail"] = jwt.MapClaims{"sub": "x"}
			site.Providers.Google["unverified"] = jwt.MapClaims{"sub": "x", "email": "ada@example.test", "email_verified": false}
			b := site.Browser()
			state := b.Begin("/api/auth/sign-in/social", "google", tc.start)
			if tc.before != nil {
				tc.before(b)
			}
			if tc.provider == "" {
				tc.provider = "google"
			}
			query := strings.ReplaceAll(tc.query, "STATE", state)
			response := b.Get("/api/auth/callback/" + tc.provider + "?" + query)

			assert.Equal(t, http.StatusFound, response.Code)
			assert.Equal(t, tc.want, response.Location())
			assert.Nil(t, response.Cookie(apitest.SessionToken))
			assert.EqualValues(t, 1, site.Count("SELECT count(*) FROM user"))
		})
	}
}

func TestStateWorksOnce(t *testing.T) {
	site := apitest.New(t)
	site.Providers.Google["gina"] = gina
	b := site.Browser()
	state := b.Begin("/api/auth/sign-in/social", "google", nil)
	cookie := b.Cookies[apitest.OAuthState]
	path := "/api/auth/callback/google?code=gina&state=" + state
	require.Equal(t, "/studio", b.Get(path).Location())
	b.Cookies[apitest.OAuthState] = cookie
	assert.Equal(t, apitest.PublicURL+"/api/auth/error?error=please_restart_the_process", b.Get(path).Location())
}

// A state that the TypeScript service issued just before the switch has no provider, and works.
func TestStateOfTheServiceBefore(t *testing.T) {
	site := apitest.New(t)
	site.Providers.Google["gina"] = gina
	b := site.Browser()
	state := b.Begin("/api/auth/sign-in/social", "google", nil)
	site.SQL("UPDATE verification SET provider_id = NULL")
	assert.Equal(t, "/studio", b.Get("/api/auth/callback/google?code=gina&state="+state).Location())
}

// An attacker who registers a victim's address first must not be able to sign in once its owner has.
func TestLinkingEndsWhatWasThereBeforeTheAddressWasVerified(t *testing.T) {
	site := apitest.New(t)
	squatter := site.Browser()
	squatter.SignUp("Gina")
	require.Equal(t, http.StatusOK, squatter.Post("/api/auth/update-user", map[string]any{"name": "Send me money", "image": "https://evil.test/qr.png"}).Code)
	site.Providers.Google["gina"] = gina
	owner := site.Browser()
	response := owner.Consent("google", "gina")
	require.Equal(t, "/studio", response.Location())

	assert.Equal(t, http.StatusUnauthorized, site.Browser().SignIn("Gina").Code, "the password is gone")
	assert.Empty(t, squatter.SignedInAs(), "the sessions are gone")
	assert.Equal(t, "gina@example.test", owner.SignedInAs())
	user := owner.Get("/api/auth/get-session").JSON["user"].(map[string]any)
	assert.Equal(t, true, user["emailVerified"], "the cookie says what the row says")
	assert.Equal(t, []any{"Gina", "https://lh3.test/gina.png"}, []any{user["name"], user["image"]}, "name and picture are the owner's")
	assert.Equal(t, []any{"Gina", "https://lh3.test/gina.png"}, []any(site.SQL("SELECT name, image FROM user")[0].Values()))
	assert.EqualValues(t, 1, site.Count("SELECT count(*) FROM user"))
	assert.EqualValues(t, 1, site.Count("SELECT count(*) FROM account"))
}

func TestLinkingKeepsThePasswordOfAVerifiedAddress(t *testing.T) {
	site := apitest.New(t)
	ada := site.Browser()
	ada.SignUp("Gina")
	site.SQL("UPDATE user SET email_verified = 1")
	site.Providers.Google["gina"] = gina
	site.SQL("UPDATE user SET name = 'My own name'")
	require.Equal(t, "/studio", site.Browser().Consent("google", "gina").Location())
	assert.Equal(t, "gina@example.test", ada.SignedInAs())
	assert.Equal(t, "My own name", site.SQL("SELECT name FROM user")[0].Text(0), "and the name")
	assert.Equal(t, http.StatusOK, site.Browser().SignIn("Gina").Code)
}

func TestCallbackByForm(t *testing.T) {
	b := apitest.New(t).Browser()
	response := b.Do(http.MethodPost, "/api/auth/callback/google?state=abc", "application/x-www-form-urlencoded", []byte("code=a%20b&other=1"))
	assert.Equal(t, http.StatusFound, response.Code)
	assert.Equal(t, apitest.PublicURL+"/api/auth/callback/google?code=a+b&state=abc", response.Location())
}

// An address with a Kelvin sign in place of a k may be another person's: it opens no user of the address with the k.
func TestAnAddressThatOnlyLooksTheSame(t *testing.T) {
	site := apitest.New(t)
	kate := site.Browser()
	kate.SignUp("Kate")
	site.SQL("UPDATE user SET email_verified = 1")
	site.Providers.Google["kelvin"] = jwt.MapClaims{"sub": "x", "email": "\u212aATE@example.test", "email_verified": true}

	b := site.Browser()
	b.Consent("google", "kelvin")

	assert.Equal(t, "\u212aate@example.test", b.SignedInAs())
	assert.Equal(t, "kate@example.test", kate.SignedInAs())
	assert.EqualValues(t, 2, site.Count("SELECT count(*) FROM user"))
}
