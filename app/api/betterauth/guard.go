package betterauth

// guard refuses callers who are not allowed, and records the others. Its name says who is allowed.
type guard func(handlers, *call) error

// public allows every caller.
func public(handlers, *call) error { return nil }

// notCrossSite allows every caller but a page of another site, which must not sign a browser in.
func notCrossSite(h handlers, c *call) error { return h.auth.CheckLogin(c.r.Header) }

// sessionInDB lets a caller pass whose session is in the database now: a session cache is not enough.
func sessionInDB(h handlers, c *call) (err error) {
	c.caller.Identity, err = h.auth.SessionInDB(c.r.Context(), c.visit)
	return h.identified(c, err)
}

// sessionWithAccounts is sessionInDB for a handler that needs the caller's accounts, and reads them in the same trip.
func sessionWithAccounts(h handlers, c *call) (err error) {
	c.caller.Identity, c.caller.Accounts, err = h.auth.SessionWithAccounts(c.r.Context(), c.visit)
	return h.identified(c, err)
}

// recentSignIn is sessionWithAccounts for callers who signed in within a day.
func recentSignIn(h handlers, c *call) (err error) {
	c.caller.Identity, c.caller.Accounts, err = h.auth.RecentSignIn(c.r.Context(), c.visit)
	return h.identified(c, err)
}

func (h handlers) identified(c *call, err error) error {
	if err == nil {
		h.host.Identify(c.r.Context(), c.caller.Identity)
	}
	return err
}
