package api_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api/apitest"
)

// keyed sends requests with an API key, and without cookies.
type keyed struct {
	*user
	ID, Key string
}

// makeKey makes a key of the user from a body of JSON.
func (u *user) makeKey(body string) keyed {
	u.T.Helper()
	response := u.do(http.MethodPost, "/api/auth/api-key/create", body, "Content-Type", "application/json", "Origin", apitest.Frontend)
	require.Equal(u.T, http.StatusOK, response.Code, response.Body)
	made := decode[keyed](u.T, response)
	made.user = &user{World: u.World, id: u.id}
	return made
}

func (p keyed) send(method, path, body string, headers ...string) *httptest.ResponseRecorder {
	return p.do(method, path, body, append([]string{"X-Api-Key", p.Key, "Content-Type", "application/json"}, headers...)...)
}

// update changes a key.
func (u *user) update(body string) *httptest.ResponseRecorder {
	return u.do(http.MethodPost, "/api/auth/api-key/update", body, "Content-Type", "application/json", "Origin", apitest.Frontend)
}

func TestAKeyActsForItsUser(t *testing.T) {
	s := apitest.New(t)
	ada, bob := signUp(s, "ada"), signUp(s, "bob")
	of := ada.generate()
	others := bob.generate()
	program := ada.makeKey(`{"name":"ci"}`)

	made := program.send(http.MethodPost, textRoute, `{"prompt":"a hat"}`)
	require.Equal(t, http.StatusOK, made.Code, made.Body)
	assert.Equal(t, [2]int64{3, 5}, ada.balance())

	for path, part := range map[string]string{
		"/api/me":                          "ada@example.test",
		"/api/workflows":                   "image-from-text",
		"/api/credits":                     "generation_debit",
		"/api/history":                     of,
		"/api/history?limit=1":             "items",
		"/api/history/" + of:               of,
		"/api/history/" + of + "/asset":    "PNG",
		"/api/history/" + of + "/assets/0": "PNG",
	} {
		answer := program.send(http.MethodGet, path, "")
		assert.Equal(t, http.StatusOK, answer.Code, "%s: %s", path, answer.Body)
		assert.Contains(t, answer.Body.String(), part, path)
		assert.NotContains(t, answer.Body.String(), others, path)
		assert.Empty(t, answer.Result().Cookies(), path)
	}
	assert.Equal(t, http.StatusNotFound, program.send(http.MethodGet, "/api/history/"+others, "").Code)
	assert.Equal(t, http.StatusNotFound, program.send(http.MethodDelete, "/api/history/"+others, "").Code)
	assert.Equal(t, http.StatusNotFound, program.send(http.MethodGet, "/api/workflows/nothing", "").Code)
	assert.Equal(t, http.StatusOK, program.send(http.MethodDelete, "/api/history/"+of, "").Code)

	bearer := program.do(http.MethodGet, "/api/me", "", "Authorization", "Bearer "+program.Key)
	assert.Equal(t, http.StatusOK, bearer.Code, bearer.Body)
}

// A key is proven in the trip that reads, and a read writes at most once a minute.
func TestAKeyCostsNoTripOfItsOwn(t *testing.T) {
	s := apitest.New(t)
	ada := signUp(s, "ada")
	id := ada.generate()
	program := ada.makeKey(`{}`)

	for _, path := range []string{"/api/me", "/api/credits", "/api/history", "/api/history/" + id, "/api/history/" + id + "/asset", "/api/workflows"} {
		assert.Equal(t, 1, s.DB.TripsOf(func() { program.send(http.MethodGet, path, "") }), path)
	}
	bySession := s.DB.TripsOf(func() { ada.withTokenOnly().generate() })
	byKey := s.DB.TripsOf(func() { program.send(http.MethodPost, textRoute, `{"prompt":"p"}`) })
	assert.Equal(t, bySession, byKey)

	lastUse := func() int64 { return s.Count("SELECT last_request FROM apikey") }
	first := s.Now().Unix()
	assert.Equal(t, first, lastUse())
	s.Later(59 * time.Second)
	program.send(http.MethodGet, "/api/me", "")
	assert.Equal(t, first, lastUse())
	s.Later(time.Second)
	program.send(http.MethodGet, "/api/me", "")
	assert.Equal(t, s.Now().Unix(), lastUse())
}

func TestWhatAKeyMayDo(t *testing.T) {
	routes := map[string][]string{
		"read":     {"GET /api/me", "GET /api/workflows", "GET /api/history", "GET /api/history/ID", "GET /api/history/ID/asset"},
		"credits":  {"GET /api/credits"},
		"generate": {"POST " + textRoute, "DELETE /api/history/ID"},
	}

	for scope := range routes {
		ada := signUp(apitest.New(t), "ada")
		id := ada.generate()
		program := ada.makeKey(`{"permissions":{"api":["` + scope + `"]}}`)
		for needed, calls := range routes {
			for _, call := range calls {
				method, path, _ := strings.Cut(strings.Replace(call, "ID", id, 1), " ")
				answer := program.send(method, path, `{"prompt":"p"}`)
				if needed == scope {
					assert.Equal(t, http.StatusOK, answer.Code, "%s with %s: %s", call, scope, answer.Body)
					continue
				}
				if assert.Equal(t, http.StatusForbidden, answer.Code, "%s with %s", call, scope) {
					assert.Equal(t, "INSUFFICIENT_SCOPE", failure(t, answer))
				}
			}
		}
	}
}

func TestAKeyThatIsRefused(t *testing.T) {
	cases := map[string]struct {
		spoil func(u *user, p *keyed)
		want  int
		code  string
	}{
		"forged":    {func(_ *user, p *keyed) { p.Key = "adr_" + strings.Repeat("a", 64) }, 401, "INVALID_API_KEY"},
		"cut short": {func(_ *user, p *keyed) { p.Key = p.Key[:len(p.Key)-1] }, 401, "INVALID_API_KEY"},
		"its hash":  {func(u *user, p *keyed) { p.Key = u.SQL("SELECT key FROM apikey")[0].Text(0) }, 401, "INVALID_API_KEY"},
		"SQL":       {func(_ *user, p *keyed) { p.Key = `' OR 1=1 --` }, 401, "INVALID_API_KEY"},
		"deleted": {func(u *user, p *keyed) {
			u.do(http.MethodPost, "/api/auth/api-key/delete", `{"keyId":"`+p.ID+`"}`, "Content-Type", "application/json", "Origin", apitest.Frontend)
		}, 401, "INVALID_API_KEY"},
		"disabled": {func(u *user, p *keyed) { u.update(`{"keyId":"` + p.ID + `","enabled":false}`) }, 401, "KEY_DISABLED"},
		"expired":  {func(u *user, _ *keyed) { u.Later(24*time.Hour + time.Second) }, 401, "KEY_EXPIRED"},
		"used up": {func(_ *user, p *keyed) {
			for range 3 {
				p.send(http.MethodGet, "/api/me", "")
			}
		}, 429, "USAGE_EXCEEDED"},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			s := apitest.New(t)
			ada := signUp(s, "ada")
			program := ada.makeKey(`{"expiresIn":86400,"remaining":3}`)
			tc.spoil(ada, &program)

			for _, call := range []string{"GET /api/me", "GET /api/history", "GET /api/workflows", "POST " + textRoute, "DELETE /api/history/x"} {
				method, path, _ := strings.Cut(call, " ")
				answer := program.send(method, path, `{"prompt":"p"}`)
				require.Equal(t, tc.want, answer.Code, "%s: %s", call, answer.Body)
				assert.Equal(t, tc.code, failure(t, answer))
				assert.Equal(t, "no-store", answer.Header().Get("Cache-Control"))
			}
			assert.Equal(t, [2]int64{5, 5}, ada.balance())
		})
	}
}

// A key that loses its right while its order arrives pays for nothing.
func TestAKeyThatIsRevokedDuringAnUploadBuysNothing(t *testing.T) {
	for name, revoke := range map[string]string{
		"deleted":              "DELETE FROM apikey",
		"disabled":             "UPDATE apikey SET enabled = 0",
		"left to read":         `UPDATE apikey SET permissions = '{"api":["read"]}'`,
		"with no JSON of ours": `UPDATE apikey SET permissions = '{'`,
	} {
		t.Run(name, func(t *testing.T) {
			s := apitest.New(t)
			ada := signUp(s, "ada")
			program := ada.makeKey(`{}`)
			upload := &reader{strings.NewReader(`{"prompt":"a shoe"}`), func() { s.SQL(revoke) }}
			response := httptest.NewRecorder()

			s.App.ServeHTTP(response, program.request(http.MethodPost, textRoute, upload, "Content-Type", "application/json", "X-Api-Key", program.Key))

			require.Equal(t, http.StatusUnauthorized, response.Code, response.Body)
			assert.Equal(t, [2]int64{5, 5}, ada.balance())
			assert.Empty(t, s.SQL("SELECT 1 FROM generation"))
		})
	}
}

// Requests at the same time share the number that is left.
func TestRemainingRequestsAreCounted(t *testing.T) {
	s := apitest.New(t)
	program := signUp(s, "ada").makeKey(`{"remaining":5}`)
	statuses := make(chan int, 20)

	for range cap(statuses) {
		go func() { statuses <- program.send(http.MethodGet, "/api/me", "").Code }()
	}

	served := 0
	for range cap(statuses) {
		if <-statuses == http.StatusOK {
			served++
		}
	}
	assert.Equal(t, 5, served)
	assert.EqualValues(t, 0, s.Count("SELECT remaining FROM apikey"))
}

// A refused request does not count as one that the key has made, as in better-auth.
func TestARefusedRequestUsesNothingUp(t *testing.T) {
	s := apitest.New(t)
	ada := signUp(s, "ada")
	program := ada.makeKey(`{"remaining":1,"permissions":{"api":["credits"]}}`)

	for _, call := range []string{"GET /api/me", "GET /api/history/x", "POST " + textRoute, "GET /api/auth/list-sessions", "GET /api/nothing"} {
		method, path, _ := strings.Cut(call, " ")
		assert.Contains(t, []int{http.StatusForbidden, http.StatusNotFound}, program.send(method, path, `{"prompt":"p"}`).Code, call)
	}

	assert.EqualValues(t, 1, s.Count("SELECT remaining FROM apikey WHERE last_request IS NULL"))
	assert.Equal(t, http.StatusOK, program.send(http.MethodGet, "/api/credits", "").Code)
	assert.Equal(t, "USAGE_EXCEEDED", failure(t, program.send(http.MethodGet, "/api/credits", "")))

	s.SQL("UPDATE apikey SET remaining = 1, permissions = 'no JSON'")
	assert.Equal(t, "INSUFFICIENT_SCOPE", failure(t, program.send(http.MethodGet, "/api/credits", "")))
	assert.EqualValues(t, 1, s.Count("SELECT remaining FROM apikey"))
}

func TestAKeyInAURLIsRefused(t *testing.T) {
	s := apitest.New(t)
	ada := signUp(s, "ada")
	program := ada.makeKey(`{}`)

	for _, query := range []string{"api_key=", "apiKey=", "X-API-Key=", "access_token=", "anything=", "limit=1&%61pikey="} {
		for name, who := range map[string]*user{"no cookies": program.user, "cookies": ada} {
			answer := who.get("/api/history?" + query + program.Key)
			assert.Equal(t, http.StatusBadRequest, answer.Code, "%s, %s", query, name)
			assert.Equal(t, "API_KEY_IN_URL", failure(t, answer))
		}
	}
	assert.Equal(t, http.StatusOK, ada.get("/api/history?limit=1").Code)

	for _, path := range []string{"/api/health", "/api/auth/get-session", "/api/auth/ok", "/api/openapi.json", "/api/nothing"} {
		answer := ada.get(path + "?k=" + program.Key)
		assert.Equal(t, http.StatusBadRequest, answer.Code, path)
		assert.Contains(t, answer.Body.String(), "API_KEY_IN_URL", path)
	}
}

// An address that sends too many wrong keys is refused for a while without a look at the database, and others are not.
func TestWrongKeysAreLimitedByAddress(t *testing.T) {
	s := apitest.New(t)
	program := signUp(s, "ada").makeKey(`{}`)
	guess := func(address string) int {
		return program.do(http.MethodGet, "/api/me", "", "X-Api-Key", strings.Repeat("x", 64), "CF-Connecting-IP", address).Code
	}

	for range 20 {
		require.Equal(t, http.StatusUnauthorized, guess("192.0.2.1"))
	}
	assert.Zero(t, s.DB.TripsOf(func() { assert.Equal(t, http.StatusTooManyRequests, guess("192.0.2.1")) }))
	refused := program.send(http.MethodGet, "/api/me", "", "CF-Connecting-IP", "192.0.2.1")
	assert.Equal(t, "TOO_MANY_INVALID_KEYS", failure(t, refused))
	assert.Equal(t, "10", refused.Header().Get("Retry-After"))
	assert.Equal(t, `"keys";r=0;t=10`, refused.Header().Get("RateLimit"))
	assert.Equal(t, `"keys";q=20;w=10`, refused.Header().Get("RateLimit-Policy"))
	assert.Equal(t, http.StatusOK, program.send(http.MethodGet, "/api/me", "", "CF-Connecting-IP", "192.0.2.2").Code)

	s.Later(10 * time.Second)
	for range 100 {
		require.Equal(t, http.StatusOK, program.send(http.MethodGet, "/api/me", "", "CF-Connecting-IP", "192.0.2.1").Code)
	}
}

// A page may send a key from an origin that is trusted, and a browser asks first.
func TestAPageMaySendAKey(t *testing.T) {
	s := apitest.New(t)
	answer := (&user{World: s}).do(http.MethodOptions, "/api/me", "",
		"Origin", apitest.Frontend, "Access-Control-Request-Method", "GET", "Access-Control-Request-Headers", "x-api-key")

	assert.Equal(t, http.StatusNoContent, answer.Code)
	assert.Contains(t, answer.Header().Get("Access-Control-Allow-Headers"), "X-Api-Key")
}
