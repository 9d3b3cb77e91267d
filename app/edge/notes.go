//go:build js && wasm

package edge

import (
	"context"
	"errors"
	"net/http"

	"github.com/addreams/addreams/app/bucket"
	"github.com/addreams/addreams/app/edge/internal/wire"
	"github.com/addreams/addreams/app/outbound"
)

// Notes is where requests leave word of what they are doing, outside of the program. If the instance dies, the next one's
// Handlers.Recover gets the note, in the request's own I/O context, once what the host was still doing for it has ended.
var Notes notes

type notes struct{}

// Leave replaces the request's note. It has no effect once the request has ended. An empty note takes the last one back.
func (notes) Leave(ctx context.Context, note []byte) {
	if m, err := mailboxOf(ctx); err == nil {
		m.tell(kindNote, note)
	}
}

// Answer waits for the answer of the call that an instance before this one has made with outbound.Keep. It fails with
// outbound.ErrNoAnswer if none was made, and with a *HostError if the call failed.
func (notes) Answer(ctx context.Context) (*http.Response, error) {
	m, err := mailboxOf(ctx)
	if err != nil {
		return nil, err
	}
	answer, _, err := m.ask(ctx, kindKept, nil, nil)
	if errors.Is(err, bucket.ErrNotFound) {
		return nil, outbound.ErrNoAnswer
	}
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "/", nil)
	if err != nil {
		return nil, err
	}
	return readResponse(m, request, wire.NewDecoder(answer)), nil
}
