package api

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"net/http"
	"strings"

	"github.com/uptrace/bunrouter"

	"github.com/addreams/addreams/app/api/httpio"
	"github.com/addreams/addreams/app/binding"
	"github.com/addreams/addreams/app/fault"
	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/migrations"
)

// requireMigrateToken lets those pass who know the bearer secret. Digests are compared, so that not even its length shows.
func (a *App) requireMigrateToken(next bunrouter.HandlerFunc) bunrouter.HandlerFunc {
	return func(w http.ResponseWriter, r bunrouter.Request) error {
		scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		given := sha256.Sum256([]byte(strings.TrimSpace(token)))
		wanted := sha256.Sum256([]byte(a.platform.Env(binding.MigrateToken)))
		if !strings.EqualFold(scheme, "Bearer") || subtle.ConstantTimeCompare(given[:], wanted[:]) == 0 {
			return fault.New(fault.Unauthorized, "A bearer token is required.")
		}
		return next(w, r)
	}
}

// migrate applies the migrations that this build carries and the database lacks, and tells which. A deployment does so
// before it uploads the Worker; this is for a database that only the Worker can reach.
func (a *App) migrate(w http.ResponseWriter, r bunrouter.Request) error {
	engine, err := migrate.New(a.platform.DB, migrations.FS, migrate.Options{By: "POST /api/migrate"})
	if err != nil {
		return err
	}
	report, err := engine.Apply(r.Context())
	var refused *migrate.Refused
	if errors.As(err, &refused) {
		return &plainError{status: http.StatusConflict, text: refused.Error()}
	}
	if err != nil {
		return err
	}
	return httpio.WriteJSON(w, http.StatusOK, report)
}
