//go:build js && wasm

package workers

import (
	"context"
	"errors"
	"io"
	"os"
	"time"

	"github.com/addreams/addreams/app/platform/workers/internal/wire"
)

// Body is a body that the host holds: of a request, of a fetched response, of an object. It is read in pieces of up to
// maxChunk bytes; passed on whole (ResponseWriter.ReadFrom, Bucket.Put, as the body of a request of Client) it is not read
// at all. It implements bucket.Peeker.
type Body struct {
	mailbox *mailbox
	ctx     context.Context
	handle  int32
	length  int64  // bytes that are left with the host, or -1 if not known
	place   []byte // where it is read to, piece after piece, for who asks for less than a chunk
	ahead   []byte // what of place was read, and is not yet taken
	err     error  // what comes after ahead
	given   bool   // to the host: Close must not cancel it
	due     time.Time
}

const (
	maxChunk     = 64 << 10 // bytes in one read of a body whose length is known
	unknownChunk = 16 << 10
	directly     = 4 << 10 // room for so many bytes is filled from the host, if the body is not long
)

var errBodyGiven = errors.New("workers: the body was handed over to the host")

func newBody(m *mailbox, ctx context.Context, handle int32, length int64) *Body {
	return &Body{mailbox: m, ctx: ctx, handle: handle, length: length}
}

// Read fails with a *HostError if the body was cut off, with the context's error if that has ended, and with
// os.ErrDeadlineExceeded if the body was given up at its deadline.
func (b *Body) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if len(b.ahead) == 0 && b.err == nil {
		if len(p) >= b.chunk() || len(p) >= directly && b.length < maxChunk {
			n, err := b.fetch(p)
			if n > 0 {
				return n, nil
			}
			return 0, err
		}
		if len(b.place) < b.chunk() {
			b.place = make([]byte, b.chunk())
		}
		n, _ := b.fetch(b.place[:b.chunk()])
		b.ahead = b.place[:n]
	}
	n := copy(p, b.ahead)
	b.ahead = b.ahead[n:]
	if n == 0 {
		return 0, b.err
	}
	return n, nil
}

// chunk is how much to ask for at once.
func (b *Body) chunk() int {
	switch {
	case b.length < 0:
		return unknownChunk
	case b.length < maxChunk:
		return max(int(b.length), 1)
	}
	return maxChunk
}

// fetch reads the next bytes from the host, as many as fit unless the body ends. It returns none only with an error.
func (b *Body) fetch(place []byte) (int, error) {
	if b.given {
		b.err = errBodyGiven
		return 0, b.err
	}
	var payload wire.Encoder
	payload.Count(int(b.handle))
	payload.Count(len(place))
	ctx, stop := b.inTime()
	defer stop()
	answer, status, err := b.mailbox.ask(ctx, kindBodyRead, payload.Data(), place)
	if b.length >= 0 {
		b.length -= int64(len(answer))
	}
	switch {
	case err != nil && ctx.Err() != nil && b.ctx.Err() == nil:
		_ = b.Close()
		b.err = os.ErrDeadlineExceeded
		return 0, b.err
	case err != nil:
		b.err = err
		return 0, err
	case status == statusEnd:
		b.err = io.EOF
	}
	return len(answer), b.err
}

// inTime is the context of a read: it ends at the deadline, if there is one.
func (b *Body) inTime() (context.Context, context.CancelFunc) {
	if b.due.IsZero() {
		return b.ctx, func() {}
	}
	return context.WithDeadline(b.ctx, b.due)
}

// Peek returns the next n bytes, or fewer with io.EOF if the body is shorter. They stay where they are, until the next Read.
func (b *Body) Peek(n int) ([]byte, error) {
	if len(b.ahead) >= n {
		return b.ahead[:n:n], nil
	}
	if len(b.ahead) > 0 || b.err != nil || b.given {
		return b.peekAhead(n)
	}
	var payload wire.Encoder
	payload.Count(int(b.handle))
	payload.Count(n)
	head, status, err := b.mailbox.ask(b.ctx, kindBodyPeek, payload.Data(), nil)
	if err == nil && status == statusEnd && len(head) < n {
		err = io.EOF
	}
	return head, err
}

// peekAhead reads on until there are n bytes ahead.
func (b *Body) peekAhead(n int) ([]byte, error) {
	for len(b.ahead) < n && b.err == nil {
		place := make([]byte, len(b.ahead)+max(n-len(b.ahead), b.chunk()))
		kept := copy(place, b.ahead)
		read, _ := b.fetch(place[kept:])
		b.ahead = place[:kept+read]
	}
	if len(b.ahead) < n {
		return b.ahead, b.err
	}
	return b.ahead[:n:n], nil
}

// Close cancels what was not read.
func (b *Body) Close() error {
	if b.given || b.err != nil {
		return nil
	}
	b.err = errors.New("workers: read of a closed body")
	var payload wire.Encoder
	payload.Count(int(b.handle))
	b.mailbox.tell(kindBodyCancel, payload.Data())
	return nil
}

// give hands the body over to the host, for an operation of the same request, and tells whether that can be: bytes that
// are here already would be missing.
func (b *Body) give(m *mailbox) bool {
	if b.mailbox != m || len(b.ahead) > 0 || b.err != nil || b.given {
		return false
	}
	b.given = true
	return true
}
