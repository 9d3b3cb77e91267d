package api

import (
	"context"
	"net/http"
	"sync/atomic"

	"github.com/addreams/addreams/app/fault"
	"github.com/addreams/addreams/app/spool"
)

// intake counts what the requests in hand hold of memory, in bytes: on the heap, and of the photos that the host keeps. A
// request that would need more than is left is refused before that is allocated, with a 503: nobody waits for another's
// request. What is counted is an estimate from what was received.
type intake struct{ heap, photos atomic.Int64 }

// The isolate of a Worker has 128 MB for everything. Its heap may grow to 96 MB, of which the collector lets garbage take
// most. Two photos of 10 MB, in base64, are received at a time.
const (
	heapRoom  = 16 << 20
	photoRoom = 28 << 20
)

// What is held besides the bytes that were received.
const (
	heldPerRequest = 6 << 10   // the goroutine, and what the platform keeps of the request
	heldPerPhoto   = 192 << 10 // the windows through which a photo is read and sent
)

var errBusy = fault.New(fault.Busy, "The service is receiving too much at the moment. Try again in a few seconds.")

// retryAfter is what a refused client is told to wait, in seconds.
const retryAfter = "2"

// hold is the share of one request in the intake.
type hold struct {
	intake *intake
	heap   int64
	photos atomic.Int64 // a goroutine beside the handler may give them back
}

// grow takes so many bytes of the heap, or fails with errBusy and takes none.
func (h *hold) grow(bytes int64) error {
	if h.intake.heap.Add(bytes) > heapRoom {
		h.intake.heap.Add(-bytes)
		return errBusy
	}
	h.heap += bytes
	return nil
}

// growPhotos does the same for what the host keeps.
func (h *hold) growPhotos(bytes int64) error {
	if h.intake.photos.Add(bytes) > photoRoom {
		h.intake.photos.Add(-bytes)
		return errBusy
	}
	h.photos.Add(bytes)
	return nil
}

// shrink gives back what the heap holds beyond so many bytes.
func (h *hold) shrink(to int64) {
	if h.heap > to {
		h.intake.heap.Add(to - h.heap)
		h.heap = to
	}
}

func (h *hold) dropPhotos(bytes int64) {
	h.intake.photos.Add(-bytes)
	h.photos.Add(-bytes)
}

// release gives everything back.
func (h *hold) release() {
	h.shrink(0)
	h.dropPhotos(h.photos.Load())
}

// sizeOf is what a request holds without its body: the texts of its head stay for as long as it does.
func sizeOf(r *http.Request) int64 {
	size := heldPerRequest + len(r.RequestURI)
	for _, values := range r.Header {
		for _, value := range values {
			size += len(value)
		}
	}
	return int64(size)
}

// admitPhoto refuses a request that brings a photo, if there is no room for it. Nothing is taken for it yet: one that is
// announced and never sent holds little. The photo is in the body twice.
func (h *hold) admitPhoto(length int64) error {
	if h.intake.photos.Load()+max(length, 0)/2 > photoRoom {
		return errBusy
	}
	return h.grow(heldPerPhoto)
}

// newSpool makes a spool whose bytes are counted.
func (a *App) newSpool(ctx context.Context) spool.Spool {
	return &countedSpool{Spool: a.platform.Spool(ctx), held: &scopeOf(ctx).held}
}

type countedSpool struct {
	spool.Spool
	held  *hold
	taken int64
}

func (s *countedSpool) Write(p []byte) (int, error) {
	if err := s.held.growPhotos(int64(len(p))); err != nil {
		return 0, err
	}
	s.taken += int64(len(p))
	return s.Spool.Write(p)
}

func (s *countedSpool) Close() error {
	s.held.dropPhotos(s.taken)
	s.taken = 0
	return s.Spool.Close()
}
