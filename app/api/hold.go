package api

import (
	"sync/atomic"

	"github.com/addreams/addreams/app/studio/picture"
)

// hold is one request's share of the intake.
type hold struct {
	intake    *intake
	client    string // its address, or the user once an order is proven; "" if it is not known
	heapLimit int64  // how full the heap may be with it
	heap      int64
	photos    atomic.Int64 // a goroutine beside the handler may give them back
	givesWay  atomic.Bool  // the upload is to end, to make room for another
	slots     *room        // that the request has a slot of, under key; nil for none
	key       string
	answers   *room // that has room for the answer, of answer bytes, under reader; nil for none
	answer    int64
	reader    string
}

// begin takes a slot for a body that is long or may be; its length is -1 if it is not known. end gives the slot back.
func (h *hold) begin(slots *room, key string, length int64) error {
	if h.slots != nil || length >= 0 && length <= longBody {
		return nil
	}
	if err := slots.take(key, 1, maxLongBodies, maxLongBodiesPerClient); err != nil {
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

// move transfers what the request holds from its address or session to the user. It fails with errBusy, and must be called
// before a photo is received.
func (h *hold) move(user string) error {
	if h.slots != nil {
		if err := h.slots.move(h.key, user, 1, maxLongBodiesPerClient); err != nil {
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

// grow takes bytes of the heap, or fails with errBusy and takes none.
func (h *hold) grow(bytes int64) error {
	if err := h.intake.heap.take(h.client, bytes, h.heapLimit, heapShare); err != nil {
		return err
	}
	h.heap += bytes
	return nil
}

// growPhotos does the same for the photos that the host keeps. It fails with picture.ErrTooLarge if the request exceeds what a
// client can ever have: a photo beyond the limit of its size is in a body twice, and neither is kept whole.
func (h *hold) growPhotos(bytes int64) error {
	if h.photos.Load()+bytes > photoShare {
		return picture.ErrTooLarge
	}
	if err := h.takePhotos(bytes); err != nil {
		return err
	}
	h.photos.Add(bytes)
	return nil
}

// takePhotos takes bytes of the room for photos. If it is others who leave no room, one of their uploads may have to give way, so
// that the client's next try succeeds.
func (h *hold) takePhotos(bytes int64) error {
	err := h.intake.photos.take(h.client, bytes, photoRoom, photoShare)
	if err != nil && h.intake.photos.heldBy(h.client)+bytes <= photoShare {
		h.intake.uploads.makeRoom(h.client)
	}
	return err
}

// shrinkTo gives back the share of the heap that exceeds this many bytes.
func (h *hold) shrinkTo(bytes int64) {
	if h.heap > bytes {
		h.intake.heap.give(h.client, h.heap-bytes)
		h.heap = bytes
	}
}

func (h *hold) dropPhotos(bytes int64) {
	h.intake.photos.give(h.client, bytes)
	h.photos.Add(-bytes)
}

// growAnswer takes bytes of a room for an answer, until its client has read it, or fails with errBusy and takes none.
func (h *hold) growAnswer(answers *room, reader string, bytes int64) error {
	if err := answers.take(reader, bytes, answerRoom, answerShare); err != nil {
		return err
	}
	h.answers, h.answer, h.reader = answers, bytes, reader
	return nil
}

// release gives everything back.
func (h *hold) release() {
	if h.answers != nil {
		h.answers.give(h.reader, h.answer)
		h.answers = nil
	}
	h.end()
	h.shrinkTo(0)
	h.dropPhotos(h.photos.Load())
}

// admitPhoto refuses a request with a photo if there is no room for it. It takes nothing yet: a photo that is announced and
// never sent holds little. The photo is in the body twice.
func (h *hold) admitPhoto(length int64) error {
	photo := min(max(length, 0)/2, photoShare) // one that is too large is refused when it is read
	if err := h.takePhotos(photo); err != nil {
		return err
	}
	h.intake.photos.give(h.client, photo)
	return h.grow(heldPerPhoto)
}
