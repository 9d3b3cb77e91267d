package betterauth

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/addreams/addreams/app/auth"
)

// accepts is which body an endpoint reads.
type accepts string

const (
	noBody     accepts = ""
	jsonOnly   accepts = "application/json"
	jsonOrForm accepts = "application/x-www-form-urlencoded, application/json"
)

// maxBody is the longest body, in bytes.
const maxBody = 64 << 10

// readBody reads the known fields of the body. A body of another type than accepted is refused before it is read.
func (h handlers) readBody(c *call, accepted accepts, known names) error {
	if accepted == noBody {
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

	text, err := h.host.ReadBody(c.r.Request, maxBody)
	if err != nil {
		return err
	}

	switch {
	case strings.HasPrefix(base, "application/json"):
		c.body, err = parseJSON(text, known)
	case isForm:
		c.body = parseForm(string(text), known)
	default: // JSON is named, but as one of several
		c.body = string(text)
	}
	return err
}

func unsupported(message string) error {
	return &auth.Error{Status: http.StatusUnsupportedMediaType, Given: "UNSUPPORTED_MEDIA_TYPE", Message: message}
}

// names is a set of field names.
type names map[string]bool

// known returns the fields that an endpoint, or the gate in front of it, reads.
func (s schema) known() names {
	known := names{"email": true} // update-user refuses it
	for _, redirect := range redirects {
		known[redirect.field] = true
	}
	for _, p := range s.properties {
		known[p.name] = true
	}
	return known
}

// parseForm reads the known fields of a form as an object of strings. Of several values of one name the last counts; what
// cannot be decoded is left out.
func parseForm(text string, known names) map[string]any {
	object := make(map[string]any)
	for pair := range strings.SplitSeq(text, "&") {
		name, value, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(name)
		if err != nil || !known[name] || strings.Contains(pair, ";") {
			continue
		}
		if value, err := url.QueryUnescape(value); err == nil {
			object[name] = strings.ToValidUTF8(value, "\ufffd")
		}
	}
	return object
}
