//go:build js && wasm

package workers

import (
	"context"
	"os"
	"time"

	"github.com/addreams/addreams/app/platform/workers/internal/wire"
)

// pipe is a body that Go writes piece by piece and the host passes on.
type pipe struct {
	mailbox  *mailbox
	ctx      context.Context
	handle   int32
	length   int64     // -1 if unknown
	deadline time.Time // of writes; zero for none
	late     bool      // a write has missed it
}

// lastPipe is far from the handles that the host gives out.
var lastPipe int32 = 1 << 30

// newPipe returns a pipe with a handle of its own. The host makes its end when the operation that the pipe belongs to
// arrives.
func newPipe(ctx context.Context, m *mailbox, length int64) *pipe {
	lastPipe++
	return &pipe{mailbox: m, ctx: ctx, handle: lastPipe, length: length}
}

// Write waits until the other end has taken the bytes. It fails once it takes no more, and with os.ErrDeadlineExceeded after
// the deadline.
func (p *pipe) Write(data []byte) (int, error) {
	ctx, stop := until(p.ctx, p.deadline)
	defer stop()

	written := 0
	for len(data) > 0 {
		piece := data[:min(len(data), maxChunk)]
		var payload wire.Encoder
		payload.Count(int(p.handle))
		payload.Bytes(piece)
		if _, _, err := p.mailbox.ask(ctx, kindPipeWrite, payload.Data(), nil); err != nil {
			if p.late = ctx.Err() != nil && p.ctx.Err() == nil; p.late {
				err = os.ErrDeadlineExceeded
			}
			return written, err
		}
		written, data = written+len(piece), data[len(piece):]
	}
	return written, nil
}

// end ends the body; with a failure, as one that was cut off.
func (p *pipe) end(failure string) {
	var payload wire.Encoder
	payload.Count(int(p.handle))
	payload.Text(failure)
	p.mailbox.tell(kindPipeEnd, payload.Data())
}
