package betterauth_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api/apitest"
	"github.com/addreams/addreams/app/binding"
)

func TestGetSession(t *testing.T) {
	site := apitest.New(t)
	ada := site.Browser()
	ada.SignUp("Ada")

	site.DB.Trips = 0
	cached := ada.Get("/api/auth/get-session")
	assert.Zero(t, site.DB.Trips, "the cache is enough")
	assert.Empty(t, cached.Result().Cookies())

	delete(ada.Cookies, apitest.SessionData)
	found := ada.Get("/api/auth/get-session")
	assert.Equal(t, 1, site.DB.Trips)
	assert.Equal(t, cached.Body.String(), found.Body.String())
	assert.NotNil(t, found.Cookie(apitest.SessionData), "a new cache")
	assert.Nil(t, found.Cookie(apitest.SessionToken))

	asked := ada.Get("/api/auth/get-session?disableCookieCache=false")
	assert.Equal(t, 2, site.DB.Trips, "any text counts as true")
	assert.NotNil(t, asked.Cookie(apitest.SessionData))

	site.Later(5*time.Minute + time.Millisecond)
	ada.Get("/api/auth/get-session")
	assert.Equal(t, 3, site.DB.Trips, "the cache is over")
	assert.Equal(t, "null", site.Browser().Get("/api/auth/get-session").Body.String())
}

func TestGetSessionRollsOn(t *testing.T) {
	cases := map[string]struct {
		query string
		left  time.Duration
		rolls bool
	}{
		"six days and a second left": {left: 6*24*time.Hour + time.Second},
		"six days left":              {left: 6 * 24 * time.Hour, rolls: true},
		"an hour left":               {left: time.Hour, rolls: true},
		"switched off":               {left: time.Hour, query: "?disableRefresh=1"},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			site := apitest.New(t)
			ada := site.Browser()
			ada.SignUp("Ada")
			delete(ada.Cookies, apitest.SessionData)
			site.Later(7*24*time.Hour - tc.left)
			response := ada.Get("/api/auth/get-session" + tc.query)
			require.NotNil(t, response.JSON["user"])

			left := time.Duration(site.Count("SELECT expires_at FROM session")-site.Now().Unix()) * time.Second
			if tc.rolls {
				assert.Equal(t, 7*24*time.Hour, left)
				assert.Equal(t, 604800, response.Cookie(apitest.SessionToken).MaxAge)
			} else {
				assert.Equal(t, tc.left, left)
				assert.Nil(t, response.Cookie(apitest.SessionToken))
			}
		})
	}
}

func TestGetSessionThatIsOver(t *testing.T) {
	site := apitest.New(t)
	ada := site.Browser()
	ada.SignUp("Ada")
	site.Later(7*24*time.Hour + time.Second)
	response := ada.Get("/api/auth/get-session")
	assert.Equal(t, "null", response.Body.String())
	assert.Empty(t, ada.Cookies)
	assert.Zero(t, site.Count("SELECT count(*) FROM session"))
}

// An invalid session cache never keeps a valid session out, and is cleared.
func TestBadSessionCache(t *testing.T) {
	forged := base64.RawURLEncoding.EncodeToString([]byte(
		`{"session":{"session":{},"user":{},"updatedAt":1,"version":"1"},"expiresAt":9999999999999,"signature":"` + strings.Repeat("A", 43) + `"}`))
	cases := map[string]struct {
		cache string
		null  bool // as better-auth answers the first get-session
	}{
		"wrong signature": {cache: forged, null: true},
		"not base64url":   {cache: "!!!notbase64!!!"},
		"not JSON":        {cache: base64.RawURLEncoding.EncodeToString([]byte("not json"))},
		"no object":       {cache: base64.RawURLEncoding.EncodeToString([]byte("[]")), null: true},
		"a null":          {cache: base64.RawURLEncoding.EncodeToString([]byte("null"))},
		"a zero":          {cache: base64.RawURLEncoding.EncodeToString([]byte("-0.0"))},
		"a text":          {cache: base64.RawURLEncoding.EncodeToString([]byte(`"x"`)), null: true},
		"nothing in it":   {cache: base64.RawURLEncoding.EncodeToString([]byte("{}")), null: true},
		"session as text": {cache: base64.RawURLEncoding.EncodeToString([]byte(`{"session":"}","expiresAt":1,"signature":""}`)), null: true},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			ada := apitest.New(t).Browser()
			ada.SignUp("Ada")
			ada.Cookies[apitest.SessionData] = tc.cache
			assert.Equal(t, http.StatusOK, ada.Get("/api/auth/list-sessions").Code)
			assert.Equal(t, http.StatusOK, ada.Get("/api/me").Code)

			first := ada.Get("/api/auth/get-session")
			require.Equal(t, http.StatusOK, first.Code)
			assert.Equal(t, tc.null, first.Body.String() == "null")
			assert.NotEqual(t, tc.cache, ada.Cookies[apitest.SessionData], "replaced or cleared")
			assert.NotNil(t, ada.Get("/api/auth/get-session").JSON["user"])
		})
	}
}

func TestNameThatLooksLikeADate(t *testing.T) {
	site := apitest.New(t)
	ada := site.Browser()
	ada.SignUp("Ada")
	require.Equal(t, http.StatusOK, ada.Post("/api/auth/update-user", map[string]any{"name": "2024-01-01T00:00:00Z"}).Code)
	site.DB.Trips = 0
	user := ada.Get("/api/auth/get-session").JSON["user"].(map[string]any)
	assert.Equal(t, "2024-01-01T00:00:00Z", user["name"])
	assert.Zero(t, site.DB.Trips, "out of the cache")
}

func TestLongCacheIsChunked(t *testing.T) {
	site := apitest.New(t)
	ada := site.Browser()
	ada.SignUp("Ada")
	name := strings.Repeat("<ü\u2028😀>", 400)
	require.Equal(t, http.StatusOK, ada.Post("/api/auth/update-user", map[string]any{"name": name}).Code)
	assert.NotContains(t, ada.Cookies, apitest.SessionData)
	assert.Contains(t, ada.Cookies, apitest.SessionData+".0")
	assert.Contains(t, ada.Cookies, apitest.SessionData+".1")
	site.DB.Trips = 0
	user := ada.Get("/api/auth/get-session").JSON["user"].(map[string]any)
	assert.Equal(t, name, user["name"])
	assert.Zero(t, site.DB.Trips, "joined from its chunks")

	require.Equal(t, http.StatusOK, ada.Post("/api/auth/update-user", map[string]any{"name": "Ada"}).Code)
	assert.NotContains(t, ada.Cookies, apitest.SessionData+".0", "stale chunks are deleted")
	assert.Contains(t, ada.Cookies, apitest.SessionData)

	require.Equal(t, http.StatusOK, ada.Post("/api/auth/update-user", map[string]any{"name": strings.Repeat("n", 8<<10), "image": strings.Repeat("i", 8<<10)}).Code)
	assert.NotContains(t, ada.Cookies, apitest.SessionData, "too long for any browser")
	assert.Equal(t, "ada@example.test", ada.SignedInAs())
}

func TestSessionsOfAUser(t *testing.T) {
	site := apitest.New(t)
	first, second, bob := site.Browser(), site.Browser(), site.Browser()
	first.SignUp("Ada")
	second.SignIn("Ada")
	bobs := bob.SignUp("Bob").JSON["token"]

	list := first.Get("/api/auth/list-sessions").Body.String()
	assert.Equal(t, 2, strings.Count(list, `"token"`))
	assert.Less(t, strings.Index(list, token(first)), strings.Index(list, token(second)), "in the order of their making")

	assert.Equal(t, `{"status":true}`, first.Post("/api/auth/revoke-session", map[string]any{"token": bobs}).Body.String())
	assert.Equal(t, "bob@example.test", bob.SignedInAs(), "another's session is left alone")

	first.Post("/api/auth/revoke-session", map[string]any{"token": token(second)})
	assert.Equal(t, http.StatusOK, second.Get("/api/auth/list-sessions").Code, "the cache vouches for up to five minutes")
	assert.Equal(t, http.StatusUnauthorized, second.Post("/api/auth/revoke-sessions", map[string]any{}).Code)
	assert.Empty(t, second.SignedInAs())

	second.SignIn("Ada")
	first.Post("/api/auth/revoke-other-sessions", map[string]any{})
	assert.Empty(t, second.SignedInAs())
	assert.Equal(t, "ada@example.test", first.SignedInAs())

	first.Post("/api/auth/revoke-sessions", map[string]any{})
	assert.Empty(t, first.SignedInAs())
	assert.Equal(t, "bob@example.test", bob.SignedInAs())
}

// token is a browser's session token, without its signature.
func token(b *apitest.Browser) string {
	value, _, _ := strings.Cut(b.Cookies[apitest.SessionToken], ".")
	return value
}

func TestSecureCookies(t *testing.T) {
	site := apitest.New(t)
	site.Env["BETTER_AUTH_URL"] = "https://api.example.test"
	site.Start()
	ada := site.Browser()
	response := ada.SignUp("Ada")
	for _, cookie := range response.Result().Cookies() {
		assert.True(t, strings.HasPrefix(cookie.Name, "__Secure-better-auth."), cookie.Name)
		assert.True(t, cookie.Secure && cookie.HttpOnly && cookie.SameSite == http.SameSiteLaxMode && cookie.Path == "/", cookie.Raw)
	}
	assert.NotEmpty(t, ada.SignedInAs())

	plain := site.Browser()
	plain.Cookies[apitest.SessionToken] = ada.Cookies["__Secure-"+apitest.SessionToken]

	assert.Empty(t, plain.SignedInAs(), "names without the prefix are not read")
}

// Browsers drop a cookie that has more than 4,096 bytes with its name, and the session cache would be lost.
func TestNoCookieIsTooLongForABrowser(t *testing.T) {
	for _, publicURL := range []string{apitest.PublicURL, "https://app.example.test"} {
		site := apitest.New(t)
		site.Env[binding.AuthURL] = publicURL
		site.Start()
		ada := site.Browser()
		ada.SignUp("Ada")
		whole, split := false, false
		for length := 2100; length < 2600; length++ {
			response := ada.Post("/api/auth/update-user", map[string]any{"name": strings.Repeat("n", length)})
			require.Equal(t, http.StatusOK, response.Code)
			for _, cookie := range response.Result().Cookies() {
				require.LessOrEqual(t, len(cookie.Name)+len(cookie.Value), 4096, "%s of a name of %d", cookie.Name, length)
				whole = whole || strings.HasSuffix(cookie.Name, apitest.SessionData) && len(cookie.Value) > 4000
				split = split || strings.HasSuffix(cookie.Name, apitest.SessionData+".1")
			}
		}

		assert.True(t, whole && split, "both forms were met")
	}
}

// A good session cache counts only beside the token of its session: one that got to another's browser shows nothing there.
func TestSessionCacheOfAnotherSession(t *testing.T) {
	site := apitest.New(t)
	ada, eve := site.Browser(), site.Browser()
	ada.SignUp("Ada")
	eve.SignUp("Eve")
	eve.Cookies[apitest.SessionData] = ada.Cookies[apitest.SessionData]

	assert.Equal(t, "eve@example.test", eve.Get("/api/me").JSON["user"].(map[string]any)["email"])
	assert.Equal(t, "eve@example.test", eve.Get("/api/auth/get-session").JSON["user"].(map[string]any)["email"])
	assert.NotEqual(t, ada.Cookies[apitest.SessionData], eve.Cookies[apitest.SessionData], "replaced")
}
