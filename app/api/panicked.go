package api

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/addreams/addreams/app/api/httpio"
)

// Panicked responds to a request whose handler panicked outside of renderErrors, with the contract's internal error.
func (a *App) Panicked(w http.ResponseWriter) {
	_ = httpio.WriteJSON(w, http.StatusInternalServerError, errorBodyOf(uuid.NewString(), nil))
}
