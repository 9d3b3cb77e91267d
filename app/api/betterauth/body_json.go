package betterauth

import (
	"bytes"
	"errors"
	"math"
	"net/http"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/studio/payload"
)

// maxFields is how many values a body may have, at all levels.
const maxFields = 2_000

// parseJSON reads one value, as JSON.parse does. Of an object it keeps the known fields.
func parseJSON(text []byte, known names) (any, error) {
	r := payload.NewReader(bytes.NewReader(text))
	r.LimitValues(maxFields)
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

func readRoot(r *payload.Reader, known names) (any, error) {
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

// The largest field with other values in it, in bytes of its JSON. An id_token comes with the tokens that belong to it.
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
		return r.Text(maxBody)
	case name == "idToken":
		return (&treeReader{r, maxIDToken}).read()
	}
	return (&treeReader{r, maxField}).read()
}

// treeReader builds values of any kind. It fails with ErrTooLong if their JSON is longer than the room that is left.
// The reader limits the depth of its recursion.
type treeReader struct {
	*payload.Reader
	room int
}

// spend takes bytes of JSON from the room. A value takes two at least: its own and a comma or bracket.
func (t *treeReader) spend(size int) error {
	if t.room -= size; t.room < 0 {
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
		object[name], err = t.readElement()
		return err
	})
	return object, err
}

func (t *treeReader) readArray() (any, error) {
	list := []any{}
	err := t.Array(func(int) error {
		value, err := t.readElement()
		list = append(list, value)
		return err
	})
	return list, err
}

// readElement reads a value within another. A number beyond all doubles is null there, as JSON.stringify writes it.
func (t *treeReader) readElement() (any, error) {
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
