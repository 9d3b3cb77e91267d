package betterauth_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api/apitest"
)

func TestSignUp(t *testing.T) {
	const path = "/api/auth/sign-up/email"
	cases := map[string]struct {
		body any
		want int
		code string
	}{
		"name, address, password":    {body: map[string]any{"name": "Ada", "email": "ada@example.test", "password": apitest.Password}, want: 200},
		"address in capitals":        {body: map[string]any{"name": "Ada", "email": "ADA@Example.TEST", "password": apitest.Password}, want: 200},
		"empty name":                 {body: map[string]any{"name": "", "email": "ada@example.test", "password": apitest.Password}, want: 200},
		"four emoji as the password": {body: map[string]any{"name": "Ada", "email": "ada@example.test", "password": "😀😀😀😀"}, want: 200},
		"password of 7":              {body: map[string]any{"name": "Ada", "email": "ada@example.test", "password": "1234567"}, want: 400, code: "PASSWORD_TOO_SHORT"},
		"password of 129":            {body: map[string]any{"name": "Ada", "email": "ada@example.test", "password": strings.Repeat("p", 129)}, want: 400, code: "PASSWORD_TOO_LONG"},
		"address taken":              {body: map[string]any{"name": "Bob", "email": "Bob@example.test", "password": apitest.Password}, want: 422, code: "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL"},
		"short password and taken":   {body: map[string]any{"name": "Bob", "email": "bob@example.test", "password": "short"}, want: 400, code: "PASSWORD_TOO_SHORT"},
		"callback on another site":   {body: map[string]any{"callbackURL": "https://evil.test"}, want: 403, code: "INVALID_CALLBACKURL"},
		"callback that is a number":  {body: map[string]any{"callbackURL": 5}, want: 400, code: "VALIDATION_ERROR"},
		"no object":                  {body: []string{}, want: 400, code: "VALIDATION_ERROR"},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			site := apitest.New(t)
			site.Browser().SignUp("Bob")
			response := site.Browser().Post(path, tc.body)
			require.Equal(t, tc.want, response.Code, response.Body.String())
			if tc.code != "" {
				assert.Equal(t, tc.code, response.JSON["code"])
				assert.Empty(t, response.Result().Cookies())
				assert.EqualValues(t, 1, site.Count("SELECT count(*) FROM user"))
			}
		})
	}
}

func TestSignUpWrites(t *testing.T) {
	site := apitest.New(t)
	site.Later(765 * time.Millisecond)
	ada := site.Browser()
	ada.Headers["User-Agent"], ada.Headers["CF-Connecting-IP"], ada.Headers["X-Forwarded-For"] = "test", "2001:DB8:1:2:3:4:5:6", "203.0.113.9"
	response := ada.SignUp("Ada")
	assert.EqualValues(t, 2, site.DB.Trips, "one to look, one to write")

	user := response.JSON["user"].(map[string]any)
	row := site.SQL(`SELECT s.token, s.expires_at - s.created_at, s.ip_address, s.user_agent, u.email_verified, a.account_id = u.id, a.provider_id, a.password
		FROM user u JOIN session s ON s.user_id = u.id JOIN account a ON a.user_id = u.id WHERE u.id = ?`, user["id"])[0]
	assert.Equal(t, response.JSON["token"], row.Text(0))
	assert.EqualValues(t, 7*24*3600, row.Int(1))
	assert.Equal(t, "2001:0db8:0001:0002:0000:0000:0000:0000", row.Text(2), "from Cloudflare's header, never a client's")
	assert.Equal(t, "test", row.Text(3))
	assert.False(t, row.Bool(4))
	assert.True(t, row.Bool(5))
	assert.Equal(t, "credential", row.Text(6))
	assert.Regexp(t, `^[0-9a-f]{32}:[0-9a-f]{128}$`, row.Text(7))
	assert.Equal(t, "2026-02-10T12:00:00.000Z", user["createdAt"])
	assert.Equal(t, 604800, response.Cookie(apitest.SessionToken).MaxAge)
	assert.Equal(t, 300, response.Cookie(apitest.SessionData).MaxAge)
}

func TestSignIn(t *testing.T) {
	cases := map[string]struct {
		email, password string
		before          string // SQL
		want            int
		code            string
	}{
		"right":                {email: "ada@example.test", password: apitest.Password, want: 200},
		"address in capitals":  {email: "ADA@example.TEST", password: apitest.Password, want: 200},
		"wrong password":       {email: "ada@example.test", password: "nope", want: 401, code: "INVALID_EMAIL_OR_PASSWORD"},
		"empty password":       {email: "ada@example.test", want: 401, code: "INVALID_EMAIL_OR_PASSWORD"},
		"unknown address":      {email: "eve@example.test", password: apitest.Password, want: 401, code: "INVALID_EMAIL_OR_PASSWORD"},
		"no address":           {email: "ada", password: apitest.Password, want: 400, code: "INVALID_EMAIL"},
		"garbled hash":         {email: "ada@example.test", password: apitest.Password, before: "UPDATE account SET password = 'x:y'", want: 401, code: "INVALID_EMAIL_OR_PASSWORD"},
		"hash without its key": {email: "ada@example.test", password: apitest.Password, before: "UPDATE account SET password = 'abc'", want: 401, code: "INVALID_EMAIL_OR_PASSWORD"},
		"no hash":              {email: "ada@example.test", password: apitest.Password, before: "UPDATE account SET password = NULL", want: 401, code: "INVALID_EMAIL_OR_PASSWORD"},
		"no password account":  {email: "ada@example.test", password: apitest.Password, before: "UPDATE account SET provider_id = 'google'", want: 401, code: "INVALID_EMAIL_OR_PASSWORD"},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			site := apitest.New(t)
			site.Browser().SignUp("Ada")
			if tc.before != "" {
				site.SQL(tc.before)
			}
			response := site.Browser().Post("/api/auth/sign-in/email", map[string]any{"email": tc.email, "password": tc.password})
			require.Equal(t, tc.want, response.Code, response.Body.String())

			if tc.code != "" {
				assert.Equal(t, tc.code, response.JSON["code"])
				assert.Empty(t, response.Result().Cookies())
				return
			}

			assert.Equal(t, false, response.JSON["redirect"])
			assert.NotContains(t, response.JSON, "url")
			assert.EqualValues(t, 2, site.Count("SELECT count(*) FROM session"))
		})
	}
}

func TestSignInTakesTwoTrips(t *testing.T) {
	site := apitest.New(t)
	site.Browser().SignUp("Ada")
	ada := site.Browser()
	ada.Headers["CF-Connecting-IP"] = "203.0.113.1"
	site.DB.Trips = 0
	require.Equal(t, http.StatusOK, ada.SignIn("Ada").Code)
	assert.Equal(t, 2, site.DB.Trips)
}

func TestSignInUntilTheBrowserCloses(t *testing.T) {
	site := apitest.New(t)
	ada := site.Browser()
	ada.SignUp("Ada")
	response := ada.Post("/api/auth/sign-in/email", map[string]any{
		"email": "ada@example.test", "password": apitest.Password, "rememberMe": false, "callbackURL": "/studio",
	})
	require.Equal(t, http.StatusOK, response.Code)
	for _, name := range []string{apitest.SessionToken, apitest.SessionData, apitest.DontRemember} {
		assert.NotContains(t, response.Cookie(name).Raw, "Max-Age", name)
	}
	assert.Equal(t, "/studio", response.JSON["url"])
	assert.Equal(t, "/studio", response.Location())
	assert.EqualValues(t, 24*3600, site.Count("SELECT expires_at - created_at FROM session ORDER BY rowid DESC"))

	site.Later(2 * time.Minute)
	again := ada.Get("/api/auth/get-session")
	assert.NotNil(t, again.JSON["user"], "the cache of one minute is over, the session holds")
	assert.Len(t, again.Result().Cookies(), 1)
	assert.Negative(t, again.Cookie(apitest.SessionData).MaxAge, "and no new one is given")
	site.Later(23*time.Hour + 59*time.Minute)
	assert.Empty(t, ada.SignedInAs(), "it is not rolled on")
}

func TestSignInAgainIsRemembered(t *testing.T) {
	ada := apitest.New(t).Browser()
	ada.SignUp("Ada")
	ada.Post("/api/auth/sign-in/email", map[string]any{"email": "ada@example.test", "password": apitest.Password, "rememberMe": false})
	require.Contains(t, ada.Cookies, apitest.DontRemember)
	assert.Equal(t, 604800, ada.SignIn("Ada").Cookie(apitest.SessionToken).MaxAge, "a sign-in that does not say is remembered")
	update := ada.Post("/api/auth/update-user", map[string]any{"name": "Ada"})
	assert.Zero(t, update.Cookie(apitest.SessionToken).MaxAge, "what else sets a session goes by the cookie")
}

func TestSignOut(t *testing.T) {
	site := apitest.New(t)
	ada := site.Browser()
	ada.SignUp("Ada")
	response := ada.Post("/api/auth/sign-out", map[string]any{})
	assert.Equal(t, `{"success":true}`, response.Body.String())
	assert.Empty(t, ada.Cookies)
	assert.Zero(t, site.Count("SELECT count(*) FROM session"))
	for _, name := range []string{apitest.SessionToken, apitest.SessionData, apitest.DontRemember} {
		assert.Negative(t, response.Cookie(name).MaxAge, name)
	}

	again := ada.Post("/api/auth/sign-out", map[string]any{})
	assert.Equal(t, `{"success":true}`, again.Body.String(), "signed out already")
}
