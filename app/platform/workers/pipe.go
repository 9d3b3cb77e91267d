//go:build js && wasm

package workers

import (
	"context"

	"github.com/addreams/addreams/app/platform/workers/internal/wire"
)

// pipe is a body that Go makes piece by piece and the host passes on.
type pipe struct {
	mailbox *mailbox
	ctx     context.Context
	handle  int32
	length  int64 // -1 if not known
}

// lastPipe counts apart from the host's handles.
var lastPipe int32 = 1 << 30

// newPipe names a pipe. The host makes it when the operation that it belongs to comes.
func newPipe(m *mailbox, ctx context.Context, length int64) *pipe {
	lastPipe++
	return &pipe{mailbox: m, ctx: ctx, handle: lastPipe, length: length}
}

// Write waits until the other end has taken the bytes, and fails once nobody takes them any more.
func (p *pipe) Write(data []byte) (int, error) {
	written := 0
	for len(data) > 0 {
		piece := data[:min(len(data), maxChunk)]
		var payload wire.Encoder
		payload.Count(int(p.handle))
		payload.Bytes(piece)
		if _, _, err := p.mailbox.ask(p.ctx, kindPipeWrite, payload.Data(), nil); err != nil {
			return written, err
		}
		written, data = written+len(piece), data[len(piece):]
	}
	return written, nil
}

// end ends the body; with a failure, as one that is cut off.
func (p *pipe) end(failure string) {
	var payload wire.Encoder
	payload.Count(int(p.handle))
	payload.Text(failure)
	p.mailbox.tell(kindPipeEnd, payload.Data())
}
