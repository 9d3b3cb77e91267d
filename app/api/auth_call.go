package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/uptrace/bunrouter"

	"github.com/addreams/addreams/app/auth"
)

// authCall is a request to /api/auth on its way through the gate.
type authCall struct {
	w      http.ResponseWriter
	r      bunrouter.Request
	visit  *auth.Visit
	query  url.Values
	body   any         // as JSON has it: nil, bool, json.Number, string, []any or map[string]any
	caller auth.Holder // set by a guard, with the accounts if it reads them
}

// accepts is which body an endpoint reads.
type accepts string

const (
	nothing    accepts = ""
	jsonOnly   accepts = "application/json"
	jsonOrForm accepts = "application/x-www-form-urlencoded, application/json"
)

// decode reads the body. A body of another type than accepted is refused before it is read.
func (c *authCall) decode(accepted accepts) error {
	if accepted == nothing {
		return nil
	}
	sent := c.r.Header.Get("Content-Type")
	if sent == "" {
		return unsupported("Content-Type is required. Allowed types: " + string(accepted))
	}
	base, _, _ := strings.Cut(strings.ToLower(sent), ";")
	isJSON := strings.Contains(base, "application/json")
	isForm := accepted == jsonOrForm && strings.Contains(base, "application/x-www-form-urlencoded")
	if !isJSON && !isForm {
		return unsupported(`Content-Type "` + sent + `" is not allowed. Allowed types: ` + string(accepted))
	}
	text, err := readBody(c.r.Request, maxBody)
	if err != nil {
		return err
	}
	if textLength(text) > maxBody {
		return errTooLarge()
	}
	switch {
	case strings.HasPrefix(base, "application/json"):
		c.body, err = decodeJSON(text)
	case isForm:
		c.body = decodeForm(string(text))
	default: // JSON is named, but as one of several
		c.body = string(text)
	}
	return err
}

func unsupported(message string) error {
	return &auth.Error{Status: http.StatusUnsupportedMediaType, Given: "UNSUPPORTED_MEDIA_TYPE", Message: message}
}

// decodeJSON reads one value, as JSON.parse does.
func decodeJSON(text []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff"))))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, auth.Refuse(http.StatusBadRequest, "Invalid JSON")
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, auth.Refuse(http.StatusBadRequest, "Invalid JSON")
	}
	return value, nil
}

// decodeForm reads a form as an object of strings; of several values of one name the last counts.
func decodeForm(text string) map[string]any {
	values, _ := url.ParseQuery(text) // what can't be read is left out
	object := make(map[string]any, len(values))
	for name, all := range values {
		object[name] = strings.ToValidUTF8(all[len(all)-1], "\ufffd")
	}
	return object
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
