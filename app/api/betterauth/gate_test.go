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

func TestAuthRoutes(t *testing.T) {
	site := apitest.New(t)
	cases := map[string]struct {
		method, path string
		want         int
		body         string
		contentType  string
	}{
		"ok":                        {path: "/api/auth/ok", want: 200, body: `{"ok":true}`, contentType: "application/json"},
		"unknown":                   {path: "/api/auth/unknown", want: 404},
		"unknown, deep":             {path: "/api/auth/sign-in/nowhere", want: 404},
		"wrong method":              {path: "/api/auth/sign-out", want: 404},
		"trailing slash":            {path: "/api/auth/ok/", want: 404},
		"HEAD":                      {method: "HEAD", path: "/api/auth/ok", want: 404},
		"doubled slash":             {path: "/api/auth//ok", want: 404, body: `{"error":"Not found"}`, contentType: "application/json"},
		"PUT":                       {method: "PUT", path: "/api/auth/ok", want: 404, body: `{"error":"Not found"}`, contentType: "application/json"},
		"auth itself":               {path: "/api/auth", want: 404, body: `{"error":"Not found"}`, contentType: "application/json"},
		"auth itself, with a slash": {path: "/api/auth/", want: 404, body: `{"error":"Not found"}`, contentType: "application/json"},
		"error page":                {path: "/api/auth/error?error=<script>", want: 302},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if tc.method == "" {
				tc.method = http.MethodGet
			}
			response := site.Browser().Do(tc.method, tc.path, "", nil)
			assert.Equal(t, tc.want, response.Code)
			assert.Equal(t, tc.body, response.Body.String())
			assert.Equal(t, tc.contentType, response.Header().Get("Content-Type"))
			assert.Equal(t, apitest.Frontend, response.Header().Get("Access-Control-Allow-Origin"))
		})
	}
}

func TestErrorPage(t *testing.T) {
	site := apitest.New(t)
	cases := map[string]struct{ query, want string }{
		"none":        {"", "/?error=UNKNOWN"},
		"a code":      {"?error=access_denied", "/?error=access_denied"},
		"description": {"?error=access_denied&error_description=Not%20now%20%3Cb%3E", "/?error=access_denied&error_description=Not+now+%3Cb%3E"},
		"markup":      {"?error=%3Cscript%3E", "/?error=UNKNOWN"},
		"apostrophe":  {"?error=email_doesn%27t_match", "/?error=email_doesn%27t_match"},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, tc.want, site.Browser().Get("/api/auth/error"+tc.query).Location())
		})
	}
}

func TestGateOrder(t *testing.T) {
	const path = "/api/auth/change-password"
	cases := map[string]struct {
		contentType, body, origin string
		want                      int
		answer                    string
	}{
		"no content type":        {body: `{}`, origin: "https://evil.test", want: 415, answer: apitest.AuthError("UNSUPPORTED_MEDIA_TYPE", "Content-Type is required. Allowed types: application/json")},
		"a form":                 {contentType: "application/x-www-form-urlencoded", origin: "https://evil.test", want: 415, answer: apitest.AuthError("UNSUPPORTED_MEDIA_TYPE", `Content-Type "application/x-www-form-urlencoded" is not allowed. Allowed types: application/json`)},
		"JSON of a kind":         {contentType: "application/vnd.api+json", body: `{}`, want: 415, answer: apitest.AuthError("UNSUPPORTED_MEDIA_TYPE", `Content-Type "application/vnd.api+json" is not allowed. Allowed types: application/json`)},
		"not JSON":               {contentType: "application/json", body: `{`, origin: "https://evil.test", want: 400, answer: apitest.AuthError("INVALID_JSON", "Invalid JSON")},
		"two values":             {contentType: "application/json", body: `{} {}`, want: 400, answer: apitest.AuthError("INVALID_JSON", "Invalid JSON")},
		"empty":                  {contentType: "application/json", want: 400, answer: apitest.AuthError("INVALID_JSON", "Invalid JSON")},
		"other site":             {contentType: "application/json", body: `{}`, origin: "https://evil.test", want: 403, answer: apitest.AuthError("INVALID_ORIGIN", "Invalid origin")},
		"no origin":              {contentType: "application/json", body: `{}`, origin: "null", want: 403, answer: apitest.AuthError("MISSING_OR_NULL_ORIGIN", "Missing or null Origin")},
		"fields missing":         {contentType: "Application/JSON; charset=utf-8", body: `{}`, origin: apitest.Frontend, want: 400, answer: apitest.AuthError("VALIDATION_ERROR", "[body.newPassword] Invalid input: expected string, received undefined; [body.currentPassword] Invalid input: expected string, received undefined")},
		"signed out":             {contentType: "application/json", body: `{"newPassword":"a","currentPassword":"b"}`, origin: apitest.Frontend, want: 401},
		"byte order mark":        {contentType: "application/json", body: "\ufeff{}", origin: apitest.Frontend, want: 400, answer: apitest.AuthError("VALIDATION_ERROR", "[body.newPassword] Invalid input: expected string, received undefined; [body.currentPassword] Invalid input: expected string, received undefined")},
		"numbers beyond doubles": {contentType: "application/json", body: `{"newPassword":1e999,"currentPassword":"b"}`, origin: apitest.Frontend, want: 400, answer: apitest.AuthError("VALIDATION_ERROR", "[body.newPassword] Invalid input: expected string, received number")},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			b := apitest.New(t).Browser()
			b.Cookies["any"], b.Headers["Origin"] = "1", tc.origin
			response := b.Do(http.MethodPost, path, tc.contentType, []byte(tc.body))
			assert.Equal(t, tc.want, response.Code)
			assert.Equal(t, tc.answer, response.Body.String())
			assert.Equal(t, "application/json", response.Header().Get("Content-Type"))
		})
	}
}

func TestLargeBodyIsRefused(t *testing.T) {
	b := apitest.New(t).Browser()
	body := `{"name":"` + strings.Repeat("a", 1<<20) + `"}`
	assert.Equal(t, http.StatusRequestEntityTooLarge, b.Do(http.MethodPost, "/api/auth/update-user", "application/json", []byte(body)).Code)
}

func TestFirstLoginFromAnotherSite(t *testing.T) {
	cases := map[string]struct {
		headers map[string]string
		want    int
	}{
		"program":              {headers: map[string]string{"Origin": ""}, want: 401},
		"program, odd origin":  {headers: map[string]string{"Origin": "https://evil.test"}, want: 401},
		"browser, frontend":    {headers: map[string]string{"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"}, want: 401},
		"browser, other site":  {headers: map[string]string{"Origin": "https://evil.test", "Sec-Fetch-Mode": "cors"}, want: 403},
		"browser, no origin":   {headers: map[string]string{"Origin": "", "Sec-Fetch-Mode": "cors"}, want: 403},
		"form on another site": {headers: map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, want: 403},
		"blank headers":        {headers: map[string]string{"Origin": "", "Sec-Fetch-Mode": " "}, want: 401},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			b := apitest.New(t).Browser()
			for header, value := range tc.headers {
				b.Headers[header] = value
			}
			assert.Equal(t, tc.want, b.SignIn("Nobody").Code)
		})
	}
}

func TestRateLimit(t *testing.T) {
	site := apitest.New(t)
	guess := func(address string) apitest.Answer {
		b := site.Browser()
		b.Headers["CF-Connecting-IP"] = address
		return b.SignIn("Nobody")
	}

	for range 3 {
		require.Equal(t, http.StatusUnauthorized, guess("203.0.113.1").Code)
	}
	site.Later(4 * time.Second)
	limited := guess("203.0.113.1")
	assert.Equal(t, http.StatusTooManyRequests, limited.Code)
	assert.Equal(t, "6", limited.Header().Get("X-Retry-After"), "the window runs from the last that counted")
	assert.Equal(t, `"requests";r=0;t=6`, limited.Header().Get("RateLimit"))
	assert.Equal(t, `"requests";q=3;w=10`, limited.Header().Get("RateLimit-Policy"))
	assert.Empty(t, limited.Header().Get("Retry-After"), "as the service before answered")
	assert.Equal(t, "text/plain;charset=UTF-8", limited.Header().Get("Content-Type"))
	assert.Equal(t, `{"message":"Too many requests. Please try again later."}`, limited.Body.String())
	assert.Equal(t, http.StatusUnauthorized, guess("203.0.113.2").Code, "another address")

	program := site.Browser()
	program.Headers = map[string]string{"CF-Connecting-IP": "203.0.113.1", "X-Request-Id": "trace-1", "Origin": apitest.Frontend}
	answer := program.SignIn("Nobody")
	assert.Equal(t, http.StatusTooManyRequests, answer.Code)
	assert.Equal(t, "6", answer.Header().Get("Retry-After"), "to who sends a header that the service before did not know")
	assert.Contains(t, answer.Header().Get("Access-Control-Expose-Headers"), "Retry-After")

	for range 5 {
		assert.Equal(t, http.StatusUnauthorized, guess("").Code, "no address")
	}
	site.Later(6 * time.Second)

	assert.Equal(t, http.StatusUnauthorized, guess("203.0.113.1").Code, "a limited request does not move the window")
}

func TestRateLimitIgnoresWhatClientsSay(t *testing.T) {
	site := apitest.New(t)
	b := site.Browser()
	b.Headers["CF-Connecting-IP"] = "203.0.113.1"
	for range 3 {
		b.Headers["X-Forwarded-For"] += "9"
		require.Equal(t, http.StatusUnauthorized, b.SignIn("Nobody").Code)
	}
	assert.Equal(t, http.StatusTooManyRequests, b.SignIn("Nobody").Code)
}

func TestRateLimitIsSharedBetweenIsolates(t *testing.T) {
	for _, path := range []string{"/api/auth/sign-in/email", "/api/auth/sign-up/email"} {
		t.Run(path, func(t *testing.T) {
			site := apitest.New(t)
			site.Browser().SignUp("Ada")
			try := func() int {
				b := site.Browser()
				b.Headers["CF-Connecting-IP"] = "203.0.113.1"
				site.Start()
				return b.Post(path, map[string]any{"name": "Eve", "email": "ada@example.test", "password": "wrong password"}).Code
			}

			for range 3 {
				require.NotEqual(t, http.StatusTooManyRequests, try())
			}
			assert.Equal(t, http.StatusTooManyRequests, try())

			site.Later(10 * time.Second)

			assert.NotEqual(t, http.StatusTooManyRequests, try())
			assert.EqualValues(t, 1, site.Count("SELECT count(*) FROM rate_limit"), "what is over is forgotten")
		})
	}
}

func TestWithoutSecretNobodySignsIn(t *testing.T) {
	site := apitest.New(t)
	ada := site.Browser()
	ada.SignUp("Ada")
	delete(site.Env, "BETTER_AUTH_SECRET")
	site.Start()
	assert.Equal(t, http.StatusInternalServerError, ada.SignIn("Ada").Code)
	assert.Equal(t, http.StatusUnauthorized, ada.Get("/api/me").Code)
}

func TestWithoutTrustedOriginsOnlyTheSiteItselfIsTrusted(t *testing.T) {
	for origin, want := range map[string]int{apitest.PublicURL: http.StatusOK, apitest.Frontend: http.StatusForbidden} {
		site := apitest.New(t)
		delete(site.Env, "BETTER_AUTH_TRUSTED_ORIGINS")
		site.Start()
		ada := site.Browser()
		ada.SignUp("Ada")
		ada.Headers["Origin"] = origin
		assert.Equal(t, want, ada.Post("/api/auth/sign-out", map[string]any{}).Code, origin)
	}
}
