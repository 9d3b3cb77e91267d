package api

import (
	"net/http"

	"github.com/uptrace/bunrouter"

	"github.com/addreams/addreams/app/api/reference"
)

// showReferencePage returns the page that shows the description of the API.
func (a *App) showReferencePage(w http.ResponseWriter, _ bunrouter.Request) error {
	w.Header()["Content-Security-Policy"] = []string{reference.Policy}
	return sendFile(w, "text/html; charset=utf-8", "public, max-age=300", reference.Page)
}

// showReferenceViewer returns the script of that page, whose address names its version.
func (a *App) showReferenceViewer(w http.ResponseWriter, _ bunrouter.Request) error {
	return sendFile(w, "text/javascript; charset=utf-8", "public, max-age=31536000, immutable", reference.Viewer)
}

// sendFile sends what is the same for everybody.
func sendFile(w http.ResponseWriter, contentType, caching string, body []byte) error {
	header := w.Header()
	delete(header, "Expires")
	header["Content-Type"] = []string{contentType}
	header["Cache-Control"] = []string{caching}
	_, err := w.Write(body)
	return err
}
