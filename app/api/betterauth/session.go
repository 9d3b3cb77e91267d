package betterauth

import "github.com/addreams/addreams/app/auth"

// getSession returns the session and its user, or null.
func (h handlers) getSession(c *call) error {
	current, err := h.auth.Current(c.r.Context(), c.visit, auth.Reading{
		PastCache: c.flag("disableCookieCache"),
		NoRefresh: c.flag("disableRefresh"),
	})
	if err != nil {
		return err
	}
	return c.send(current)
}

func (h handlers) listSessions(c *call) error {
	caller, sessions, err := h.auth.Sessions(c.r.Context(), c.visit)
	if err != nil {
		return err
	}
	h.host.Identify(c.r.Context(), caller)

	return c.send(sessions)
}

var revokeSchema = bodyOf(required("token", isString))

func (h handlers) revokeSession(c *call) error {
	if err := h.auth.RevokeSession(c.r.Context(), c.caller.Identity, c.fields().text("token")); err != nil {
		return err
	}
	return c.done()
}

func (h handlers) revokeSessions(c *call) error {
	if err := h.auth.RevokeSessions(c.r.Context(), c.caller.Identity); err != nil {
		return err
	}
	return c.done()
}

func (h handlers) revokeOtherSessions(c *call) error {
	if err := h.auth.RevokeOtherSessions(c.r.Context(), c.visit, c.caller.Identity); err != nil {
		return err
	}
	return c.done()
}
