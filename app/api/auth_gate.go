package api

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/fault"
	"github.com/addreams/addreams/app/js"
)

var errAuthMisconfigured = fault.New(fault.BackendMisconfig, "BETTER_AUTH_SECRET, of at least 32 characters, and BETTER_AUTH_URL must be configured.")

// redirects are the fields that may name a URL to send the browser to, with the name that an error gives them.
var redirects = []struct{ field, name string }{
	{"callbackURL", "callbackURL"},
	{"redirectTo", "redirectURL"},
	{"errorCallbackURL", "errorCallbackURL"},
	{"newUserCallbackURL", "newUserCallbackURL"},
}

// checkOrigin refuses what comes from pages of other sites, and what would send the browser to one.
func (h authRoutes) checkOrigin(route authRoute, c *authCall) error {
	if route.method == get {
		if route.schema.in != inQuery || !route.schema.names("callbackURL") {
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

// target reads a URL of the body, or, for the callback, else of the query. An empty value of any type is none.
func (c *authCall) target(field string) (string, error) {
	switch value := c.fields()[field].(type) {
	case string:
		if value != "" {
			return value, nil
		}
	default:
		if js.Truthy(value) {
			return "", auth.Invalid("[body." + field + "] " + expected("string", value))
		}
	}
	if field == "callbackURL" {
		return c.query.Get(field), nil
	}
	return "", nil
}

// guard tells who may call, and notes who does.
type guard func(authRoutes, *authCall) error

func nobody(authRoutes, *authCall) error { return nil }

// login keeps other sites from signing a browser in.
func login(h authRoutes, c *authCall) error { return h.auth.CheckLogin(c.r.Header) }

// proven lets users pass whose session stands in the database now.
func proven(h authRoutes, c *authCall) (err error) {
	c.caller.Identity, err = h.auth.GuardSensitive(c.r.Context(), c.visit)
	return c.identified(err)
}

// holder does the same, and reads the user's accounts.
func holder(h authRoutes, c *authCall) (err error) {
	c.caller.Identity, c.caller.Accounts, err = h.auth.GuardAccounts(c.r.Context(), c.visit)
	return c.identified(err)
}

// freshHolder does so for users who signed in within a day.
func freshHolder(h authRoutes, c *authCall) (err error) {
	c.caller.Identity, c.caller.Accounts, err = h.auth.GuardFresh(c.r.Context(), c.visit)
	return c.identified(err)
}

func (c *authCall) identified(err error) error {
	if err == nil {
		identify(c.r.Context(), c.caller.Identity)
	}
	return err
}

// renderAuth writes an error of package auth, in better-auth's form, and logs its cause; false if it is another's.
func renderAuth(ctx context.Context, w http.ResponseWriter, err error) bool {
	var limited *auth.Limited
	if errors.As(err, &limited) {
		w.Header().Set("Content-Type", "text/plain;charset=UTF-8")
		w.Header().Set("X-Retry-After", strconv.Itoa(limited.RetryAfter))
		w.WriteHeader(http.StatusTooManyRequests)
		_, _ = w.Write([]byte(`{"message":"Too many requests. Please try again later."}`))
		return true
	}
	var refused *auth.Error
	if !errors.As(err, &refused) {
		return false
	}
	if refused.Err != nil {
		current := infoOf(ctx)
		current.log.Warn().Str("request", current.id).Err(err).Msg("refused")
	}
	if refused.Message == "" {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(refused.Status)
		return true
	}
	_ = writeJSON(w, refused.Status, struct {
		Message string `json:"message"`
		Code    string `json:"code"`
	}{refused.Message, refused.Code()})
	return true
}
