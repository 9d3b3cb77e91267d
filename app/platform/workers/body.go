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

// Body is a body that the host holds: of a request, a fetched response or an object. It is read in chunks. If it is passed
// on whole (by ResponseWriter.ReadFrom or Bucket.Put, or as the body of a request to Client), it is not read at all. It
// implements platform.Peeker.
type Body struct {
	mailbox    *mailbox
	ctx        context.Context
	handle     int32
	length     int64     // bytes left with the host, or -1 if unknown
	chunk      []byte    // the buffer for reads that ask for less than a chunk
	buffered   []byte    // the part of chunk that was read ahead
	err        error     // of a Read once buffered is empty
	handedOver bool      // the host uses the body, so Close must not cancel it
	deadline   time.Time // of reads; zero for none
}

const (
	maxChunk     = 64 << 10 // bytes in one read of a body of known length
	unknownChunk = 16 << 10 // bytes in one read of a body of unknown length
	directRead   = 4 << 10  // a read of this many bytes needs no buffer, if the body is short
)

var errBodyGiven = errors.New("workers: the body was handed over to the host")

func newBody(ctx context.Context, m *mailbox, handle int32, length int64) *Body {
	return &Body{mailbox: m, ctx: ctx, handle: handle, length: length}
}

// Read fails with a *HostError if the body was cut off, with the context's error if that has ended, and with
// os.ErrDeadlineExceeded after the deadline.
func (b *Body) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if len(b.buffered) == 0 && b.err == nil {
		if len(p) >= b.chunkSize() || len(p) >= directRead && b.length < maxChunk {
			n, err := b.fetch(p)
			if n > 0 {
				return n, nil
			}
			return 0, err
		}
		b.fill()
	}

	n := copy(p, b.buffered)
	b.buffered = b.buffered[n:]
	if n == 0 {
		return 0, b.err
	}
	return n, nil
}

// fill reads the next chunk into the buffer.
func (b *Body) fill() {
	if len(b.chunk) < b.chunkSize() {
		b.chunk = make([]byte, b.chunkSize())
	}
	n, _ := b.fetch(b.chunk[:b.chunkSize()])
	b.buffered = b.chunk[:n]
}

// chunkSize returns the number of bytes to ask for at once.
func (b *Body) chunkSize() int {
	switch {
	case b.length < 0:
		return unknownChunk
	case b.length < maxChunk:
		return max(int(b.length), 1)
	}
	return maxChunk
}

// fetch reads the next bytes from the host, and fills the buffer unless the body ends. It returns 0 only with an error.
func (b *Body) fetch(buffer []byte) (int, error) {
	if b.handedOver {
		b.err = errBodyGiven
		return 0, b.err
	}

	var payload wire.Encoder
	payload.Count(int(b.handle))
	payload.Count(len(buffer))
	ctx, stop := until(b.ctx, b.deadline)
	defer stop()
	answer, status, err := b.mailbox.ask(ctx, kindBodyRead, payload.Data(), buffer)
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

// until returns the context of one read or write, which ends at the deadline, if there is one.
func until(ctx context.Context, deadline time.Time) (context.Context, context.CancelFunc) {
	if deadline.IsZero() {
		return ctx, func() {}
	}
	return context.WithDeadline(ctx, deadline)
}

// Peek returns the next n bytes, or fewer with io.EOF if the body is shorter. They are valid until the next Read.
func (b *Body) Peek(n int) ([]byte, error) {
	if len(b.buffered) >= n {
		return b.buffered[:n:n], nil
	}
	if len(b.buffered) > 0 || b.err != nil || b.handedOver {
		return b.peekBuffered(n)
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

// peekBuffered reads on until n bytes are buffered.
func (b *Body) peekBuffered(n int) ([]byte, error) {
	for len(b.buffered) < n && b.err == nil {
		buffer := make([]byte, len(b.buffered)+max(n-len(b.buffered), b.chunkSize()))
		kept := copy(buffer, b.buffered)
		read, _ := b.fetch(buffer[kept:])
		b.buffered = buffer[:kept+read]
	}
	if len(b.buffered) < n {
		return b.buffered, b.err
	}
	return b.buffered[:n:n], nil
}

// Close cancels the part of the body that was not read.
func (b *Body) Close() error {
	if b.handedOver || b.err != nil {
		return nil
	}
	b.err = errors.New("workers: read of a closed body")
	var payload wire.Encoder
	payload.Count(int(b.handle))
	b.mailbox.tell(kindBodyCancel, payload.Data())
	return nil
}

// handOver gives the body to the host, for an operation of the same request, and reports whether that is possible. It is
// not once bytes have been buffered, because the host no longer has them.
func (b *Body) handOver(m *mailbox) bool {
	if b.mailbox != m || len(b.buffered) > 0 || b.err != nil || b.handedOver {
		return false
	}
	b.handedOver = true
	return true
}
