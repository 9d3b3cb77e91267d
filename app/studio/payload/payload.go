// Package payload reads the JSON body of a request while it arrives. It builds no tree: the caller walks the document, keeps
// what it needs and skips the rest, and a string of many megabytes goes through a writer instead of the heap. The grammar is
// RFC 8259. Where the RFC leaves a choice, the reader does what JavaScript's JSON.parse does, which read these bodies before:
// it drops a byte order mark, replaces malformed UTF-8 and lone surrogates by U+FFFD, and reads numbers as doubles. The package
// knows nothing of requests.
package payload

import (
	"bufio"
	"errors"
	"io"

	"github.com/addreams/addreams/app/safejson"
)

var (
	// ErrSyntax is returned for a body that is not one JSON document.
	ErrSyntax = errors.New("payload: malformed JSON")
	// ErrTooLong is returned for a string or number that is longer than its limit, or a document of too many values.
	ErrTooLong = errors.New("payload: value too long")
)

const (
	maxValues = 10_000   // of all kinds, and at all levels
	maxTexts  = 1 << 20  // bytes of all strings together that Text returns per document
	window    = 32 << 10 // bytes of the body in memory at a time
	maxKey    = 64       // bytes kept of a member's name; no known name is longer
)

// Reader walks one document. Its methods read the next value, and return errors of the source unchanged.
type Reader struct {
	source *bufio.Reader
	depth  int
	begun  bool
	room   int // for strings that are kept
	values int // that are still allowed
}

// NewReader returns a reader at the beginning of the document. The source has to be limited in length. If it has a method Len
// that returns how many bytes are left, the window is no larger than that.
func NewReader(source io.Reader) *Reader {
	size := window
	if known, ok := source.(interface{ Len() int }); ok {
		size = min(size, known.Len())
	}
	return &Reader{source: bufio.NewReaderSize(source, size), room: maxTexts, values: maxValues}
}

// LimitValues sets how many values of all kinds, and at all levels, the rest of the document may have.
func (r *Reader) LimitValues(count int) { r.values = count }

// Kind is the type of a value, as JavaScript names it.
type Kind string

// The kinds of values.
const (
	Object  Kind = "object"
	Array   Kind = "array"
	String  Kind = "string"
	Number  Kind = "number"
	Boolean Kind = "boolean"
	Null    Kind = "null"
)

// Kind returns the kind of the next value without reading it.
func (r *Reader) Kind() (Kind, error) {
	first, err := r.next()
	if err != nil {
		return "", err
	}

	switch first {
	case '{':
		return Object, nil
	case '[':
		return Array, nil
	case '"':
		return String, nil
	case 't', 'f':
		return Boolean, nil
	case 'n':
		return Null, nil
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return Number, nil
	}
	return "", ErrSyntax
}

// Object calls member for each member in order, also for a repeated name. member reads the value. A name that is longer than
// any known one is truncated.
func (r *Reader) Object(member func(name string) error) error {
	return r.members(maxKey, func(name prefix) error { return member(string(name.kept)) })
}

// Members is Object for names of at most limit bytes. A longer one is ErrTooLong.
func (r *Reader) Members(limit int, member func(name string) error) error {
	return r.members(limit, func(name prefix) error {
		if name.more {
			return ErrTooLong
		}
		return member(string(name.kept))
	})
}

func (r *Reader) members(room int, member func(name prefix) error) error {
	return r.list('{', '}', func(int) error {
		name := prefix{room: room}
		if err := r.CopyText(&name); err != nil {
			return err
		}
		if err := r.expect(':'); err != nil {
			return err
		}
		return member(name)
	})
}

// Array calls element for each element. element reads it.
func (r *Reader) Array(element func(index int) error) error { return r.list('[', ']', element) }

// list reads the items between the brackets.
func (r *Reader) list(opening, closing byte, item func(index int) error) error {
	if err := r.expect(opening); err != nil {
		return err
	}
	if r.depth++; r.depth > safejson.MaxDepth {
		return ErrSyntax
	}
	defer func() { r.depth-- }()

	if first, err := r.next(); err != nil {
		return err
	} else if first == closing {
		return r.discard(1)
	}
	for index := 0; ; index++ {
		if r.values--; r.values < 0 {
			return ErrTooLong
		}
		if err := item(index); err != nil {
			return err
		}
		divider, err := r.next()
		if err != nil {
			return err
		}
		if divider != ',' && divider != closing {
			return ErrSyntax
		}
		if err := r.discard(1); err != nil || divider == closing {
			return err
		}
	}
}

// Skip reads a value of any kind, checks its grammar and drops it.
func (r *Reader) Skip() error {
	kind, err := r.Kind()
	if err != nil {
		return err
	}

	switch kind {
	case Object:
		return r.Object(func(string) error { return r.Skip() })
	case Array:
		return r.Array(func(int) error { return r.Skip() })
	case String:
		return r.CopyText(io.Discard)
	case Number:
		_, err = r.Number()
	case Boolean:
		_, err = r.Bool()
	case Null:
		err = r.word("null")
	}
	return err
}

// End checks that nothing follows the document.
func (r *Reader) End() error {
	_, err := r.skipSpace()
	switch {
	case err == nil:
		return ErrSyntax
	case errors.Is(err, io.EOF):
		return nil
	}
	return err
}
