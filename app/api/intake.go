package api

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/addreams/addreams/app/fault"
	"github.com/addreams/addreams/app/spool"
)

// intake counts what the requests in hand hold of memory, in bytes: on the heap, and of the photos that the host keeps. A
// request that would need more than is left is refused before that is allocated, with a 503: nobody waits for another's
// request. What is counted is an estimate from what was received.
type intake struct {
	heap, photos atomic.Int64
	bodies       slots // long bodies to /api/auth, by address
	orders       slots // long orders, by session
	keys         slots // derivations of a key from a password
}

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

// slots are for what is done a few at a time: for all together, and for each key.
type slots struct {
	mutex sync.Mutex
	taken map[string]int
	all   int
}

// The most that is done at a time. A key is derived in the thread that serves everybody.
const (
	longAtOnce = 32
	longForOne = 16
	longBody   = 16 << 10 // bytes; only a photo or an attack is longer
	keysAtOnce = 16
)

// enter takes a slot, or fails with errBusy. Whoever has no key counts among all alone.
func (s *slots) enter(key string, most, forOne int) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.all >= most || key != "" && s.taken[key] >= forOne {
		return errBusy
	}
	if s.taken == nil {
		s.taken = make(map[string]int)
	}
	s.all++
	s.taken[key]++
	return nil
}

func (s *slots) leave(key string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.all--
	if s.taken[key]--; s.taken[key] == 0 {
		delete(s.taken, key)
	}
}

// hold is the share of one request in the intake.
type hold struct {
	intake *intake
	heap   int64
	photos atomic.Int64 // a goroutine beside the handler may give them back
	slots  *slots       // of which the request has one, under key
	key    string
}

// begin takes a slot for a body that is long, or may be: its length is -1 if it is not known. It is given back by end.
func (h *hold) begin(slots *slots, key string, length int64) error {
	if h.slots != nil || length >= 0 && length <= longBody {
		return nil
	}
	if err := slots.enter(key, longAtOnce, longForOne); err != nil {
		return err
	}
	h.slots, h.key = slots, key
	return nil
}

func (h *hold) end() {
	if h.slots != nil {
		h.slots.leave(h.key)
		h.slots = nil
	}
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
	h.end()
	h.shrink(0)
	h.dropPhotos(h.photos.Load())
}

// scrypt derives keys a few at a time.
func (a *App) scrypt(ctx context.Context, password, salt []byte, n, r, p, keyLen int) ([]byte, error) {
	if err := a.intake.keys.enter("", keysAtOnce, 0); err != nil {
		return nil, err
	}
	defer a.intake.keys.leave("")
	return a.platform.Scrypt(ctx, password, salt, n, r, p, keyLen)
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
