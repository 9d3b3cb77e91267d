// Package spool holds large values outside the Go heap: a reference photo of ten megabytes that a request brings must
// not grow Wasm memory, which never shrinks. Package edge keeps a spool's bytes in JavaScript; Memory keeps them here.
package spool

import (
	"bytes"
	"io"
)

// Spool is written once, from beginning to end, and then read as often as needed. It belongs to one request.
type Spool interface {
	io.Writer
	// Len is the number of bytes written.
	Len() int64
	// Open reads from the beginning. Readers are independent of each other.
	Open() io.Reader
	// Close frees the bytes.
	Close() error
}

// Memory is a spool on the Go heap, for the native server.
type Memory struct{ data []byte }

// Write appends to the spool.
func (m *Memory) Write(p []byte) (int, error) {
	m.data = append(m.data, p...)
	return len(p), nil
}

// Len is the number of bytes written.
func (m *Memory) Len() int64 { return int64(len(m.data)) }

// Open reads from the beginning.
func (m *Memory) Open() io.Reader { return bytes.NewReader(m.data) }

// Close frees the bytes.
func (m *Memory) Close() error {
	m.data = nil
	return nil
}
