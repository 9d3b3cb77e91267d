package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/uptrace/bunrouter"

	"github.com/addreams/addreams/app/api/httpio"
	"github.com/addreams/addreams/app/binding"
	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/migrations"
)

// deepTimeout is how long one check may take.
const deepTimeout = 10 * time.Second

type deepBody struct {
	Status string               `json:"status"` // "ok", or "failing" with a status of 503
	Bundle string               `json:"bundle,omitempty"`
	Schema string               `json:"schema,omitempty"` // that the bundle was deployed with
	Checks map[string]deepCheck `json:"checks"`
}

// deepCheck is one check. Why it failed is in the log, under the request's ID.
type deepCheck struct {
	OK     bool  `json:"ok"`
	Millis int64 `json:"ms"`
}

// deepHealth asks everything that the API depends on, for the holder of the migrate token. The provider is not called: only
// its configuration is checked.
func (a *App) deepHealth(w http.ResponseWriter, r bunrouter.Request) error {
	if a.platform.Env(binding.MigrateToken) == "" {
		return notFound(w, r)
	}
	return a.requireMigrateToken(a.checkAll)(w, r)
}

func (a *App) checkAll(w http.ResponseWriter, r bunrouter.Request) error {
	body := deepBody{
		Status: "ok",
		Bundle: a.platform.Env(binding.BundleDigest), Schema: a.platform.Env(binding.SchemaVersion),
		Checks: map[string]deepCheck{},
	}
	status := http.StatusOK
	for name, check := range map[string]func(context.Context) error{
		"database": a.store.Ping, "schema": a.checkSchema, "bucket": a.checkBucket,
		"provider": func(context.Context) error { return a.studio.Provider.Ready() },
		"auth":     a.checkAuth,
	} {
		began := a.platform.Now()
		err := a.runCheck(r.Context(), check)
		body.Checks[name] = deepCheck{OK: err == nil, Millis: a.platform.Now().Sub(began).Milliseconds()}
		if err != nil {
			body.Status, status = "failing", http.StatusServiceUnavailable
			a.log(r.Context()).Error().Str("check", name).Err(err).Msg("a dependency fails")
		}
	}

	w.Header()["Cache-Control"] = noStore
	return httpio.WriteJSON(w, status, body)
}

func (a *App) runCheck(ctx context.Context, check func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, deepTimeout)
	defer cancel()
	return check(ctx)
}

// checkSchema fails while a migration of this program is not applied.
func (a *App) checkSchema(ctx context.Context) error {
	engine, err := migrate.New(a.platform.DB, migrations.FS, migrate.Options{By: "GET /api/health"})
	if err != nil {
		return err
	}
	plan, err := engine.Plan(ctx)
	if err != nil {
		return err
	}
	if len(plan.Pending()) > 0 {
		return errors.New("migrations are pending: " + plan.Pending()[0].Name)
	}
	return nil
}

// checkBucket asks for an object that does not exist.
func (a *App) checkBucket(ctx context.Context) error {
	if a.platform.Bucket == nil {
		return errors.New("no bucket is bound")
	}
	object, err := a.platform.Bucket.Get(ctx, "health")
	if errors.Is(err, platform.ErrObjectNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return object.Body.Close()
}

func (a *App) checkAuth(context.Context) error {
	if !a.auth.Ready() {
		return errors.New(binding.AuthSecret + " or " + binding.AuthURL + " is missing or wrong")
	}
	return nil
}
