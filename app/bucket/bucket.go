// Package bucket is the small object-store door of the application, R2-shaped. It owns the shapes; it knows no key.
// Package dir implements it on a directory, package edge on the R2 binding. On Workers a body stays in JavaScript: it
// is a handle in Go, and goes from a response to the bucket, or from the bucket to a response, without entering Wasm
// memory, as long as it is passed on whole (Put, io.Copy to the response) and not read.
package bucket

import (
	"bufio"
	"context"
	"errors"
	"io"
	"time"
)

var (
	// ErrNotFound is answered by Get for a key that holds no object.
	ErrNotFound = errors.New("bucket: object not found")
	// ErrTooLarge is answered by Put for a body longer than Put.MaxBytes; nothing is stored.
	ErrTooLarge = errors.New("bucket: object too large")
)

// Bucket stores objects under keys.
type Bucket interface {
	// Put stores the whole body under the key, in place of what was there, or nothing at all. It does not close body.
	Put(ctx context.Context, key string, body io.Reader, options Put) error
	// Get opens an object; the caller closes its Body. ErrNotFound if there is none.
	Get(ctx context.Context, key string) (*Object, error)
	// Delete removes objects; a key that holds none is not an error.
	Delete(ctx context.Context, keys ...string) error
}

// Put says how an object is stored.
type Put struct {
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
