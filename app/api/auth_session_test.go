package api_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/binding"
)

func TestGetSession(t *testing.T) {
	site := newSite(t)
	ada := site.browser()
	ada.signUp("Ada")

	site.db.trips = 0
	cached := ada.get("/api/auth/get-session")
	assert.Zero(t, site.db.trips, "the cache is enough")
	assert.Empty(t, cached.Result().Cookies())

	delete(ada.cookies, sessionData)
	found := ada.get("/api/auth/get-session")
	assert.Equal(t, 1, site.db.trips)
	assert.Equal(t, cached.Body.String(), found.Body.String())
	assert.NotNil(t, found.cookie(sessionData), "a new cache")
	assert.Nil(t, found.cookie(sessionToken))

	asked := ada.get("/api/auth/get-session?disableCookieCache=false")
	assert.Equal(t, 2, site.db.trips, "any text counts as true")
	assert.NotNil(t, asked.cookie(sessionData))

	site.now = site.now.Add(5*time.Minute + time.Millisecond)
	ada.get("/api/auth/get-session")
	assert.Equal(t, 3, site.db.trips, "the cache is over")
	assert.Equal(t, "null", site.browser().get("/api/auth/get-session").Body.String())
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
			site := newSite(t)
			ada := site.browser()
			ada.signUp("Ada")
			delete(ada.cookies, sessionData)
			site.now = site.now.Add(7*24*time.Hour - tc.left)
			response := ada.get("/api/auth/get-session" + tc.query)
			require.NotNil(t, response.body["user"])
			left := time.Duration(site.count("SELECT expires_at FROM session")-site.now.Unix()) * time.Second
			if tc.rolls {
				assert.Equal(t, 7*24*time.Hour, left)
				assert.Equal(t, 604800, response.cookie(sessionToken).MaxAge)
			} else {
				assert.Equal(t, tc.left, left)
				assert.Nil(t, response.cookie(sessionToken))
			}
		})
	}
}

func TestGetSessionThatIsOver(t *testing.T) {
	site := newSite(t)
	ada := site.browser()
	ada.signUp("Ada")
	site.now = site.now.Add(7*24*time.Hour + time.Second)
	response := ada.get("/api/auth/get-session")
	assert.Equal(t, "null", response.Body.String())
	assert.Empty(t, ada.cookies)
	assert.Zero(t, site.count("SELECT count(*) FROM session"))
}

// A session cache that does not hold never keeps a good session out, and is cleared.
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
			ada := newSite(t).browser()
			ada.signUp("Ada")
			ada.cookies[sessionData] = tc.cache
			assert.Equal(t, http.StatusOK, ada.get("/api/auth/list-sessions").Code)
			assert.Equal(t, http.StatusOK, ada.get("/api/me").Code)

			first := ada.get("/api/auth/get-session")
			require.Equal(t, http.StatusOK, first.Code)
			assert.Equal(t, tc.null, first.Body.String() == "null")
			assert.NotEqual(t, tc.cache, ada.cookies[sessionData], "replaced or cleared")
			assert.NotNil(t, ada.get("/api/auth/get-session").body["user"])
		})
	}
}

func TestNameThatLooksLikeADate(t *testing.T) {
	site := newSite(t)
	ada := site.browser()
	ada.signUp("Ada")
	require.Equal(t, http.StatusOK, ada.post("/api/auth/update-user", map[string]any{"name": "2024-01-01T00:00:00Z"}).Code)
	site.db.trips = 0
	user := ada.get("/api/auth/get-session").body["user"].(map[string]any)
	assert.Equal(t, "2024-01-01T00:00:00Z", user["name"])
	assert.Zero(t, site.db.trips, "out of the cache")
}

func TestLongCacheIsChunked(t *testing.T) {
	site := newSite(t)
	ada := site.browser()
	ada.signUp("Ada")
	name := strings.Repeat("<ü\u2028😀>", 400)
	require.Equal(t, http.StatusOK, ada.post("/api/auth/update-user", map[string]any{"name": name}).Code)
	assert.NotContains(t, ada.cookies, sessionData)
	assert.Contains(t, ada.cookies, sessionData+".0")
	assert.Contains(t, ada.cookies, sessionData+".1")
	site.db.trips = 0
	user := ada.get("/api/auth/get-session").body["user"].(map[string]any)
	assert.Equal(t, name, user["name"])
	assert.Zero(t, site.db.trips, "joined from its chunks")

	require.Equal(t, http.StatusOK, ada.post("/api/auth/update-user", map[string]any{"name": "Ada"}).Code)
	assert.NotContains(t, ada.cookies, sessionData+".0", "stale chunks are deleted")
	assert.Contains(t, ada.cookies, sessionData)

	require.Equal(t, http.StatusOK, ada.post("/api/auth/update-user", map[string]any{"name": strings.Repeat("n", 8<<10), "image": strings.Repeat("i", 8<<10)}).Code)
	assert.NotContains(t, ada.cookies, sessionData, "too long for any browser")
	assert.Equal(t, "ada@example.test", ada.signedInAs())
}

func TestSessionsOfAUser(t *testing.T) {
	site := newSite(t)
	first, second, bob := site.browser(), site.browser(), site.browser()
	first.signUp("Ada")
	second.signIn("Ada")
	bobs := bob.signUp("Bob").body["token"]

	list := first.get("/api/auth/list-sessions").Body.String()
	assert.Equal(t, 2, strings.Count(list, `"token"`))
	assert.Less(t, strings.Index(list, token(first)), strings.Index(list, token(second)), "in the order of their making")

	assert.Equal(t, `{"status":true}`, first.post("/api/auth/revoke-session", map[string]any{"token": bobs}).Body.String())
	assert.Equal(t, "bob@example.test", bob.signedInAs(), "another's session is left alone")

	first.post("/api/auth/revoke-session", map[string]any{"token": token(second)})
	assert.Equal(t, http.StatusOK, second.get("/api/auth/list-sessions").Code, "the cache vouches for up to five minutes")
	assert.Equal(t, http.StatusUnauthorized, second.post("/api/auth/revoke-sessions", map[string]any{}).Code)
	assert.Empty(t, second.signedInAs())

	second.signIn("Ada")
	first.post("/api/auth/revoke-other-sessions", map[string]any{})
	assert.Empty(t, second.signedInAs())
	assert.Equal(t, "ada@example.test", first.signedInAs())

	first.post("/api/auth/revoke-sessions", map[string]any{})
	assert.Empty(t, first.signedInAs())
	assert.Equal(t, "bob@example.test", bob.signedInAs())
}

// token is a browser's session token, without its signature.
func token(b *browser) string {
	value, _, _ := strings.Cut(b.cookies[sessionToken], ".")
	return value
}

func TestSecureCookies(t *testing.T) {
	site := newSite(t)
	site.env["BETTER_AUTH_URL"] = "https://api.example.test"
	site.start()
	ada := site.browser()
	response := ada.signUp("Ada")
	for _, cookie := range response.Result().Cookies() {
		assert.True(t, strings.HasPrefix(cookie.Name, "__Secure-better-auth."), cookie.Name)
		assert.True(t, cookie.Secure && cookie.HttpOnly && cookie.SameSite == http.SameSiteLaxMode && cookie.Path == "/", cookie.Raw)
	}
	assert.NotEmpty(t, ada.signedInAs())
	plain := site.browser()
	plain.cookies[sessionToken] = ada.cookies["__Secure-"+sessionToken]
	assert.Empty(t, plain.signedInAs(), "names without the prefix are not read")
}

// Browsers drop a cookie of more than 4,096 bytes with its name, and with it go the sessions' shortcuts.
func TestNoCookieIsTooLongForABrowser(t *testing.T) {
	for _, publicURL := range []string{publicURL, "https://app.example.test"} {
		site := newSite(t)
		site.env[binding.AuthURL] = publicURL
		site.start()
		ada := site.browser()
		ada.signUp("Ada")
		whole, split := false, false
		for length := 2100; length < 2600; length++ {
			response := ada.post("/api/auth/update-user", map[string]any{"name": strings.Repeat("n", length)})
			require.Equal(t, http.StatusOK, response.Code)
			for _, cookie := range response.Result().Cookies() {
				require.LessOrEqual(t, len(cookie.Name)+len(cookie.Value), 4096, "%s of a name of %d", cookie.Name, length)
				whole = whole || strings.HasSuffix(cookie.Name, sessionData) && len(cookie.Value) > 4000
				split = split || strings.HasSuffix(cookie.Name, sessionData+".1")
			}
		}
		assert.True(t, whole && split, "both forms were met")
	}
}
