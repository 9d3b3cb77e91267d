package betterauth

import (
	"net/http"
	"net/url"

	"github.com/uptrace/bunrouter"

	"github.com/addreams/addreams/app/api/httpio"
	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/js"
)

// call is a request on its way through the gate, and its answer.
type call struct {
	w      http.ResponseWriter
	r      bunrouter.Request
	visit  *auth.Visit
	query  url.Values
	body   any         // as JSON has it: nil, bool, float64, string, []any or map[string]any, with the known fields alone
	caller auth.Holder // set by a guard, with the accounts if it reads them
}

// fields returns the body's fields; none if it is not an object.
func (c *call) fields() jsonObject {
	object, _ := c.body.(map[string]any)
	return object
}

// flag reports whether a flag of the query is set: by any text but the empty one, or by being repeated.
func (c *call) flag(name string) bool {
	values := c.query[name]
	return len(values) > 0 && js.Truthy(queryValue(values))
}

// send answers with JSON, and with the cookies that the call has set.
func (c *call) send(value any) error {
	c.sendCookies()
	return httpio.WriteJSON(c.w, http.StatusOK, value)
}

// done is the answer of endpoints that return no data.
func (c *call) done() error {
	return c.send(struct {
		Status bool `json:"status"`
	}{true})
}

// redirect sends the browser on.
func (c *call) redirect(location string) error {
	c.sendCookies()
	c.w.Header()["Content-Type"] = []string{"application/json"}
	c.w.Header()["Location"] = []string{location}
	c.w.WriteHeader(http.StatusFound)
	return nil
}

func (c *call) sendCookies() {
	if lines := c.visit.Jar.Lines(); len(lines) > 0 {
		c.w.Header()["Set-Cookie"] = lines
	}
}
