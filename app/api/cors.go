package api

import (
	"net/http"
	"slices"

	"github.com/uptrace/bunrouter"
)

// cors answers preflights for known and unknown paths alike, and sets the CORS headers on every other response, whatever its
// status. An origin is allowed if the list contains it exactly as sent.
func (a *App) cors(next bunrouter.HandlerFunc) bunrouter.HandlerFunc {
	return func(w http.ResponseWriter, r bunrouter.Request) error {
		header := w.Header()
		header["Access-Control-Allow-Credentials"] = []string{"true"}
		if origin := r.Header.Get("Origin"); a.trusts(origin) {
			header["Access-Control-Allow-Origin"] = []string{origin}
		}
		if r.Method != http.MethodOptions {
			header["Vary"] = []string{"Origin"}
			return next(w, r)
		}

		header["Vary"] = []string{"Origin, Access-Control-Request-Headers"}
		header["Access-Control-Allow-Methods"] = []string{"GET,POST,PUT,PATCH,DELETE,OPTIONS"}
		header["Access-Control-Allow-Headers"] = []string{"Content-Type,Authorization"}
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
}

// trusts reports whether pages of this origin may read answers across origins.
func (a *App) trusts(origin string) bool { return origin != "" && slices.Contains(a.origins, origin) }
