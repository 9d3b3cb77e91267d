package api

import (
	"net/http"
	"strings"

	"github.com/uptrace/bunrouter"

	"github.com/addreams/addreams/app/fault"
)

// The values of headers that responses share.
var (
	nosniff    = []string{"nosniff"}
	sameOrigin = []string{"same-origin"}
	sameSite   = []string{"same-site"}
	expired    = []string{"0"}
	noStore    = []string{"no-store"}
	byOrigin   = []string{"Origin"}

	credentials = []string{"true"}
)

// securityHeaders keeps browsers from guessing the type of an answer, embedding it in pages of other origins, or showing it again
// from a cache. The answers of the JavaScript service had no Cache-Control, and the contract keeps that: Expires says instead that an
// answer is stale at once. Errors that it did not have say no-store; see uncached.
func securityHeaders(next bunrouter.HandlerFunc) bunrouter.HandlerFunc {
	return func(w http.ResponseWriter, r bunrouter.Request) error {
		header := w.Header()
		header["X-Content-Type-Options"] = nosniff
		header["Cross-Origin-Resource-Policy"] = sameOrigin
		header["Expires"] = expired
		return next(w, r)
	}
}

// requireOwnPage refuses requests that a page of another origin makes a browser send with its user's cookies. It does not need
// to refuse requests with JSON: browsers send a preflight for these, and cors does not allow them.
func (a *App) requireOwnPage(next bunrouter.HandlerFunc) bunrouter.HandlerFunc {
	return func(w http.ResponseWriter, r bunrouter.Request) error {
		byCookie := infoOf(r.Context()).claim.Key == nil // a browser sends no API key by itself
		if byCookie && sentWithoutPreflight(r.Request) && a.auth.FromForeignPage(r.Header) {
			return fault.New(fault.ForeignOrigin, "Invalid origin. If the page is yours, add its origin to BETTER_AUTH_TRUSTED_ORIGINS.")
		}
		return next(w, r)
	}
}

// sentWithoutPreflight reports whether a page of any origin might make a browser send such a request without asking first: any
// request but a POST of JSON (https://fetch.spec.whatwg.org/#cors-safelisted-request-header). Besides the types of forms there
// are others that browsers send by themselves, such as text/ping.
func sentWithoutPreflight(r *http.Request) bool {
	mediaType, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	return r.Method != http.MethodPost || !strings.EqualFold(strings.TrimSpace(mediaType), "application/json")
}
