package api_test

import (
	"cmp"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api/apitest"
)

// unread is a body that must not be read.
type unread struct{ t *testing.T }

func (u unread) Read([]byte) (int, error) {
	u.t.Error("the body was read")
	return 0, io.EOF
}

// A body that announces too great a length is refused before it is read, on every route that accepts one.
func TestTooLargeIsNotRead(t *testing.T) {
	s := apitest.New(t)
	ada := signUp(s, "ada")

	for _, route := range everyRoute(t) {
		if route[0] != http.MethodPost || slices.Contains([]string{"/api/workflows/:other", "/api/migrate"}, route[1]) {
			continue // they take none
		}
		t.Run(route[1], func(t *testing.T) {
			request := ada.request(http.MethodPost, route[1], unread{t}, "Content-Type", "application/json", "Origin", apitest.Frontend)
			switch {
			case route[1] == referenceRoute:
				request.ContentLength = 32<<20 + 1
			case strings.HasPrefix(route[1], "/api/auth/"):
				request.ContentLength = 64<<10 + 1
			default:
				request.ContentLength = 1<<20 + 1
			}

			response := httptest.NewRecorder()
			s.App.ServeHTTP(response, request)
			assert.Equal(t, http.StatusRequestEntityTooLarge, response.Code)
			assert.Equal(t, "PAYLOAD_TOO_LARGE", failure(t, response))
		})
	}
	assert.Equal(t, [2]int64{5, 5}, ada.balance())
}

// Malformed input gets the contract's answer, and costs nothing.
func TestMalformed(t *testing.T) {
	s := apitest.New(t)
	ada := signUp(s, "ada")
	anonymous := &user{World: s}
	const history, me, signIn = "/api/history", "/api/me", "/api/auth/sign-in/email"
	cut := func() io.Reader {
		return io.MultiReader(strings.NewReader(`{"prompt":"p`), iotest.ErrReader(errors.New("connection reset")))
	}
	text := func(text string) io.Reader { return strings.NewReader(text) }
	cases := map[string]struct {
		as           *user
		method, path string
		body         io.Reader
		headers      []string
		want         int
		code         string // of the long form or better-auth's
	}{
		"cookie without an equals sign": {anonymous, "GET", me, nil, []string{"Cookie", "\x00;;;=;a"}, 401, "UNAUTHORIZED"},
		"cookie of another's making":    {anonymous, "GET", me, nil, []string{"Cookie", apitest.SessionToken + "=%zz.%ff"}, 401, "UNAUTHORIZED"},
		"cookie signed by nobody":       {anonymous, "GET", history, nil, []string{"Cookie", apitest.SessionToken + "=a." + strings.Repeat("A", 43) + "="}, 401, "UNAUTHORIZED"},
		"queries are never refused":     {ada, "GET", history + "?limit=%zz&offset=%ff&%", nil, nil, 200, ""},
		"no UTF-8 in an id":             {ada, "GET", history + "/%ff%fe", nil, nil, 404, ""},
		"upload that breaks off":        {ada, "POST", textRoute, cut(), nil, 400, "INVALID_REQUEST"},
		"upload of a photo breaks off":  {ada, "POST", referenceRoute, cut(), nil, 400, "INVALID_REQUEST"},
		"upload to auth breaks off":     {anonymous, "POST", signIn, cut(), []string{"Content-Type", "application/json"}, 400, "INVALID_REQUEST"},
		"order that is cut":             {ada, "POST", textRoute, text(`{"prompt":"p"`), nil, 400, "INVALID_REQUEST"},
		"order that is no object":       {ada, "POST", textRoute, text(`7`), nil, 400, "INVALID_REQUEST"},
		"order of brackets":             {ada, "POST", referenceRoute, text(strings.Repeat("[", 1<<20-1)), nil, 400, "INVALID_REQUEST"},
		"order that is empty":           {ada, "POST", textRoute, text(""), nil, 400, "INVALID_REQUEST"},
		"number beyond all":             {ada, "POST", textRoute, text(`{"prompt":"p","n":1e99999}`), nil, 400, "INVALID_REQUEST"},
		"content type of bytes":         {anonymous, "POST", signIn, text(`{}`), []string{"Content-Type", "\xff/\xfe"}, 415, "UNSUPPORTED_MEDIA_TYPE"},
		"brackets to auth":              {anonymous, "POST", signIn, text(strings.Repeat("[", 64<<10)), []string{"Content-Type", "application/json"}, 400, "INVALID_JSON"},
		"form of bytes":                 {anonymous, "POST", signIn, text("email=%ff&password=%zz&%"), []string{"Content-Type", "application/x-www-form-urlencoded"}, 400, "VALIDATION_ERROR"},
		"origin that is no URL":         {ada, "POST", "/api/auth/sign-out", text(`{}`), []string{"Content-Type", "application/json", "Origin", "http://[::1"}, 403, "INVALID_ORIGIN"},
		"bearer of nothing":             {anonymous, "POST", "/api/migrate", nil, []string{"Authorization", "Bearer"}, 401, "UNAUTHORIZED"},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			response := httptest.NewRecorder()
			s.App.ServeHTTP(response, tc.as.request(tc.method, tc.path, tc.body, tc.headers...))
			require.Equal(t, tc.want, response.Code, response.Body)
			if tc.code != "" {
				said := decode[struct {
					Code  string
					Error struct{ Code string }
				}](t, response)
				assert.Equal(t, tc.code, cmp.Or(said.Code, said.Error.Code))
			}
		})
	}
	assert.Equal(t, [2]int64{5, 5}, ada.balance())
	assert.Empty(t, s.SQL("SELECT 1 FROM generation"))
	assert.Empty(t, s.Images.Bodies)
}

// A body of 64 kB may contain what grows on its way to the database or to a header: escaped characters and invalid
// UTF-8.
func TestTextsThatGrow(t *testing.T) {
	ampersands, separators := strings.Repeat("&", 60_000), strings.Repeat("\u2028", 2_700)
	noText, long, book := strings.Repeat("\xff", 60_000), strings.Repeat("a", 60_000), strings.Repeat("a", 600_000)
	const social, signUp, signIn, update = "/api/auth/sign-in/social", "/api/auth/sign-up/email", "/api/auth/sign-in/email", "/api/auth/update-user"
	cases := map[string]struct {
		path, body string
		want       int
	}{
		"additional data":           {social, `{"provider":"google","additionalData":{"a":"` + ampersands[:7_500] + `"}}`, http.StatusOK},
		"much additional data":      {social, `{"provider":"google","additionalData":{"a":"` + ampersands[:8_200] + `"}}`, http.StatusRequestEntityTooLarge},
		"many additional data":      {social, `{"provider":"google","additionalData":{"a":[` + strings.Repeat("[],", 4_000) + `0]}}`, http.StatusRequestEntityTooLarge},
		"additional data, escaped":  {social, `{"provider":"google","additionalData":{"a":"` + separators + `"}}`, http.StatusRequestEntityTooLarge},
		"login hint":                {social, `{"provider":"google","loginHint":"` + ampersands + `"}`, http.StatusRequestEntityTooLarge},
		"scopes":                    {social, `{"provider":"google","scopes":["` + long + `"]}`, http.StatusRequestEntityTooLarge},
		"provider":                  {social, `{"provider":"` + long + `"}`, http.StatusNotFound},
		"callback":                  {social, `{"provider":"google","callbackURL":"/a?` + ampersands + `"}`, http.StatusForbidden},
		"callback of a sign-in":     {signIn, `{"email":"ada@example.test","password":"correct horse","callbackURL":"/` + long + `"}`, http.StatusForbidden},
		"callback of a provider":    {"/api/auth/callback/google", `{"code":"` + long + `"}`, http.StatusRequestEntityTooLarge},
		"address":                   {signUp, `{"name":"","email":"` + long + `@example.test","password":"12345678"}`, http.StatusBadRequest},
		"address to look up":        {signIn, `{"email":"` + long + `@example.test","password":"x"}`, http.StatusBadRequest},
		"name":                      {signUp, `{"name":"` + book + `","email":"eve@example.test","password":"12345678"}`, http.StatusRequestEntityTooLarge},
		"name that is not text":     {signUp, `{"name":"` + noText + `","email":"eve@example.test","password":"12345678"}`, http.StatusRequestEntityTooLarge},
		"new name":                  {update, `{"name":"` + book + `"}`, http.StatusRequestEntityTooLarge},
		"new image":                 {update, `{"image":"` + book + `"}`, http.StatusRequestEntityTooLarge},
		"password that is not text": {"/api/auth/verify-password", `{"password":"` + noText + `"}`, http.StatusRequestEntityTooLarge},
		"token that is not text":    {"/api/auth/revoke-session", `{"token":"` + noText + `"}`, http.StatusRequestEntityTooLarge},
		"id_token":                  {social, `{"provider":"google","idToken":{"token":"` + long[:30_000] + `"}}`, http.StatusUnauthorized},
		"id_token that is a book":   {social, `{"provider":"google","idToken":{"token":"` + long + `"}}`, http.StatusRequestEntityTooLarge},
		"account id that is a book": {"/api/auth/unlink-account", `{"providerId":"google","accountId":"` + long + `"}`, http.StatusBadRequest},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			ada := apitest.New(t).Browser()
			ada.SignUp("Ada")
			response := ada.Do(http.MethodPost, tc.path, "application/json", []byte(tc.body))
			assert.Equal(t, tc.want, response.Code, "%.300s", response.Body)
			assert.LessOrEqual(t, len(response.Location()), 8<<10)
		})
	}
}

// Every field of a user fits into the row at its greatest length.
func TestLongestUser(t *testing.T) {
	ada := apitest.New(t).Browser()
	ada.SignUp("Ada")
	longest := strings.Repeat("ü", 4<<10)
	for _, field := range []string{"name", "image"} {
		require.Equal(t, http.StatusOK, ada.Post("/api/auth/update-user", map[string]any{field: longest}).Code)
	}
	user := ada.Get("/api/auth/get-session").JSON["user"].(map[string]any)
	assert.Equal(t, longest, user["name"])
	assert.Equal(t, longest, user["image"])
}
