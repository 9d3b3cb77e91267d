package api

import (
	"net/http"

	"github.com/uptrace/bunrouter"

	"github.com/addreams/addreams/app/api/httpio"
	"github.com/addreams/addreams/app/binding"
)

// isoMillis is JavaScript's form of a date: UTC, milliseconds, Z.
const isoMillis = "2006-01-02T15:04:05.000Z"

// health says that the Worker runs, and which bundle. It asks nothing of the database or the provider.
func (a *App) health(w http.ResponseWriter, _ bunrouter.Request) error {
	delete(w.Header(), "Expires") // it is nobody's, and asked for often
	if digest := a.platform.Env(binding.BundleDigest); digest != "" {
		w.Header().Set(binding.BundleHeader, digest)
	}
	return httpio.WriteJSON(w, http.StatusOK, struct {
		Status    string `json:"status"`
		Service   string `json:"service"`
		Timestamp string `json:"timestamp"`
	}{"ok", "addreams-api", a.platform.Now().UTC().Format(isoMillis)})
}
