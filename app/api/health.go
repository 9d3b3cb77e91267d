package api

import (
	"net/http"

	"github.com/uptrace/bunrouter"
)

// isoMillis is JavaScript's form of a date: UTC, milliseconds, Z.
const isoMillis = "2006-01-02T15:04:05.000Z"

// health says that the Worker runs. It asks nothing of the database or the provider.
func (a *App) health(w http.ResponseWriter, _ bunrouter.Request) error {
	return writeJSON(w, http.StatusOK, struct {
		Status    string `json:"status"`
		Service   string `json:"service"`
		Timestamp string `json:"timestamp"`
	}{"ok", "addreams-api", a.platform.Now().UTC().Format(isoMillis)})
}
