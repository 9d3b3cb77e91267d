package platform

import "io"

// Spool holds one large value outside the Go heap: Wasm memory never shrinks, so a reference photo of ten megabytes must not
// pass through it. A spool is written once, from beginning to end, and then read as often as needed. It belongs to one
// request.
type Spool interface {
	io.Writer
	// Len returns the number of bytes written.
	Len() int64
	// Open returns a reader from the beginning. Readers are independent of each other.
	Open() io.Reader
	// Close frees the bytes.
	Close() error
}
