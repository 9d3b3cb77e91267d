package api

import (
	"bytes"
	"errors"
	"math"
	"net/http"
	"net/url"
	"strings"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/studio/payload"
)

// accepts is which body an endpoint reads.
type accepts string

const (
	nothing    accepts = ""
	jsonOnly   accepts = "application/json"
	jsonOrForm accepts = "application/x-www-form-urlencoded, application/json"
)

// maxAuthBody is the longest body, in bytes, of a request to /api/auth.
const maxAuthBody = 64 << 10

// decode reads the fields of the body that are known. A body of another type than accepted is refused before it is read.
func (c *authCall) decode(accepted accepts, known fieldSet) error {
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

	text, err := readBody(c.r.Request, maxAuthBody)
	if err != nil {
		return err
	}

	switch {
	case strings.HasPrefix(base, "application/json"):
		c.body, err = decodeJSON(text, known)
	case isForm:
		c.body = decodeForm(string(text), known)
	default: // JSON is named, but as one of several
		c.body = string(text)
	}
	return err
}

func unsupported(message string) error {
	return &auth.Error{Status: http.StatusUnsupportedMediaType, Given: "UNSUPPORTED_MEDIA_TYPE", Message: message}
}

// fieldSet names the fields of a body that somebody reads.
type fieldSet map[string]bool

// known are the fields that an endpoint or the gate in front of it reads.
func (s schema) known() fieldSet {
	names := fieldSet{"email": true} // update-user refuses it
	for _, redirect := range redirects {
		names[redirect.field] = true
	}
	for _, field := range s.fields {
		names[field.name] = true
	}
	return names
}

// decodeJSON reads one value, as JSON.parse does. Of an object it keeps the known fields.
func decodeJSON(text []byte, known fieldSet) (any, error) {
	r := payload.NewReader(bytes.NewReader(text))
	value, err := readRoot(r, known)
	if err == nil {
		err = r.End()
	}
	switch {
	case errors.Is(err, payload.ErrTooLong):
		return nil, auth.ErrTooLarge
	case err != nil:
		return nil, auth.Refuse(http.StatusBadRequest, "Invalid JSON")
	}
	return value, nil
}

func readRoot(r *payload.Reader, known fieldSet) (any, error) {
	kind, err := r.Kind()
	if err != nil {
		return nil, err
	}
	if kind != payload.Object {
		return readField(r, "")
	}
	object := make(map[string]any)
	err = r.Object(func(name string) (err error) {
		if !known[name] {
			return r.Skip()
		}
		object[name], err = readField(r, name)
		return err
	})
	return object, err
}

// The most that is kept of a field that holds other values, in bytes of its JSON. An id_token comes with the tokens that
// belong to it.
const (
	maxField   = 8 << 10
	maxIDToken = 32 << 10
)

// readField reads the value of a field. A text may be as long as the body.
func readField(r *payload.Reader, name string) (any, error) {
	kind, err := r.Kind()
	switch {
	case err != nil:
		return nil, err
	case kind == payload.String:
		return r.Text(maxAuthBody)
	case name == "idToken":
		return (&treeReader{r, maxIDToken}).read()
	}
	return (&treeReader{r, maxField}).read()
}

// treeReader builds values of any kind. It stops with ErrTooLong where their JSON is longer than the room that is left.
// The depth of its recursion is limited by the reader's.
type treeReader struct {
	*payload.Reader
	room int
}

// spend takes bytes of JSON from the room. A value takes two at least: its own and a comma or bracket.
func (t *treeReader) spend(bytes int) error {
	if t.room -= bytes; t.room < 0 {
		return payload.ErrTooLong
	}
	return nil
}

func (t *treeReader) read() (any, error) {
	kind, err := t.Kind()
	if err != nil {
		return nil, err
	}
	if err := t.spend(2); err != nil {
		return nil, err
	}
	switch kind {
	case payload.Object:
		return t.readObject()
	case payload.Array:
		return t.readArray()
	case payload.String:
		return t.readText()
	case payload.Number:
		return t.Number()
	case payload.Boolean:
		return t.Bool()
	default:
		return nil, t.Skip()
	}
}

func (t *treeReader) readObject() (any, error) {
	object := make(map[string]any)
	err := t.Members(max(t.room, 0), func(name string) (err error) {
		if err := t.spend(len(name) + 2); err != nil {
			return err
		}
		object[name], err = t.element()
		return err
	})
	return object, err
}

func (t *treeReader) readArray() (any, error) {
	list := []any{}
	err := t.Array(func(int) error {
		value, err := t.element()
		list = append(list, value)
		return err
	})
	return list, err
}

// element reads a value within another. A number beyond all doubles is null there, as JSON.stringify writes it.
func (t *treeReader) element() (any, error) {
	value, err := t.read()
	if number, ok := value.(float64); ok && math.IsInf(number, 0) {
		return nil, err
	}
	return value, err
}

func (t *treeReader) readText() (any, error) {
	text, err := t.Text(max(t.room, 0))
	if err != nil {
		return nil, err
	}
	return text, t.spend(len(text))
}

// decodeForm reads the known fields of a form as an object of strings. Of several values of one name the last counts; what
// can't be read is left out.
func decodeForm(text string, known fieldSet) map[string]any {
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
