package platform

import "io"

// Spool holds one large value outside the Go heap: a reference photo of ten megabytes must not grow Wasm memory, which
// never shrinks. It is written once, from beginning to end, and then read as often as needed. It belongs to one request.
type Spool interface {
	io.Writer
	// Len is the number of bytes written.
	Len() int64
	// Open reads from the beginning. Readers are independent of each other.
	Open() io.Reader
	// Close frees the bytes.
	Close() error
}
