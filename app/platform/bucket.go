package platform

import (
	"bufio"
	"context"
	"errors"
	"io"
)

var (
	// ErrObjectNotFound is returned by Get for a key that holds no object.
	ErrObjectNotFound = errors.New("bucket: object not found")
	// ErrObjectTooLarge is returned by Put for a body longer than PutOptions.MaxBytes; nothing is stored.
	ErrObjectTooLarge = errors.New("bucket: object too large")
)

// Bucket stores objects under keys.
type Bucket interface {
	// Put stores the whole body under the key, replacing any earlier object, or stores nothing. It does not close body.
	Put(ctx context.Context, key string, body io.Reader, options PutOptions) error
	// Get opens an object; the caller closes its Body. ErrObjectNotFound if there is none.
	Get(ctx context.Context, key string) (*Object, error)
	// GetPart is Get with a Body of length bytes from an offset. The part must lie within the object.
	GetPart(ctx context.Context, key string, offset, length int64) (*Object, error)
	// Delete removes objects; a key that holds none is not an error.
	Delete(ctx context.Context, keys ...string) error
}

// PutOptions describe the object that Put stores.
type PutOptions struct {
	ContentType string
	Size        int64 // bytes in the body, or -1 if unknown
	MaxBytes    int64 // the longest body that is accepted; 0 for no limit
}

// Object is a stored object, opened for reading.
type Object struct {
	ContentType string
	Size        int64 // bytes of the whole object
	Body        io.ReadCloser
}

// Peeker is a body whose beginning can be read without consuming it.
type Peeker interface {
	io.Reader
	// Peek returns the next n bytes, or fewer with io.EOF if the body is shorter.
	Peek(n int) ([]byte, error)
}

// Peek returns body as a Peeker: body itself if it is one, or else a buffered reader of it.
func Peek(body io.Reader) Peeker {
	if peeker, ok := body.(Peeker); ok {
		return peeker
	}
	return bufio.NewReader(body)
}
