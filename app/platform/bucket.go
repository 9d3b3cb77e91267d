package platform

import (
	"bufio"
	"context"
	"errors"
	"io"
	"time"
)

var (
	// ErrObjectNotFound is answered by Get for a key that holds no object.
	ErrObjectNotFound = errors.New("bucket: object not found")
	// ErrObjectTooLarge is answered by Put for a body longer than PutOptions.MaxBytes; nothing is stored.
	ErrObjectTooLarge = errors.New("bucket: object too large")
)

// Bucket stores objects under keys.
type Bucket interface {
	// Put stores the whole body under the key, in place of what was there, or nothing at all. It does not close body.
	Put(ctx context.Context, key string, body io.Reader, options PutOptions) error
	// Get opens an object; the caller closes its Body. ErrObjectNotFound if there is none.
	Get(ctx context.Context, key string) (*Object, error)
	// Delete removes objects; a key that holds none is not an error.
	Delete(ctx context.Context, keys ...string) error
}

// PutOptions says how an object is stored.
type PutOptions struct {
	ContentType string
	Size        int64 // bytes in the body, or -1 if not known
	MaxBytes    int64 // longest body that is accepted; 0 for no limit
}

// Object is a stored object, opened.
type Object struct {
	ContentType string
	Size        int64 // bytes
	ETag        string
	Uploaded    time.Time
	Body        io.ReadCloser
}

// Peeker is a body whose beginning can be read without taking it from those who read later.
type Peeker interface {
	io.Reader
	// Peek returns the next n bytes, or fewer with io.EOF if the body is shorter.
	Peek(n int) ([]byte, error)
}

// Peek returns body as a Peeker: itself if it is one already, else buffered.
func Peek(body io.Reader) Peeker {
	if peeker, ok := body.(Peeker); ok {
		return peeker
	}
	return bufio.NewReader(body)
}
