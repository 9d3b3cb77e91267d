package api

import (
	"net/http"

	"github.com/google/uuid"
)

// Panicked responds to a request whose handler panicked outside of renderErrors, with the contract's internal error.
func (a *App) Panicked(w http.ResponseWriter) {
	_ = writeJSON(w, http.StatusInternalServerError, errorBodyOf(uuid.NewString(), nil))
}
