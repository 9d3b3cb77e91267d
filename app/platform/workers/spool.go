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

// NewSpool returns a spool whose bytes are in JavaScript. Close frees them, or the garbage collector if nothing refers to the
// spool any more.
func NewSpool(context.Context) platform.Spool {
	lastSpool++
	s := &spool{id: lastSpool}
	s.free = runtime.AddCleanup(s, hostSpoolFree, s.id)
	return s
}

var lastSpool int32

var errSpoolClosed = errors.New("workers: the spool is closed")

type spool struct {
	id     int32
	length int64
	closed bool
	free   runtime.Cleanup
}

func (s *spool) Write(p []byte) (int, error) {
	if s.closed {
		return 0, errSpoolClosed
	}
	hostSpoolWrite(s.id, unsafe.SliceData(p), int32(len(p)))
	s.length += int64(len(p))
	return len(p), nil
}

func (s *spool) Len() int64 { return s.length }

func (s *spool) Open() io.Reader { return &spoolReader{spool: s} }

func (s *spool) Close() error {
	if !s.closed {
		s.closed = true
		s.free.Stop()
		hostSpoolFree(s.id)
	}
	return nil
}

type spoolReader struct {
	spool  *spool
	offset int64
}

func (r *spoolReader) Read(p []byte) (int, error) {
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
