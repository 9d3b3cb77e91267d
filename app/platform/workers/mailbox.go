//go:build js && wasm

package workers

import (
	"context"
	"errors"

	"github.com/addreams/addreams/app/platform/workers/internal/wire"
)

// ErrEnded is returned for an operation that can no longer be performed: the handler has returned, or the platform has ended
// the request's I/O context.
var ErrEnded = errors.New("workers: the request has ended")

// errNoRequest is a bug in the program.
var errNoRequest = errors.New("workers: the context belongs to no request; pass on the one that the handler received")

// mailbox is where one request posts its operations for the host.
type mailbox struct {
	id     int32
	ctx    context.Context
	cancel context.CancelCauseFunc
	done   bool // the handler has returned
}

// mailboxes holds the requests in flight. Wasm has one thread, so nothing here needs a lock.
var mailboxes = map[int32]*mailbox{}

type mailboxKey struct{}

func newMailbox(id int32) *mailbox {
	m := &mailbox{id: id}
	m.ctx, m.cancel = context.WithCancelCause(context.WithValue(context.Background(), mailboxKey{}, m))
	mailboxes[id] = m
	return m
}

// mailboxOf returns the mailbox of the request that the context belongs to.
func mailboxOf(ctx context.Context) (*mailbox, error) {
	m, ok := ctx.Value(mailboxKey{}).(*mailbox)
	switch {
	case !ok:
		return nil, errNoRequest
	case m.done:
		return nil, ErrEnded
	}
	return m, nil
}

// close ends the mailbox; failure is that of a scheduled run.
func (m *mailbox) close(failure error) {
	m.done = true
	delete(mailboxes, m.id)
	m.cancel(ErrEnded)
	var message wire.Encoder
	if failure != nil {
		message.Text(failure.Error())
	}
	m.tell(kindDone, message.Data())
}

// tell posts an operation without an answer.
func (m *mailbox) tell(kind kind, payload []byte) { post(m.id, 0, kind, payload) }
