//go:build js && wasm

package workers

import (
	"context"
	"errors"
	"net/http"

	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/platform/workers/internal/wire"
)

// Notes implements platform.Notes. If the instance dies, the next one's Handlers.Recover gets the note, in the request's own
// I/O context, once the operations that the host was still performing for the request have ended.
var Notes notes

type notes struct{}

// Leave replaces the request's note. It has no effect once the request has ended. An empty note removes the last one.
func (notes) Leave(ctx context.Context, note []byte) {
	if m, err := mailboxOf(ctx); err == nil {
		m.tell(kindNote, note)
	}
}

// Answer waits for the response to the request that an earlier instance sent with platform.KeepAnswer. It fails with
// platform.ErrNoAnswer if there was none, and with a *HostError if that request failed.
func (notes) Answer(ctx context.Context) (*http.Response, error) {
	m, err := mailboxOf(ctx)
	if err != nil {
		return nil, err
	}
	answer, _, err := m.ask(ctx, kindKept, nil, nil)
	if errors.Is(err, platform.ErrObjectNotFound) {
		return nil, platform.ErrNoAnswer
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
