package api

import (
	"net/http"

	"github.com/uptrace/bunrouter"

	"github.com/addreams/addreams/app/api/reference"
)

// showReferencePage returns the page that shows the description of the API.
func (a *App) showReferencePage(w http.ResponseWriter, r bunrouter.Request) error {
	w.Header()["Content-Security-Policy"] = []string{reference.Policy}
	return a.sendFile(w, r, "text/html; charset=utf-8", "public, max-age=300", reference.Page)
}

// showReferenceViewer returns the script of that page, whose address names its version.
func (a *App) showReferenceViewer(w http.ResponseWriter, r bunrouter.Request) error {
	return a.sendFile(w, r, "text/javascript; charset=utf-8", "public, max-age=31536000, immutable", reference.Viewer)
}
