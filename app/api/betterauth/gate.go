package betterauth

import (
	"net/http"
	"strings"

	"github.com/uptrace/bunrouter"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/fault"
	"github.com/addreams/addreams/app/js"
	"github.com/addreams/addreams/app/zod"
)

var errMisconfigured = fault.New(fault.BackendMisconfig, "BETTER_AUTH_SECRET, of at least 32 characters, and BETTER_AUTH_URL must be configured.")

// serve is the gate in front of a handler. Its order is part of the contract: limit, no API key, body, origin, schema, guard.
func (h handlers) serve(e endpoint) bunrouter.HandlerFunc {
	known := e.schema.known()
	return func(w http.ResponseWriter, r bunrouter.Request) error {
		c := &call{w: w, r: r, visit: h.auth.Visit(r.Request), query: r.URL.Query()}
		if err := h.auth.Limit(c.visit, strings.TrimPrefix(r.URL.Path, prefix), e.limit); err != nil {
			return err
		}
		if !h.auth.Ready() {
			return errMisconfigured
		}
		if _, sent := auth.SentKey(r.Header); sent {
			return auth.ErrKeyNotAllowed
		}

		if err := h.readBody(c, e.accepts, known); err != nil {
			return err
		}
		if err := h.checkOrigin(e, c); err != nil {
			return err
		}
		if err := e.schema.check(c); err != nil {
			return err
		}
		if err := e.guard(h, c); err != nil {
			return err
		}

		return e.handle(h, c)
	}
}

// redirects are the fields that may name a URL to send the browser to, with the name that an error gives them.
var redirects = []struct{ field, name string }{
	{"callbackURL", "callbackURL"},
	{"redirectTo", "redirectURL"},
	{"errorCallbackURL", "errorCallbackURL"},
	{"newUserCallbackURL", "newUserCallbackURL"},
}

// checkOrigin refuses what comes from pages of other sites, and what would send the browser to one.
func (h handlers) checkOrigin(e endpoint, c *call) error {
	if e.method == http.MethodGet {
		if e.schema.source != fromQuery || !e.schema.has("callbackURL") {
			return nil
		}
		return h.auth.CheckURL("callbackURL", c.query.Get("callbackURL"))
	}
	if err := h.auth.CheckOrigin(c.r.Header); err != nil {
		return err
	}

	for _, redirect := range redirects {
		target, err := c.target(redirect.field)
		if err != nil {
			return err
		}
		if err := h.auth.CheckURL(redirect.name, target); err != nil {
			return err
		}
	}
	return nil
}

// target reads a URL of the body, or, for the callback, else of the query. An empty value of any type counts as absent.
func (c *call) target(field string) (string, error) {
	switch value := c.fields()[field].(type) {
	case string:
		if value != "" {
			return value, nil
		}
	default:
		if js.Truthy(value) {
			return "", auth.Invalid("[body." + field + "] " + zod.WrongType(zod.String, typeOf(value, true)))
		}
	}

	if field == "callbackURL" {
		return c.query.Get(field), nil
	}
	return "", nil
}
