// Package api is the HTTP side of the application: the routes, what every request passes through, and the one place
// where errors become responses. It decodes, calls the domain (auth, studio) and encodes; it holds no rule of the
// domain and no SQL, and does not know whether it runs on Workers or natively.
package api

import (
	"net/http"
	"strings"

	"github.com/uptrace/bunrouter"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/binding"
	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/store"
	"github.com/addreams/addreams/app/studio"
)

// App serves the API. It is safe for concurrent use.
type App struct {
	platform platform.Platform
	origins  []string // the frontends' origins, exactly as CORS compares them
	auth     *auth.Service
	store    *store.Store
	studio   *studio.Service
	router   *bunrouter.Router
	gaps     gaps
	intake   intake
}

// New makes the application. Gaps in the configuration do not stop it: the routes that need what is missing answer
// so, and the first request logs each gap.
func New(p platform.Platform) *App {
	a := &App{platform: p, origins: splitList(p.Env(binding.TrustedOrigins)), store: store.New(p.DB)}
	a.store.ProvenOnly = provenOnly(p.Env)
	a.auth = a.newAuth()
	a.studio = &studio.Service{
		Store: a.store, Bucket: p.Bucket, HTTP: p.HTTP, Notes: p.Notes, Now: p.Now, Log: a.log,
		ImageHosts: studio.ParseImageHosts(p.Env(binding.QwenImageHosts)),
	}
	a.router = a.routes()
	return a
}

// ServeHTTP answers one request.
func (a *App) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.router.ServeHTTP(w, routable(r)) }

// routable keeps a NUL in a path from the router, which panics over one: it looks up the path as it was sent, with %00.
func routable(r *http.Request) *http.Request {
	if !strings.Contains(r.URL.Path, "\x00") {
		return r
	}
	escaped, address := *r, *r.URL
	address.RawPath = address.EscapedPath()
	escaped.URL = &address
	return &escaped
}

// splitList reads a comma-separated list: items trimmed, empty ones dropped.
func splitList(list string) []string {
	var items []string
	for item := range strings.SplitSeq(list, ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}
