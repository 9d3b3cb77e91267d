package api

import (
	"context"
	"net/http"

	"github.com/addreams/addreams/app/fault"
)

// intake counts the memory that the requests in progress hold, in bytes: on the heap, and of the photos that the host keeps. A
// request that needs more than is left is refused with a 503 before that is allocated; no request waits for another. The
// numbers are estimates from what was received. Each client has a limited share.
type intake struct {
	heap, photos room
	uploads      uploads
	bodies       room // long bodies to /api/auth
	orders       room // long orders
	answers      room // long answers with what users own, while they are read
	files        room // long answers that are the same for everybody
	keys         room // derivations of keys from passwords, of all clients together
}

// An isolate has 128 MB for everything. The heap may grow to 96 MB, most of which the collector leaves to garbage. Three photos
// of 10 MB, in base64, fit at a time.
const (
	heapRoom  = 16 << 20
	photoRoom = 42 << 20
)

// What one client may have of it: an address, or the user of an order. That is two photos.
const (
	heapShare  = heapRoom / 2 // an order with a photo takes about 3 MB of it while it is read
	photoShare = photoRoom / 3 * 2
)

// Long answers have rooms of their own, of this size each, so that slow readers take nothing from what is received, nor those of
// the reference from those of the history. A share is an item of the history that is as long as the database's rows.
const (
	answerRoom  = 12 << 20
	answerShare = answerRoom / 2
)

// The last part of the heap is reserved for small requests, so that they are served while others fill the rest; the very last
// part for requests without a body, which do not wait for their clients.
const (
	roomForAll   = heapRoom * 3 / 4
	roomForSmall = heapRoom * 7 / 8
	smallHead    = 16 << 10 // bytes
	smallBody    = 4 << 10
)

// heapLimit is how full the heap may be for a request to be accepted.
func heapLimit(r *http.Request) int64 {
	switch {
	case sizeOf(r) > heldPerRequest+smallHead || r.ContentLength < 0 || r.ContentLength > smallBody:
		return roomForAll
	case r.ContentLength > 0:
		return roomForSmall
	}
	return heapRoom
}

// What is held in addition to the bytes that were received.
const (
	heldPerRequest = 6 << 10   // the goroutine, and what the platform keeps of the request
	heldPerPhoto   = 192 << 10 // the windows through which a photo is read and sent
)

// What may be in progress at a time. A key is derived in the thread that serves all requests.
const (
	maxLongBodies          = 32
	maxLongBodiesPerClient = 8
	longBody               = 16 << 10 // bytes; only a photo or an attack is longer
	maxKeys                = 32
)

var errBusy = fault.New(fault.Busy, "The service is receiving too much at the moment. Try again in a few seconds.")

// retryAfter is the Retry-After of errBusy and of a key in use, in seconds.
const retryAfter = "2"

// sizeOf is what a request holds without its body: the texts of its head, which stay as long as the request does.
func sizeOf(r *http.Request) int64 {
	size := heldPerRequest + len(r.RequestURI)
	for _, values := range r.Header {
		for _, value := range values {
			size += len(value)
		}
	}
	return int64(size)
}

// scrypt derives a key. It fails with errBusy while too many others are derived.
func (a *App) scrypt(ctx context.Context, password, salt []byte, n, r, p, keyLen int) ([]byte, error) {
	if err := a.intake.keys.take("", 1, maxKeys, 0); err != nil {
		return nil, err
	}
	defer a.intake.keys.give("", 1)
	return a.platform.Scrypt(ctx, password, salt, n, r, p, keyLen)
}
