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

// sentUnasked reports whether a page of any origin may make a browser send such a request: a POST of what a form can
// send (https://fetch.spec.whatwg.org/#cors-safelisted-request-header), or of no type. A DELETE is taken for one, too.
func sentUnasked(r *http.Request) bool {
	mediaType, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	switch strings.ToLower(strings.TrimSpace(mediaType)) {
	case "", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data":
		return true
	}
	return r.Method != http.MethodPost
}
