// Package api is the HTTP side of the application: the routes, the middleware, and the one place where errors become
// responses. It decodes, calls the domain (auth, studio) and encodes. It contains no rule of the domain and no SQL, and does
// not know whether it runs on Workers or natively.
package api

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/uptrace/bunrouter"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/billing"
	"github.com/addreams/addreams/app/billing/stripe"
	"github.com/addreams/addreams/app/binding"
	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/provider/qwen"
	"github.com/addreams/addreams/app/store"
	"github.com/addreams/addreams/app/studio"
)

// App serves the API. It is safe for concurrent use.
type App struct {
	platform      platform.Platform
	origins       []string // the frontends' origins, exactly as CORS compares them
	auth          *auth.Service
	store         *store.Store
	studio        *studio.Service
	billing       *billing.Service
	packs         []binding.Pack // of credits, that are sold
	router        *bunrouter.Router
	configuration configurationReport
	intake        intake
}

// New builds the application. It always succeeds: routes that need a setting that is missing or wrong answer so, and the first
// request logs every such setting.
func New(p platform.Platform) *App {
	a := &App{platform: p, origins: binding.List(p.Env(binding.TrustedOrigins)), store: store.New(p.DB)}
	a.store.ProvenOnly = verifiedOnly(p.Env)
	a.store.FreeCredits, _ = signUpCredits(p.Env)
	a.auth = a.newAuth()

	a.studio = &studio.Service{
		Store:      a.store,
		Provider:   qwen.New(p.HTTP, p.Spool, p.Env),
		Bucket:     p.Bucket,
		HTTP:       p.HTTP,
		Notes:      p.Notes,
		Now:        p.Now,
		Sleep:      p.Sleep,
		Log:        a.log,
		DailyLimit: func() (*int64, error) { return dailyLimit(p.Env) },
		Answer:     a.answer,
	}

	a.packs = packsFor(p.Env)
	seller := &stripe.Client{HTTP: p.HTTP, Key: func() string { return p.Env(binding.StripeSecretKey) }}
	a.billing = &billing.Service{Store: a.store, Provider: seller, Now: p.Now}
	a.studio.Retention, _ = historyRetention(p.Env)
	a.router = a.routes()
	return a
}

// ServeHTTP answers one request.
func (a *App) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.router.ServeHTTP(w, routable(r)) }

// routable protects the router. It panics on a NUL in a path: it then looks up the escaped path, with %00. A long path takes it
// long: it then looks up none, and observe answers.
func routable(r *http.Request) *http.Request {
	tooLong := len(r.RequestURI) > platform.MaxTarget
	if !tooLong && !strings.Contains(r.URL.Path, "\x00") {
		return r
	}

	routed, address := *r, *r.URL
	if tooLong {
		address = url.URL{Path: "/"}
	} else {
		address.RawPath = address.EscapedPath()
	}
	routed.URL = &address
	return &routed
}
