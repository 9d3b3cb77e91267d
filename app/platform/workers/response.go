//go:build js && wasm

package workers

import (
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/addreams/addreams/app/platform/workers/internal/wire"
)

// response is the ResponseWriter of one request. A body of up to maxInline bytes goes to the host in one message with
// its head, when the handler returns; a longer or flushed one is streamed, and Write waits for the client. A Body that is
// copied to it whole is handed over: the host sends it, also after the handler has returned.
type response struct {
	mailbox *mailbox
	header  http.Header
	status  int // 0 until WriteHeader
	body    []byte
	sent    bool // the head is with the host
	pipe    *pipe
	given   bool // the body is the host's

	received *Body // the request's; nil if it has none
}

// maxInline is the longest body in bytes that is kept until the handler returns.
const maxInline = 64 << 10

func (w *response) Header() http.Header {
	if w.header == nil {
		w.header = make(http.Header, 8)
	}
	return w.header
}

// SetReadDeadline sets when a Read of the request's body fails with os.ErrDeadlineExceeded, for http.ResponseController. It
// holds for reads that begin after it. The zero time is none.
func (w *response) SetReadDeadline(deadline time.Time) error {
	if w.received != nil {
		w.received.due = deadline
	}
	return nil
}

// WriteHeader sets the status. Informational ones are not passed on.
func (w *response) WriteHeader(status int) {
	if w.status == 0 && status >= 200 {
		w.status = status
	}
}

// Write fails with a *HostError once the client has gone away.
func (w *response) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	switch {
	case w.given || !bodyAllowed(w.status):
		return 0, http.ErrBodyNotAllowed
	case w.pipe == nil && len(w.body)+len(p) <= maxInline:
		w.body = append(w.body, p...)
		return len(p), nil
	}
	w.Flush()
	return w.pipe.Write(p)
}

// Flush sends what was written, and streams from here on.
func (w *response) Flush() {
	w.WriteHeader(http.StatusOK)
	if w.given || w.pipe != nil || !bodyAllowed(w.status) {
		return
	}
	length, err := strconv.ParseInt(w.Header().Get("Content-Length"), 10, 64)
	if err != nil {
		length = -1
	}
	w.detectType()
	w.pipe = newPipe(w.mailbox, w.mailbox.ctx, length)
	w.send(bodyPipe, func(e *wire.Encoder) {
		e.Count(int(w.pipe.handle))
		e.Number(float64(length))
	})
	if len(w.body) > 0 {
		_, _ = w.pipe.Write(w.body) // the next Write has the same failure
		w.body = nil
	}
}

// ReadFrom copies a body to the client. If the host holds it, it is handed over, and n is its length, or 0 if that is
// not known.
func (w *response) ReadFrom(source io.Reader) (n int64, err error) {
	w.WriteHeader(http.StatusOK)
	body, ok := source.(*Body)
	if !ok || w.pipe != nil || len(w.body) > 0 || w.given || !bodyAllowed(w.status) || !body.give(w.mailbox) {
		return io.Copy(struct{ io.Writer }{w}, source)
	}
	w.given = true
	w.send(bodyHandle, func(e *wire.Encoder) { e.Count(int(body.handle)) })
	return max(body.length, 0), nil
}

// finish sends what is not sent yet, and closes the mailbox.
func (w *response) finish() {
	w.WriteHeader(http.StatusOK)
	switch {
	case w.pipe != nil:
		w.pipe.end("")
	case !w.sent && len(w.body) > 0:
		w.detectType()
		w.send(bodyInline, func(e *wire.Encoder) { e.Bytes(w.body) })
	case !w.sent:
		w.send(bodyNone, func(*wire.Encoder) {})
	}
	w.mailbox.close(nil)
}

// fail answers 500, or cuts the body off if the response has begun.
func (w *response) fail() {
	if w.pipe != nil {
		w.pipe.end("the handler panicked")
		w.pipe, w.given = nil, true
		return
	}
	if w.sent {
		return
	}
	w.header = http.Header{"Content-Type": {"application/json"}}
	w.status = http.StatusInternalServerError
	w.body = []byte(`{"error":{"code":"INTERNAL_SERVER_ERROR","message":"Internal server error."},"requestId":"` + uuid.NewString() + `"}`)
}

// send posts the head, with what tells where the body comes from.
func (w *response) send(kind byte, body func(*wire.Encoder)) {
	w.sent = true
	heads.Reset()
	heads.Count(w.status)
	encodeHeader(&heads, w.Header())
	heads.Byte(kind)
	body(&heads)
	w.mailbox.tell(kindRespond, heads.Data())
}

// heads is where heads are written, one after another: the host has copied one before the next begins.
var heads wire.Encoder

func encodeHeader(e *wire.Encoder, header http.Header) {
	count := 0
	for _, values := range header {
		count += len(values)
	}
	e.Count(count)
	for name, values := range header {
		for _, value := range values {
			e.Text(name)
			e.Text(value)
		}
	}
}

// detectType does as net/http does: a body without a type gets the one that its first bytes look like.
func (w *response) detectType() {
	if _, set := w.Header()["Content-Type"]; !set && len(w.body) > 0 {
		w.header.Set("Content-Type", http.DetectContentType(w.body))
	}
}

func bodyAllowed(status int) bool {
	return status != http.StatusNoContent && status != http.StatusResetContent && status != http.StatusNotModified
}
