package api

import (
	"net/http"
	"strings"

	"github.com/uptrace/bunrouter"

	"github.com/addreams/addreams/app/binding"
)

// routes is the whole table: what is served, in which order a request passes the middleware, and who may.
func (a *App) routes() *bunrouter.Router {
	router := bunrouter.New(bunrouter.Use(a.observe, securityHeaders, a.renderErrors), bunrouter.WithMethodNotAllowedHandler(notFound))
	handleAll(router.NewGroup(""), notFound, "/*path")

	api := router.NewGroup("/api", bunrouter.Use(a.cors, a.resume, exactPath))
	handleAll(api, notFound, "", "/*path")
	handleRead(api, "/health", a.health)
	handleRead(api, "/me", a.requireSignedCookie(a.me))

	handleAll(api, a.requireSignedIn(notFound), "/workflows", "/workflows/*path")
	api.POST("/workflows/image-from-text", a.requireOrder(a.imageFromText))
	api.POST("/workflows/image-from-reference", a.requireOrder(a.imageFromReference))
	api.POST("/workflows/video-from-reference", a.requireOrder(a.videoFromReference))

	handleRead(api, "/history", a.requireSignedCookie(a.listHistory))
	handleRead(api, "/history/:id", a.requireSignedCookie(a.showHistory))
	api.DELETE("/history/:id", a.requireSessionInDB(a.deleteHistory))
	handleRead(api, "/history/:id/asset", a.requireBucket(a.showAsset))
	handleRead(api, "/history/:id/assets/:index", a.requireBucket(a.showAssetAt))
	handleRead(api, "/history/:id/reference", a.requireBucket(a.showReference))

	if a.platform.Env(binding.MigrateToken) != "" {
		api.POST("/migrate", a.requireMigrateToken(a.migrate))
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

// handleRead serves a route for GET, and for HEAD, whose body the server drops.
func handleRead(group *bunrouter.Group, path string, handler bunrouter.HandlerFunc) {
	group.GET(path, handler)
	group.HEAD(path, handler)
}

// handleAll serves the paths for every method, where no other route does. A wildcard also prevents redirects by bunrouter: a
// path that differs from a route by a slash is a 404.
func handleAll(group *bunrouter.Group, handler bunrouter.HandlerFunc, paths ...string) {
	for _, method := range []string{
		http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut,
		http.MethodPatch, http.MethodDelete, http.MethodOptions,
	} {
		for _, path := range paths {
			group.Handle(method, path, handler)
		}
	}
}

func notFound(http.ResponseWriter, bunrouter.Request) error {
	return &plainError{status: http.StatusNotFound, text: "Not found"}
}
