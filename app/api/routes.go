package api

import (
	"net/http"
	"strings"

	"github.com/uptrace/bunrouter"

	"github.com/addreams/addreams/app/binding"
)

// routes is the whole table: what is served, in which order a request passes the middleware, and who may.
func (a *App) routes() *bunrouter.Router {
	router := bunrouter.New(bunrouter.Use(a.observe, headers, a.renderErrors), bunrouter.WithMethodNotAllowedHandler(notFound))
	everything(router.NewGroup(""), notFound, "/*path")

	api := router.NewGroup("/api", bunrouter.Use(a.cors, a.resume, exactPath))
	everything(api, notFound, "", "/*path")
	read(api, "/health", a.health)
	read(api, "/me", a.requireSignedCookie(a.me))

	everything(api, a.requireSignedIn(notFound), "/workflows", "/workflows/*path")
	api.POST("/workflows/image-from-text", a.requireOrder(a.imageFromText))
	api.POST("/workflows/image-from-reference", a.requireOrder(a.imageFromReference))
	api.POST("/workflows/video-from-reference", a.requireOrder(a.videoFromReference))

	read(api, "/history", a.requireSignedCookie(a.listHistory))
	read(api, "/history/:id", a.requireSignedCookie(a.showHistory))
	api.DELETE("/history/:id", a.requireSessionInDB(a.deleteHistory))
	read(api, "/history/:id/asset", a.objects(a.showAsset))
	read(api, "/history/:id/assets/:index", a.objects(a.showAssetAt))
	read(api, "/history/:id/reference", a.objects(a.showReference))

	if a.platform.Env(binding.MigrateToken) != "" {
		api.POST("/migrate", a.requireMigrateToken(a.migrate))
	}
	a.mountAuth(api) // last: the router sorts its tree again for every route, so the largest group comes last

	return router
}

// exactPath answers a path with doubled slashes as one that is not there: the router takes some of them for one. Below
// the workflows that is for signed-in users to know.
func exactPath(next bunrouter.HandlerFunc) bunrouter.HandlerFunc {
	return func(w http.ResponseWriter, r bunrouter.Request) error {
		path := r.URL.EscapedPath()
		if strings.Contains(path, "//") && !strings.HasPrefix(path, "/api/workflows/") {
			return notFound(w, r)
		}
		return next(w, r)
	}
}

// read serves a route to GET, and to HEAD, whose body the server drops.
func read(group *bunrouter.Group, path string, handler bunrouter.HandlerFunc) {
	group.GET(path, handler)
	group.HEAD(path, handler)
}

// everything serves the paths to every method, where no other route does. With a wildcard it also keeps bunrouter from
// redirecting: a path that differs from a route by a slash is a 404.
func everything(group *bunrouter.Group, handler bunrouter.HandlerFunc, paths ...string) {
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
