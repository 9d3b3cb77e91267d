package api

import (
	"net/http"
	"slices"

	"github.com/uptrace/bunrouter"
)

// cors answers preflights, of known and unknown paths alike, and puts the CORS headers on every other response,
// whatever its status. An origin is allowed if it stands in the list exactly as sent.
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

// trusts tells whether a cross-origin page of this origin may read our answers.
func (a *App) trusts(origin string) bool { return origin != "" && slices.Contains(a.origins, origin) }
