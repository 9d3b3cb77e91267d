package api

import (
	"context"
	"io"
	"net/http"
	"sync/atomic"

	"github.com/google/uuid"
	"github.com/rs/zerolog"
	"github.com/uptrace/bunrouter"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/binding"
	"github.com/addreams/addreams/app/platform"
)

// scope is what is known of the request in hand.
type scope struct {
	id       string // UUID, the requestId of error bodies
	log      zerolog.Logger
	claim    auth.Claim    // set by every guard
	identity auth.Identity // set once the claim is proven
	userID   string        // likewise
	held     hold
}

type scopeKey struct{}

func scopeOf(ctx context.Context) *scope { return ctx.Value(scopeKey{}).(*scope) }

// log is where the domain tells what nobody is answered: under the request's id, or the schedule's name.
func (a *App) log(ctx context.Context) *zerolog.Logger {
	logger := zerolog.New(a.platform.Log(ctx)).With().Str("request", "schedule").Logger()
	if current, ok := ctx.Value(scopeKey{}).(*scope); ok {
		logger = current.log.With().Str("request", current.id).Logger()
	}
	return &logger
}

// observe gives the request its id and logger, and logs one line when it is answered. Lines hold no body, cookie,
// e-mail address, prompt or key.
func (a *App) observe(next bunrouter.HandlerFunc) bunrouter.HandlerFunc {
	return func(w http.ResponseWriter, r bunrouter.Request) error {
		began := a.platform.Now()
		current := &scope{id: uuid.NewString(), log: zerolog.New(a.platform.Log(r.Context())), held: hold{intake: &a.intake, client: a.auth.Address(r.Request), most: roomFor(r.Request)}}
		defer current.held.release()
		a.gaps.report(current.log, a.platform)
		recorder := &recorder{ResponseWriter: w, status: http.StatusOK}
		ctx := context.WithValue(r.Context(), scopeKey{}, current)
		err := current.held.grow(sizeOf(r.Request))
		if err != nil {
			render(ctx, recorder, err)
		} else {
			err = next(recorder, paced(w, r.WithContext(ctx)))
		}
		current.log.Info().Str("method", r.Method).Str("route", r.Route()).Int("status", recorder.status).
			Int64("ms", a.platform.Now().Sub(began).Milliseconds()).Str("request", current.id).Str("user", current.userID).Send()
		return err
	}
}

// recorder notes the status that a handler sends.
type recorder struct {
	http.ResponseWriter
	status int
	wrote  bool
}

func (r *recorder) WriteHeader(status int) {
	r.status, r.wrote = status, true
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(p []byte) (int, error) {
	r.wrote = true
	return r.ResponseWriter.Write(p)
}

// ReadFrom hands a body on whole, so that the platform may stream it without reading it here.
func (r *recorder) ReadFrom(body io.Reader) (int64, error) {
	r.wrote = true
	return io.Copy(r.ResponseWriter, body)
}

func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// gaps reports once what the deployment left out or set wrong and the Worker can't do without.
type gaps struct{ reported atomic.Bool }

func (g *gaps) report(log zerolog.Logger, p platform.Platform) {
	if g.reported.Swap(true) {
		return
	}
	for _, wanted := range binding.Required() {
		if wanted.Kind != binding.D1 && p.Env(wanted.Name) == "" {
			log.Error().Str("binding", wanted.Name).Str("meaning", wanted.Meaning).Msg("binding is missing: set it in the stack's configuration and deploy again")
		}
	}
	if secret := p.Env(binding.AuthSecret); secret != "" && shortSecret(secret) {
		log.Error().Str("binding", binding.AuthSecret).Int("needed", minSecret).
			Msg("the key of cookies is too short, so nobody can sign in: set a longer one (openssl rand -base64 32) in the stack's configuration and deploy again")
	}
	if secret := p.Env(binding.ClientAddressSecret); secret != "" && shortSecret(secret) {
		log.Error().Str("binding", binding.ClientAddressSecret).Int("needed", minSecret).
			Msg("the proxy's key is too short, so its clients' addresses are ignored: set a longer one here and at the proxy (openssl rand -base64 32)")
	}
	if to := p.Env(binding.FreeCreditsFor); provenOnly(p.Env) && to != "verified" {
		log.Error().Str("binding", binding.FreeCreditsFor).Msg("is neither everyone nor verified, and is taken for verified")
	}
	if _, err := dailyMost(p.Env); err != nil {
		log.Error().Str("binding", binding.DailyGenerations).Err(err).Msg("no generation begins until it is set right")
	}
	if p.Bucket == nil {
		log.Warn().Str("binding", binding.Bucket).Msg("binding is missing: images are not kept beyond the provider's 24 hours")
	}
}
