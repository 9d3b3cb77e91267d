// Package betterauth serves /api/auth as better-auth does: the routes, what a request passes on its way to a handler
// (limit, body, origin, schema, guard), and the form of answers and errors. Official clients talk to it, so that form is
// fixed. It decodes, calls package auth and encodes; it has no rules for signing in, and knows nothing of the
// product's other routes: what they share with these comes in through Host.
package betterauth

import (
	"context"
	"net/http"
	"strings"

	"github.com/rs/zerolog"
	"github.com/uptrace/bunrouter"

	"github.com/addreams/addreams/app/auth"
)

// Host is what these routes need from the application.
type Host struct {
	// ReadBody reads a whole body of at most limit bytes; a longer one is a fault.PayloadTooLarge.
	ReadBody func(r *http.Request, limit int64) ([]byte, error)
	// Identify records the sender of a request, for the log.
	Identify func(ctx context.Context, identity auth.Identity)
	// Log returns the logger of a request.
	Log func(ctx context.Context) *zerolog.Logger
	// NotFound answers a path that the application does not have.
	NotFound bunrouter.HandlerFunc
}

// prefix is the path that the routes are below.
const prefix = "/api/auth"

// Mount puts the routes on the group of /api. Other paths, and the wrong one of GET and POST, get better-auth's empty
// 404; what is left belongs to the application's.
func Mount(api *bunrouter.Group, service *auth.Service, host Host) {
	h := handlers{service, host}
	group := api.NewGroup("/auth")
	limits := make(map[string]auth.Rule)
	for _, e := range endpoints() {
		group.Handle(e.method, e.path, h.serve(e))
		if e.limit != auth.General {
			limits[firstSegment(e.path)] = e.limit
		}
	}

	unknown := h.unknown(limits)
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost} {
		group.Handle(method, "/*path", unknown)
	}
}

// handlers answers the requests to the endpoints.
type handlers struct {
	auth *auth.Service
	host Host
}

// unknown answers a path that is not in the table. It counts like the table's paths with the same beginning.
func (h handlers) unknown(limits map[string]auth.Rule) bunrouter.HandlerFunc {
	return func(w http.ResponseWriter, r bunrouter.Request) error {
		path := strings.TrimPrefix(r.URL.Path, prefix)
		if path == "" || path == "/" || strings.Contains(path, "//") {
			return h.host.NotFound(w, r)
		}

		limit, strict := limits[firstSegment(path)]
		if !strict {
			limit = auth.General
		}
		if err := h.auth.Limit(h.auth.Visit(r.Request), path, limit); err != nil {
			return err
		}

		w.WriteHeader(http.StatusNotFound)
		return nil
	}
}

func firstSegment(path string) string {
	segment, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return segment
}
