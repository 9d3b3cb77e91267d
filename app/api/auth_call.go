package api

import (
	"net/http"
	"net/url"

	"github.com/uptrace/bunrouter"

	"github.com/addreams/addreams/app/auth"
)

// authCall is a request to /api/auth on its way through the gate.
type authCall struct {
	w      http.ResponseWriter
	r      bunrouter.Request
	visit  *auth.Visit
	query  url.Values
	body   any         // as JSON has it: nil, bool, float64, string, []any or map[string]any, with the known fields alone
	caller auth.Holder // set by a guard, with the accounts if it reads them
}

// fields returns the body's fields; none if it is not an object.
func (c *authCall) fields() map[string]any {
	object, _ := c.body.(map[string]any)
	return object
}

// text returns a string of the body; "" if there is none.
func (c *authCall) text(field string) string {
	text, _ := c.fields()[field].(string)
	return text
}

// optional returns a string of the body; nil if there is none.
func (c *authCall) optional(field string) *string {
	if text, ok := c.fields()[field].(string); ok {
		return &text
	}
	return nil
}

// flag returns a boolean of the body; nil if there is none.
func (c *authCall) flag(field string) *bool {
	if flag, ok := c.fields()[field].(bool); ok {
		return &flag
	}
	return nil
}

// set tells whether a boolean of the body is true.
func (c *authCall) set(field string) bool {
	flag := c.flag(field)
	return flag != nil && *flag
}

// send answers with JSON, and with the cookies that the call has set.
func (c *authCall) send(value any) error {
	c.sendCookies()
	return writeJSON(c.w, http.StatusOK, value)
}

// redirect sends the browser on.
func (c *authCall) redirect(location string) error {
	c.sendCookies()
	c.w.Header()["Content-Type"] = []string{"application/json"}
	c.w.Header()["Location"] = []string{location}
	c.w.WriteHeader(http.StatusFound)
	return nil
}

func (c *authCall) sendCookies() {
	if lines := c.visit.Jar.Lines(); len(lines) > 0 {
		c.w.Header()["Set-Cookie"] = lines
	}
}

// status is the answer of endpoints that have nothing to tell.
type status struct {
	Status bool `json:"status"`
}
