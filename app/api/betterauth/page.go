package betterauth

import (
	"net/http"
	"net/url"

	"github.com/addreams/addreams/app/auth"
)

func (handlers) ok(c *call) error {
	return c.send(struct {
		OK bool `json:"ok"`
	}{true})
}

// errorPage sends the browser to the frontend's root, which tells what went wrong.
func (handlers) errorPage(c *call) error {
	location := "/?error=" + auth.SafeCode(c.query.Get("error"))
	if description := c.query.Get("error_description"); description != "" {
		location += "&error_description=" + url.QueryEscape(description)
	}
	c.w.Header()["Location"] = []string{location}
	c.w.WriteHeader(http.StatusFound)
	return nil
}
