package studio

import (
	"time"

	"github.com/addreams/addreams/app/fault"
)

// Key makes an order safe to send again: of all orders of a user with the same key, one is carried out. The zero Key stands for
// an order without a key.
type Key struct {
	Text   string // as the sender chose it; "" for none
	Digest string // of the workflow and of the body
}

// KeyLife is how long a key is remembered.
const KeyLife = 24 * time.Hour

// DeletedAtWork is how long the order of a generation that was deleted counts as one that may still be carried out. No request
// waits longer for the provider.
const DeletedAtWork = 5 * time.Minute

// Answer is the answer that the sender of an order got to it, or would have got.
type Answer struct {
	Status int
	Header map[string]string // besides those of every answer
	Body   []byte
}

// Repeated is the error of an order whose key was used before.
type Repeated struct {
	GenerationID string
	OtherOrder   bool    // the key was used for another order
	Running      bool    // the first order is still being carried out
	Answer       *Answer // that the first order ended with; nil for none
}

// Replay returns the answer to send again, or nil.
func (e *Repeated) Replay() *Answer {
	if e.OtherOrder {
		return nil
	}
	return e.Answer
}

func (e *Repeated) Error() string { return e.Unwrap().Error() }

func (e *Repeated) Unwrap() error {
	switch {
	case e.OtherOrder:
		return fault.New(fault.KeyReused, "This Idempotency-Key was used for another request. Use a new key for each order.")
	case e.Running:
		return fault.New(fault.KeyInUse, "The first request with this Idempotency-Key is still running. Try again in a few seconds.")
	case e.Answer == nil:
		return fault.New(fault.NotFound, "The generation of this Idempotency-Key was deleted.")
	}
	return fault.New(fault.KeyInUse, "The order was carried out before.")
}
