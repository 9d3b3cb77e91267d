//go:build js && wasm

package workers

import (
	"context"
	"errors"
	"io"
	"runtime"
	"unsafe"

	"github.com/addreams/addreams/app/platform"
)

// NewSpool makes a spool whose bytes are in JavaScript. It is freed by Close, or with the last reference to it.
func NewSpool(context.Context) platform.Spool {
	lastSpool++
	s := &memory{id: lastSpool}
	s.free = runtime.AddCleanup(s, hostSpoolFree, s.id)
	return s
}

var lastSpool int32

var errSpoolClosed = errors.New("workers: the spool is closed")

type memory struct {
	id     int32
	length int64
	closed bool
	free   runtime.Cleanup
}

func (s *memory) Write(p []byte) (int, error) {
	if s.closed {
		return 0, errSpoolClosed
	}
	hostSpoolWrite(s.id, unsafe.SliceData(p), int32(len(p)))
	s.length += int64(len(p))
	return len(p), nil
}

func (s *memory) Len() int64 { return s.length }

func (s *memory) Open() io.Reader { return &memoryReader{spool: s} }

func (s *memory) Close() error {
	if !s.closed {
		s.closed = true
		s.free.Stop()
		hostSpoolFree(s.id)
	}
	return nil
}

type memoryReader struct {
	spool  *memory
	offset int64
}

func (r *memoryReader) Read(p []byte) (int, error) {
	switch {
	case r.spool.closed:
		return 0, errSpoolClosed
	case r.offset >= r.spool.length:
		return 0, io.EOF
	case len(p) == 0:
		return 0, nil
	}
	n := int(hostSpoolRead(r.spool.id, float64(r.offset), unsafe.SliceData(p), int32(len(p))))
	r.offset += int64(n)
	return n, nil
}
