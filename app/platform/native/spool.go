package native

import (
	"bytes"
	"io"

	"github.com/addreams/addreams/app/platform"
)

var _ platform.Spool = (*MemorySpool)(nil)

// MemorySpool is a spool on the Go heap.
type MemorySpool struct{ data []byte }

// Write appends to the spool.
func (s *MemorySpool) Write(p []byte) (int, error) {
	s.data = append(s.data, p...)
	return len(p), nil
}

// Len returns the number of bytes written.
func (s *MemorySpool) Len() int64 { return int64(len(s.data)) }

// Open returns a reader from the beginning.
func (s *MemorySpool) Open() io.Reader { return bytes.NewReader(s.data) }

// Close frees the bytes.
func (s *MemorySpool) Close() error {
	s.data = nil
	return nil
}
