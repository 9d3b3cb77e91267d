package api

import (
	"net/http"

	"github.com/uptrace/bunrouter"

	"github.com/addreams/addreams/app/api/openapi"
)

// describe returns the description of the API, which is the same for everybody until the next deployment.
func (a *App) describe(w http.ResponseWriter, r bunrouter.Request) error {
	document, err := openapi.Document()
	if err != nil {
		return err
	}
	return a.sendFile(w, r, "application/json", "public, max-age=300", document)
}
