package api

import (
	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/js"
)

// getSession shows the session and its user, or null. Its flags are set by any text but the empty one, and by being
// repeated.
func (h authRoutes) getSession(c *authCall) error {
	current, err := h.auth.Current(c.r.Context(), c.visit, auth.Reading{
		PastCache: c.asked("disableCookieCache"),
		NoRefresh: c.asked("disableRefresh"),
	})
	if err != nil {
		return err
	}
	return c.send(current)
}

// asked tells whether a flag of the query is set.
func (c *authCall) asked(flag string) bool {
	values := c.query[flag]
	return len(values) > 0 && js.Truthy(queryValue(values))
}

func (h authRoutes) listSessions(c *authCall) error {
	caller, sessions, err := h.auth.Sessions(c.r.Context(), c.visit)
	if err != nil {
		return err
	}
	identify(c.r.Context(), caller)

	return c.send(sessions)
}

var revokeSchema = body(need("token", text))

func (h authRoutes) revokeSession(c *authCall) error {
	if err := h.auth.RevokeSession(c.r.Context(), c.caller.Identity, c.text("token")); err != nil {
		return err
	}
	return c.send(status{true})
}

func (h authRoutes) revokeSessions(c *authCall) error {
	if err := h.auth.RevokeSessions(c.r.Context(), c.caller.Identity); err != nil {
		return err
	}
	return c.send(status{true})
}

func (h authRoutes) revokeOtherSessions(c *authCall) error {
	if err := h.auth.RevokeOtherSessions(c.r.Context(), c.visit, c.caller.Identity); err != nil {
		return err
	}
	return c.send(status{true})
}
