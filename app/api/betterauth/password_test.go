package betterauth_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api/apitest"
)

func TestChangePassword(t *testing.T) {
	const path = "/api/auth/change-password"
	cases := map[string]struct {
		current, new string
		before       string // SQL
		want         int
		code         string
	}{
		"right":                 {current: apitest.Password, new: "brand-new-1", want: 200},
		"wrong current":         {current: "nope", new: "brand-new-1", want: 400, code: "INVALID_PASSWORD"},
		"short new":             {current: "nope", new: "short", want: 400, code: "PASSWORD_TOO_SHORT"},
		"no password to change": {current: apitest.Password, new: "brand-new-1", before: "UPDATE account SET provider_id = 'google'", want: 400, code: "CREDENTIAL_ACCOUNT_NOT_FOUND"},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			site := apitest.New(t)
			ada, other := site.Browser(), site.Browser()
			ada.SignUp("Ada")
			other.SignIn("Ada")
			if tc.before != "" {
				site.SQL(tc.before)
			}
			response := ada.Post(path, map[string]any{"currentPassword": tc.current, "newPassword": tc.new})
			require.Equal(t, tc.want, response.Code, response.Body.String())

			if tc.code != "" {
				assert.Equal(t, tc.code, response.JSON["code"])
				return
			}

			assert.Contains(t, response.JSON, "token")
			assert.Nil(t, response.JSON["token"])
			assert.NotEmpty(t, other.SignedInAs(), "other sessions stay")
			assert.Equal(t, http.StatusUnauthorized, ada.SignIn("Ada").Code)
		})
	}
}

func TestChangePasswordAndEndOtherSessions(t *testing.T) {
	site := apitest.New(t)
	ada, other := site.Browser(), site.Browser()
	ada.SignUp("Ada")
	other.SignIn("Ada")
	response := ada.Post("/api/auth/change-password", map[string]any{
		"currentPassword": apitest.Password, "newPassword": "brand-new-1", "revokeOtherSessions": true,
	})
	assert.Equal(t, token(ada), response.JSON["token"])
	assert.Equal(t, "ada@example.test", ada.SignedInAs())
	assert.Empty(t, other.SignedInAs())
	assert.EqualValues(t, 1, site.Count("SELECT count(*) FROM session"))
}

func TestVerifyPassword(t *testing.T) {
	site := apitest.New(t)
	ada := site.Browser()
	ada.SignUp("Ada")
	ada.Headers["CF-Connecting-IP"] = "203.0.113.1"
	verify := func(word string) apitest.Answer {
		return ada.Post("/api/auth/verify-password", map[string]any{"password": word})
	}
	assert.Equal(t, `{"status":true}`, verify(apitest.Password).Body.String())
	assert.Equal(t, apitest.AuthError("INVALID_PASSWORD", "Invalid password"), verify("nope").Body.String())
	verify("nope again")
	assert.Equal(t, http.StatusTooManyRequests, verify("nope once more").Code, "under the limit of sign-in")
}

func TestResetPassword(t *testing.T) {
	cases := map[string]struct {
		token, password string
		want            int
		code            string
	}{
		"good token":    {token: "good", password: "brand-new-1", want: 200},
		"expired token": {token: "over", password: "brand-new-1", want: 400, code: "INVALID_TOKEN"},
		"other token":   {token: "none", password: "brand-new-1", want: 400, code: "INVALID_TOKEN"},
		"no token":      {password: "brand-new-1", want: 400, code: "INVALID_TOKEN"},
		"short":         {token: "none", password: "short", want: 400, code: "PASSWORD_TOO_SHORT"},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			site := apitest.New(t)
			ada := site.Browser()
			ada.SignUp("Ada")
			for id, left := range map[string]time.Duration{"good": time.Minute, "over": -time.Second} {
				site.SQL(`INSERT INTO verification (id, identifier, value, expires_at) SELECT ?, ?, id, ? FROM user`,
					id, "reset-password:"+id, site.Now().Add(left).Unix())
			}
			response := site.Browser().Post("/api/auth/reset-password", map[string]any{"token": tc.token, "newPassword": tc.password})
			require.Equal(t, tc.want, response.Code, response.Body.String())

			if tc.code != "" {
				assert.Equal(t, tc.code, response.JSON["code"])
				assert.Equal(t, http.StatusOK, ada.SignIn("Ada").Code)
				return
			}

			assert.Equal(t, "ada@example.test", ada.SignedInAs(), "sessions stay")
			assert.Equal(t, http.StatusUnauthorized, ada.SignIn("Ada").Code)

			again := site.Browser().Post("/api/auth/reset-password", map[string]any{"token": tc.token, "newPassword": tc.password})

			assert.Equal(t, "INVALID_TOKEN", again.JSON["code"], "a token works once")
		})
	}
}

func TestResetPasswordMakesTheAccount(t *testing.T) {
	site := apitest.New(t)
	site.Browser().SignUp("Ada")
	site.SQL("DELETE FROM account")
	site.SQL(`INSERT INTO verification (id, identifier, value, expires_at) SELECT 'v', 'reset-password:good', id, ? FROM user`, site.Now().Unix()+60)
	response := site.Browser().Post("/api/auth/reset-password", map[string]any{"token": "good", "newPassword": apitest.Password})
	require.Equal(t, http.StatusOK, response.Code)
	assert.Equal(t, http.StatusOK, site.Browser().SignIn("Ada").Code)
}

func TestResetPasswordLink(t *testing.T) {
	site := apitest.New(t)
	site.Browser().SignUp("Ada")
	site.SQL(`INSERT INTO verification (id, identifier, value, expires_at) SELECT 'v', 'reset-password:good', id, ? FROM user`, site.Now().Unix()+60)
	cases := map[string]struct {
		path, want string
		status     int
	}{
		"good token":    {path: "/good?callbackURL=%2Freset", want: apitest.PublicURL + "/reset?token=good", status: 302},
		"bad token":     {path: "/bad?callbackURL=%2Freset%3Fa%3D1", want: apitest.PublicURL + "/reset?a=1&error=INVALID_TOKEN", status: 302},
		"on a frontend": {path: "/good?callbackURL=http%3A%2F%2Flocalhost%3A5173%2Freset", want: apitest.Frontend + "/reset?token=good", status: 302},
		"into fragment": {path: "/bad?callbackURL=http%3A%2F%2Flocalhost%3A5173%2F%23%2Freset", want: apitest.Frontend + "/?error=INVALID_TOKEN#/reset", status: 302},
		"other site":    {path: "/good?callbackURL=https%3A%2F%2Fevil.test", status: 403},
		"no callback":   {path: "/good", status: 400},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			response := site.Browser().Get("/api/auth/reset-password" + tc.path)
			assert.Equal(t, tc.status, response.Code)
			assert.Equal(t, tc.want, response.Location())
		})
	}
}

func TestVerifyEmail(t *testing.T) {
	sign := func(site *apitest.World, secret, email string, life time.Duration) string {
		text, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"email": email, "exp": site.Now().Add(life).Unix()}).SignedString([]byte(secret))
		require.NoError(t, err)
		return text
	}

	cases := map[string]struct {
		secret, email, callback string
		life                    time.Duration
		want                    int
		answer                  string // body, or where it leads
	}{
		"good":                {secret: apitest.AuthSecret, email: "Ada@example.test", life: time.Hour, want: 200, answer: `{"status":true,"user":null}`},
		"good, with callback": {secret: apitest.AuthSecret, email: "ada@example.test", life: time.Hour, callback: "/v", want: 302, answer: "/v"},
		"other secret":        {secret: "guess", email: "ada@example.test", life: time.Hour, want: 401, answer: apitest.AuthError("INVALID_TOKEN", "invalid_token")},
		"expired":             {secret: apitest.AuthSecret, email: "ada@example.test", life: -time.Hour, callback: "/v?a=1", want: 302, answer: "/v?a=1&error=token_expired"},
		"expired, fragment":   {secret: apitest.AuthSecret, email: "ada@example.test", life: -time.Hour, callback: "http%3A%2F%2Flocalhost%3A5173%2F%23%2Fverify", want: 302, answer: apitest.Frontend + "/?error=token_expired#/verify"},
		"nobody":              {secret: apitest.AuthSecret, email: "eve@example.test", life: time.Hour, callback: "/v", want: 302, answer: "/v?error=user_not_found"},
		"callback elsewhere":  {secret: apitest.AuthSecret, email: "ada@example.test", life: time.Hour, callback: "https://evil.test", want: 403, answer: apitest.AuthError("INVALID_CALLBACKURL", "Invalid callbackURL")},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			site := apitest.New(t)
			site.Browser().SignUp("Ada")
			response := site.Browser().Get("/api/auth/verify-email?token=" + sign(site, tc.secret, tc.email, tc.life) + "&callbackURL=" + tc.callback)
			assert.Equal(t, tc.want, response.Code)
			assert.Equal(t, tc.answer, response.Location()+response.Body.String())
			proven := tc.want == 200 || tc.answer == "/v"
			assert.Equal(t, proven, site.Count("SELECT email_verified FROM user") == 1)
		})
	}
}
