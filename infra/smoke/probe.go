package smoke

import (
	"net/http"

	"github.com/addreams/addreams/app/binding"
)

// probe is one request without a cookie, and what its answer must be.
type probe struct {
	proves       string
	method, path string
	origin       string // of the request; "" for none
	status       int
	body         string            // is in the answer's body
	header       map[string]string // of the answer, exactly; "" for none
}

// stranger is an origin that no deployment trusts.
const stranger = "https://stranger.invalid"

// probes returns everything that is asked of a deployment of the bundle, or of any bundle if it is "".
func probes(bundle string) []probe {
	health := probe{proves: "the Worker runs", method: http.MethodGet, path: "/api/health", status: http.StatusOK, body: `"status":"ok"`}
	if bundle != "" {
		health.proves, health.header = "the Worker runs what was uploaded", map[string]string{binding.BundleHeader: bundle}
	}

	return []probe{
		health,
		{
			proves: "browsers may ask", method: http.MethodOptions, path: "/api/workflows/image-from-text", origin: stranger, status: http.StatusNoContent,
			header: map[string]string{"Access-Control-Allow-Headers": "Content-Type,Authorization", "Access-Control-Allow-Origin": ""},
		},
		{proves: "sign-in is served", method: http.MethodGet, path: "/api/auth/ok", status: http.StatusOK, body: `"ok":true`},
		{proves: "nobody is signed in", method: http.MethodGet, path: "/api/auth/get-session", status: http.StatusOK, body: "null"},
		{
			// A password reset is looked up in the database, and an unknown one leads back with an error.
			proves: "the database is found", method: http.MethodGet, path: "/api/auth/reset-password/smoke?callbackURL=%2F", status: http.StatusFound,
		},
		{proves: "credits are the user's", method: http.MethodGet, path: "/api/me", status: http.StatusUnauthorized},
		{proves: "history is the user's", method: http.MethodGet, path: "/api/history", status: http.StatusUnauthorized},
		{proves: "what is not served is not found", method: http.MethodGet, path: "/api/no-such-route", status: http.StatusNotFound, body: `"error":"Not found"`},
	}
}
