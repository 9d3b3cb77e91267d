package api_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api"
	"github.com/addreams/addreams/app/api/apitest"
	"github.com/addreams/addreams/app/binding"
	"github.com/addreams/addreams/app/platform"
)

func TestRouting(t *testing.T) {
	const missing = `{"error":"Not found"}`
	app := api.New(bare(t))
	cases := map[string]struct {
		method, path, origin string
		want                 int
		body                 string
		headers              map[string]string
	}{
		"health":             {path: "/api/health", want: 200, headers: map[string]string{"Access-Control-Allow-Credentials": "true", "Vary": "Origin", "Access-Control-Allow-Origin": ""}},
		"health of a bundle": {path: "/api/health", want: 200, headers: map[string]string{"X-Bundle-Sha256": "d1ge57"}},
		"trusted origin":     {path: "/api/health", origin: apitest.Frontend, want: 200, headers: map[string]string{"Access-Control-Allow-Origin": apitest.Frontend}},
		"other case":         {path: "/api/health", origin: "HTTP://localhost:5173", want: 200, headers: map[string]string{"Access-Control-Allow-Origin": ""}},
		"own origin":         {path: "/api/health", origin: apitest.PublicURL, want: 200, headers: map[string]string{"Access-Control-Allow-Origin": ""}},
		"wrong method":       {method: "POST", path: "/api/health", want: 404, body: missing},
		"unknown method":     {method: "PURGE", path: "/api/health", want: 404, body: missing},
		"trailing slash":     {path: "/api/health/", want: 404, body: missing},
		"doubled slash":      {path: "/api//health", want: 404, body: missing},
		"api itself":         {path: "/api", want: 404, body: missing, headers: map[string]string{"Vary": "Origin"}},
		"outside api":        {path: "/nope", origin: apitest.Frontend, want: 404, body: missing, headers: map[string]string{"Vary": "", "Access-Control-Allow-Origin": ""}},
		"beside api":         {path: "/apix", want: 404, body: missing, headers: map[string]string{"Vary": ""}},
		"a NUL":              {path: "/api/history/%00/%00", want: 404, body: missing},
		"root":               {path: "/", want: 404, body: missing},
		"preflight":          {method: "OPTIONS", path: "/api/nope", origin: apitest.Frontend, want: 204, headers: map[string]string{"Access-Control-Allow-Methods": "GET,POST,PUT,PATCH,DELETE,OPTIONS", "Access-Control-Allow-Headers": "Content-Type,Authorization", "Access-Control-Allow-Origin": apitest.Frontend, "Content-Type": ""}},
		"preflight, foreign": {method: "OPTIONS", path: "/api/me", origin: "https://evil.test", want: 204, headers: map[string]string{"Access-Control-Allow-Origin": "", "Vary": "Origin, Access-Control-Request-Headers"}},
		"options outside":    {method: "OPTIONS", path: "/nope", want: 404, body: missing},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			method := tc.method
			if method == "" {
				method = http.MethodGet
			}
			request := httptest.NewRequest(method, tc.path, nil)
			request.Header.Set("Origin", tc.origin)
			response := httptest.NewRecorder()
			app.ServeHTTP(response, request)
			require.Equal(t, tc.want, response.Code)
			if tc.body != "" {
				assert.Equal(t, tc.body, response.Body.String())
			}
			for header, want := range tc.headers {
				assert.Equal(t, want, response.Header().Get(header), header)
			}
		})
	}
}

// bare is a platform with nothing but a clock and the two origins.
func bare(t *testing.T) platform.Platform {
	env := map[string]string{binding.AuthURL: apitest.PublicURL, binding.TrustedOrigins: apitest.Frontend + ", https://app.example.test", binding.BundleDigest: "d1ge57"}
	return platform.Platform{
		Now: func() time.Time { return time.Date(2026, 2, 10, 12, 0, 0, 0, time.UTC) },
		Log: func(context.Context) io.Writer { return t.Output() },
		Env: func(name string) string { return env[name] },
	}
}
