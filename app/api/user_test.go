package api_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api/apitest"
	"github.com/addreams/addreams/app/platform"
)

func withoutBucket(p *platform.Platform) { p.Bucket = nil }

// user is a signed-in user.
type user struct {
	*apitest.World
	id      string
	cookies []*http.Cookie
}

// signUp creates a user with five credits of each kind.
func signUp(s *apitest.World, name string) *user {
	s.T.Helper()
	u := &user{World: s}
	response := u.do(http.MethodPost, "/api/auth/sign-up/email", `{"name":"`+name+`","email":"`+name+`@example.test","password":"12345678"}`,
		"Content-Type", "application/json")
	require.Equal(s.T, http.StatusOK, response.Code, response.Body)
	u.cookies = response.Result().Cookies()
	u.id = s.SQL("SELECT id FROM user WHERE name = ?", name)[0].Text(0)
	s.SQL("INSERT INTO user_profile (user_id, credits_product_shoots, credits_ad_graphics) VALUES (?, 5, 5)", u.id)
	return u
}

// withTokenOnly drops the session cache.
func (u *user) withTokenOnly() *user {
	var kept []*http.Cookie
	for _, cookie := range u.cookies {
		if strings.HasSuffix(cookie.Name, "session_token") {
			kept = append(kept, cookie)
		}
	}
	return &user{World: u.World, id: u.id, cookies: kept}
}

func (u *user) request(method, path string, body io.Reader, headers ...string) *http.Request {
	request := httptest.NewRequest(method, path, body)
	for _, cookie := range u.cookies {
		request.AddCookie(cookie)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	return request
}

func (u *user) do(method, path, body string, headers ...string) *httptest.ResponseRecorder {
	response := httptest.NewRecorder()
	u.App.ServeHTTP(response, u.request(method, path, strings.NewReader(body), headers...))
	return response
}

func (u *user) get(path string, headers ...string) *httptest.ResponseRecorder {
	return u.do(http.MethodGet, path, "", headers...)
}

// balance is the user's credits for product shoots and for ad graphics.
func (u *user) balance() [2]int64 {
	row := u.SQL("SELECT credits_product_shoots, credits_ad_graphics FROM user_profile WHERE user_id = ?", u.id)[0]
	return [2]int64{row.Int(0), row.Int(1)}
}

// generate makes an image from text, and returns the generation's ID.
func (u *user) generate() string {
	u.T.Helper()
	response := u.do(http.MethodPost, "/api/workflows/image-from-text", `{"prompt":"a shoe"}`)
	require.Equal(u.T, http.StatusOK, response.Code, response.Body)
	return decode[struct{ GenerationID string }](u.T, response).GenerationID
}

func decode[T any](t testing.TB, response *httptest.ResponseRecorder) T {
	t.Helper()
	var body T
	require.NoError(t, json.Unmarshal(response.Body.Bytes(), &body), response.Body)
	return body
}

// failure returns the code of an error in the long form.
func failure(t testing.TB, response *httptest.ResponseRecorder) string {
	t.Helper()
	return decode[struct{ Error struct{ Code string } }](t, response).Error.Code
}
