package api

import (
	"net/http"

	"github.com/uptrace/bunrouter"

	"github.com/addreams/addreams/app/api/httpio"
	"github.com/addreams/addreams/app/binding"
	"github.com/addreams/addreams/app/js"
)

// health reports that the Worker runs, and which bundle. It contacts the database only for ?deep=1.
func (a *App) health(w http.ResponseWriter, r bunrouter.Request) error {
	if firstValue(r.URL.RawQuery, "deep") == "1" {
		return a.deepHealth(w, r)
	}
	delete(w.Header(), "Expires") // it concerns no user, and is requested often
	if digest := a.platform.Env(binding.BundleDigest); digest != "" {
		w.Header().Set(binding.BundleHeader, digest)
	}
	body := js.AppendDate([]byte(`{"status":"ok","service":"addreams-api","timestamp":`), a.platform.Now())
	return httpio.SendJSON(w, http.StatusOK, append(body, '}'))
}
