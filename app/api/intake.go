package api

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/addreams/addreams/app/fault"
	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/studio/picture"
)

// intake counts what the requests in hand hold of memory, in bytes: on the heap, and of the photos that the host keeps. A
// request that would need more than is left is refused before that is allocated, with a 503: nobody waits for another's
// request. What is counted is an estimate from what was received. No client has more than a share.
type intake struct {
	heap, photos room
	bodies       room // long bodies to /api/auth
	orders       room // long orders
	keys         room // derivations of a key from a password, whosever
}

// room counts what is taken: by all together, and by each client.
type room struct {
	mutex sync.Mutex
	taken map[string]int64
	all   int64
}

// take takes so much, or fails with errBusy and takes nothing. Who is not known, "", counts among all alone.
func (r *room) take(client string, n, most, forOne int64) error {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.all+n > most || client != "" && r.taken[client]+n > forOne {
		return errBusy
	}
	r.add(client, n)
	return nil
}

func (r *room) give(client string, n int64) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.add(client, -n)
}

// move lets one client have what another has, or fails with errBusy and changes nothing.
func (r *room) move(from, to string, n, forOne int64) error {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if to != from && r.taken[to]+n > forOne {
		return errBusy
	}
	r.add(from, -n)
	r.add(to, n)
	return nil
}

func (r *room) add(client string, n int64) {
	r.all += n
	if client == "" {
		return
	}
	if r.taken == nil {
		r.taken = make(map[string]int64)
	}
	if r.taken[client] += n; r.taken[client] == 0 {
		delete(r.taken, client)
	}
}

func (r *room) held() int64 {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.all
}

// The isolate of a Worker has 128 MB for everything. Its heap may grow to 96 MB, of which the collector lets garbage take
// most. Three photos of 10 MB, in base64, are received at a time.
const (
	heapRoom  = 16 << 20
	photoRoom = 42 << 20
)

// What one client may have of it: an address, or the user of an order. That is two photos.
const (
	heapShare  = heapRoom / 2 // an order with a photo takes some 3 MB of it while it is read
	photoShare = photoRoom / 3 * 2
)

// The last of the heap's room is kept for small requests, so that they are served while others fill the rest; the very last
// for those without a body, which don't wait for their clients.
const (
	roomForAll   = heapRoom * 3 / 4
	roomForSmall = heapRoom * 7 / 8
	smallHead    = 16 << 10 // bytes
	smallBody    = 4 << 10
)

// roomFor is how full the heap may be for a request to be taken.
func roomFor(r *http.Request) int64 {
	switch {
	case sizeOf(r) > heldPerRequest+smallHead || r.ContentLength < 0 || r.ContentLength > smallBody:
		return roomForAll
	case r.ContentLength > 0:
		return roomForSmall
	}
	return heapRoom
}

// What is held besides the bytes that were received.
const (
	heldPerRequest = 6 << 10   // the goroutine, and what the platform keeps of the request
	heldPerPhoto   = 192 << 10 // the windows through which a photo is read and sent
)

var errBusy = fault.New(fault.Busy, "The service is receiving too much at the moment. Try again in a few seconds.")

// retryAfter is what a refused client is told to wait, in seconds.
const retryAfter = "2"

// The most that is done at a time. A key is derived in the thread that serves everybody.
const (
	longAtOnce = 32
	longForOne = 8
	longBody   = 16 << 10 // bytes; only a photo or an attack is longer
	keysAtOnce = 16
)

// hold is the share of one request in the intake.
type hold struct {
	intake *intake
	client string // its address, or the user once an order is proven; "" if it is not known
	most   int64  // how full the heap may get by it
	heap   int64
	photos atomic.Int64 // a goroutine beside the handler may give them back
	slots  *room        // of which the request has one, as key
	key    string
}

// begin takes a slot for a body that is long, or may be: its length is -1 if it is not known. It is given back by end.
func (h *hold) begin(slots *room, key string, length int64) error {
	if h.slots != nil || length >= 0 && length <= longBody {
		return nil
	}
	if err := slots.take(key, 1, longAtOnce, longForOne); err != nil {
		return err
	}
	h.slots, h.key = slots, key
	return nil
}

func (h *hold) end() {
	if h.slots != nil {
		h.slots.give(h.key, 1)
		h.slots = nil
	}
}

// move lets the user hold what the request does, until now its address or session. It fails with errBusy, and must come
// before a photo does.
func (h *hold) move(user string) error {
	if h.slots != nil {
		if err := h.slots.move(h.key, user, 1, longForOne); err != nil {
			return err
		}
		h.key = user
	}
	if err := h.intake.heap.move(h.client, user, h.heap, heapShare); err != nil {
		return err
	}
	h.client = user
	return nil
}

// grow takes so many bytes of the heap, or fails with errBusy and takes none.
func (h *hold) grow(bytes int64) error {
	if err := h.intake.heap.take(h.client, bytes, h.most, heapShare); err != nil {
		return err
	}
	h.heap += bytes
	return nil
}

// growPhotos does the same for what the host keeps. Who wants more for one request than there is ever for a client is told
// so.
func (h *hold) growPhotos(bytes int64) error {
	if h.photos.Load()+bytes > photoShare {
		return picture.ErrTooLarge // a photo beyond its limit is in a body twice, and neither is kept whole
	}
	if err := h.intake.photos.take(h.client, bytes, photoRoom, photoShare); err != nil {
		return err
	}
	h.photos.Add(bytes)
	return nil
}

// shrink gives back what the heap holds beyond so many bytes.
func (h *hold) shrink(to int64) {
	if h.heap > to {
		h.intake.heap.give(h.client, h.heap-to)
		h.heap = to
	}
}

func (h *hold) dropPhotos(bytes int64) {
	h.intake.photos.give(h.client, bytes)
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
	if err := a.intake.keys.take("", 1, keysAtOnce, 0); err != nil {
		return nil, err
	}
	defer a.intake.keys.give("", 1)
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
	photo := min(max(length, 0)/2, photoShare) // what is too large is told so when it is read
	if err := h.intake.photos.take(h.client, photo, photoRoom, photoShare); err != nil {
		return err
	}
	h.intake.photos.give(h.client, photo)
	return h.grow(heldPerPhoto)
}

// newSpool makes a spool whose bytes are counted.
func (a *App) newSpool(ctx context.Context) platform.Spool {
	return &countedSpool{Spool: a.platform.Spool(ctx), held: &scopeOf(ctx).held}
}

type countedSpool struct {
	platform.Spool
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
