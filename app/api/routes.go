package api

import (
	"net/http"
	"strings"

	"github.com/uptrace/bunrouter"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/binding"
)

// endpoint is one route of the product, below /api.
type endpoint struct {
	method, path string
	handler      bunrouter.HandlerFunc
}

// endpoints is the table of the routes outside /api/auth, and of who may call them: users who are signed in, and
// API keys where byKey says so.
func (a *App) endpoints() []endpoint {
	const get, post, remove = http.MethodGet, http.MethodPost, http.MethodDelete
	const read, generate, credits = auth.ScopeRead, auth.ScopeGenerate, auth.ScopeCredits
	all := []endpoint{
		{get, "/health", a.health},
		{get, "/openapi.json", a.describe},
		{get, "/reference", a.showReferencePage},
		{get, "/reference/redoc.js", a.showReferenceViewer},
		{get, "/me", byKey(read, a.requireSignedCookie(a.me))},
		{get, "/credits", byKey(credits, a.requireSignedCookie(a.credits))},

		{get, "/workflows", byKey(read, a.requireSignedIn(a.listWorkflows))},
		{post, "/workflows/image-from-text", byKey(generate, a.requireOrder(a.imageFromText))},
		{post, "/workflows/image-from-reference", byKey(generate, a.requireOrder(a.imageFromReference))},
		{post, "/workflows/video-from-reference", byKey(generate, a.requireOrder(a.videoFromReference))},

		{get, "/history", byKey(read, a.requireSignedCookie(a.listHistory))},
		{get, "/history/:id", byKey(read, a.requireSignedCookie(a.showHistory))},
		{remove, "/history/:id", byKey(generate, a.requireSessionInDB(a.deleteHistory))},
		{get, "/history/:id/asset", byKey(read, a.requireBucket(a.showAsset))},
		{get, "/history/:id/assets/:index", byKey(read, a.requireBucket(a.showAssetAt))},
		{get, "/history/:id/reference", byKey(read, a.requireBucket(a.showReference))},
		{get, "/history/:id/references/:index", byKey(read, a.requireBucket(a.showReferenceAt))},
	}
	if a.packs != nil {
		all = append(all,
			endpoint{post, "/credits/checkout", byKey(credits, a.requireSessionInDB(a.checkout))},
			endpoint{post, "/credits/stripe", a.receiveStripe})
	}
	if a.platform.Env(binding.MigrateToken) != "" {
		all = append(all, endpoint{post, "/migrate", a.requireMigrateToken(a.migrate)})
	}

	return all
}

// routes builds the router: in which order a request passes the middleware, and what answers it.
func (a *App) routes() *bunrouter.Router {
	router := bunrouter.New(bunrouter.Use(a.observe, securityHeaders, a.renderErrors), bunrouter.WithMethodNotAllowedHandler(notFound))
	handleAll(router.NewGroup(""), notFound, "/*path")

	api := router.NewGroup("/api", bunrouter.Use(a.cors, a.resume, refuseKeysInURL, exactPath))
	handleAll(api, notFound, "", "/*path")
	unknown := byKey(auth.ScopeRead, a.requireSignedIn(notFound))
	handleAll(api, unknown, "/workflows/*path")
	handle(api, unknown, methods[2:], "/workflows") // GET and HEAD have a route
	for _, e := range a.endpoints() {
		api.Handle(e.method, e.path, e.handler)
		if e.method == http.MethodGet {
			api.HEAD(e.path, e.handler) // the server drops the body
		}
	}
	a.mountAuth(api) // last: the router sorts its tree again for every route, so the largest group comes last

	return router
}

// exactPath answers 404 for a path with doubled slashes, because the router treats some of them as one slash. Below the
// workflows only signed-in users may learn that.
func exactPath(next bunrouter.HandlerFunc) bunrouter.HandlerFunc {
	return func(w http.ResponseWriter, r bunrouter.Request) error {
		path := r.URL.EscapedPath()
		if strings.Contains(path, "//") && !strings.HasPrefix(path, "/api/workflows/") {
			return notFound(w, r)
		}
		return next(w, r)
	}
}

// handleAll serves the paths for every method, where no other route does. A wildcard also prevents redirects by bunrouter: a
// path that differs from a route by a slash is a 404.
func handleAll(group *bunrouter.Group, handler bunrouter.HandlerFunc, paths ...string) {
	handle(group, handler, methods, paths...)
}

// methods are all that the router knows of, those that only read first.
var methods = []string{
	http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut,
	http.MethodPatch, http.MethodDelete, http.MethodOptions,
}

func handle(group *bunrouter.Group, handler bunrouter.HandlerFunc, methods []string, paths ...string) {
	for _, method := range methods {
		for _, path := range paths {
			group.Handle(method, path, handler)
		}
	}
}

func notFound(http.ResponseWriter, bunrouter.Request) error {
	return &plainError{status: http.StatusNotFound, text: "Not found"}
}
