package api

import (
	"net/http"
	"slices"
	"strings"

	"github.com/uptrace/bunrouter"

	"github.com/addreams/addreams/app/auth"
)

// cors answers preflights for known and unknown paths alike, and sets the CORS headers on every other response, whatever its
// status. An origin is allowed if the list contains it exactly as sent.
func (a *App) cors(next bunrouter.HandlerFunc) bunrouter.HandlerFunc {
	return func(w http.ResponseWriter, r bunrouter.Request) error {
		header := w.Header()
		header["Access-Control-Allow-Credentials"] = credentials
		if origin := r.Header.Get("Origin"); a.trusts(origin) {
			header["Access-Control-Allow-Origin"] = []string{origin}
		}
		if r.Method != http.MethodOptions {
			header["Vary"] = byOrigin
			if infoOf(r.Context()).sendsOwn {
				header["Access-Control-Expose-Headers"] = exposedHeaders
			}
			return next(w, r)
		}

		header["Vary"] = []string{"Origin, Access-Control-Request-Headers"}
		header["Access-Control-Allow-Methods"] = []string{"GET,POST,PUT,PATCH,DELETE,OPTIONS"}
		header["Access-Control-Allow-Headers"] = []string{"Content-Type,Authorization"}
		if asksForOwnHeader(r.Request) {
			header["Access-Control-Allow-Headers"] = allowedHeaders
		}
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
}

// ownHeaders are the request headers that the JavaScript service did not have. The clients of that one get the CORS headers that
// it sent; a page that sends one of these may send them all, and read the headers that answers have in addition.
var (
	ownHeaders     = []string{keyHeader, requestIDHeader, auth.KeyHeader, preferHeader}
	allowedHeaders = []string{"Content-Type,Authorization," + strings.Join(ownHeaders, ",")}
	exposedHeaders = []string{requestIDHeader + ",Idempotent-Replayed,Retry-After,X-Retry-After,Location,X-Addreams-Warnings,X-Addreams-Retryable,RateLimit,RateLimit-Policy,ETag,Content-Range"}
)

func sendsOwnHeader(r *http.Request) bool {
	return slices.ContainsFunc(ownHeaders, func(name string) bool { return len(r.Header[name]) > 0 })
}

// asksForOwnHeader reports whether a preflight asks to send one.
func asksForOwnHeader(r *http.Request) bool {
	for name := range strings.SplitSeq(r.Header.Get("Access-Control-Request-Headers"), ",") {
		if slices.ContainsFunc(ownHeaders, func(own string) bool { return strings.EqualFold(own, strings.TrimSpace(name)) }) {
			return true
		}
	}
	return false
}

// trusts reports whether pages of this origin may read answers across origins.
func (a *App) trusts(origin string) bool { return origin != "" && slices.Contains(a.origins, origin) }
