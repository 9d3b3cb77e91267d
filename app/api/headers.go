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
)

// headers keeps answers from being taken for something else, from being embedded in pages of others, and from being
// shown again by a cache. What the service before answered had no Cache-Control, and clients are promised that: in its
// place Expires says that an answer is old at once. What that service did not answer says no-store, as uncached tells.
func headers(next bunrouter.HandlerFunc) bunrouter.HandlerFunc {
	return func(w http.ResponseWriter, r bunrouter.Request) error {
		header := w.Header()
		header["X-Content-Type-Options"] = nosniff
		header["Cross-Origin-Resource-Policy"] = sameOrigin
		header["Expires"] = expired
		return next(w, r)
	}
}

// requireOwnPage refuses what a page of another origin makes a browser send with its user's cookies. Of the requests that
// carry JSON it need refuse none: for these a browser asks first whether the page may, and cors does not allow it.
func (a *App) requireOwnPage(next bunrouter.HandlerFunc) bunrouter.HandlerFunc {
	return func(w http.ResponseWriter, r bunrouter.Request) error {
		if sentUnasked(r.Request) && a.auth.FromForeignPage(r.Header) {
			return fault.New(fault.ForeignOrigin, "Invalid origin. If the page is yours, add its origin to BETTER_AUTH_TRUSTED_ORIGINS.")
		}
		return next(w, r)
	}
}

// sentUnasked reports whether a page of any origin might make a browser send such a request: whatever is no POST of JSON,
// for which a browser asks (https://fetch.spec.whatwg.org/#cors-safelisted-request-header). There are more types than a
// form's that browsers send by themselves, as text/ping.
func sentUnasked(r *http.Request) bool {
	mediaType, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	return r.Method != http.MethodPost || !strings.EqualFold(strings.TrimSpace(mediaType), "application/json")
}
