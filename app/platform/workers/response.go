//go:build js && wasm

package workers

import (
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/addreams/addreams/app/platform/workers/internal/wire"
)

// response is the ResponseWriter of one request. A body of up to maxInline bytes goes to the host in one message with its
// head, when the handler returns. A longer or flushed body is streamed, and Write waits for the client. A Body that is
// copied to the response whole is handed over: the host sends it, even after the handler has returned.
type response struct {
	mailbox    *mailbox
	header     http.Header
	status     int // 0 until WriteHeader
	body       []byte
	sent       bool // the host has the head
	pipe       *pipe
	handedOver bool // the host has the body
	writeBy    time.Time

	received *Body // of the request; nil if it has none
}

// maxInline is the length in bytes of the longest body that is kept until the handler returns.
const maxInline = 64 << 10

func (w *response) Header() http.Header {
	if w.header == nil {
		w.header = make(http.Header, 8)
	}
	return w.header
}

// SetReadDeadline sets when a Read of the request's body fails with os.ErrDeadlineExceeded, for http.ResponseController. It
// applies to reads that begin after it. The zero time is no deadline.
func (w *response) SetReadDeadline(deadline time.Time) error {
	if w.received != nil {
		w.received.deadline = deadline
	}
	return nil
}

// SetWriteDeadline sets when a Write fails with os.ErrDeadlineExceeded because the client reads too slowly, for
// http.ResponseController. It applies to writes that begin after it; the body is cut off then. The zero time is no deadline.
func (w *response) SetWriteDeadline(deadline time.Time) error {
	w.writeBy = deadline
	if w.pipe != nil {
		w.pipe.deadline = deadline
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
	case w.handedOver || !bodyAllowed(w.status):
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
	if w.handedOver || w.pipe != nil || !bodyAllowed(w.status) {
		return
	}

	length, err := strconv.ParseInt(w.Header().Get("Content-Length"), 10, 64)
	if err != nil {
		length = -1
	}
	w.detectType()
	w.pipe = newPipe(w.mailbox.ctx, w.mailbox, length)
	w.pipe.deadline = w.writeBy
	w.send(bodyPipe, func(e *wire.Encoder) {
		e.Count(int(w.pipe.handle))
		e.Number(float64(length))
	})
	if len(w.body) > 0 {
		_, _ = w.pipe.Write(w.body) // a failure returns with the next Write
		w.body = nil
	}
}

// ReadFrom copies a body to the client. If the host holds the body, it is handed over, and n is its length, or 0 if that is
// unknown.
func (w *response) ReadFrom(source io.Reader) (n int64, err error) {
	w.WriteHeader(http.StatusOK)
	body, ok := source.(*Body)
	if !ok || w.pipe != nil || len(w.body) > 0 || w.handedOver || !bodyAllowed(w.status) || !body.handOver(w.mailbox) {
		return io.Copy(struct{ io.Writer }{w}, source)
	}
	w.handedOver = true
	w.send(bodyHandle, func(e *wire.Encoder) { e.Count(int(body.handle)) })
	return max(body.length, 0), nil
}

// finish sends what has not been sent yet, and closes the mailbox.
func (w *response) finish() {
	w.WriteHeader(http.StatusOK)
	switch {
	case w.pipe != nil && w.pipe.late:
		w.pipe.end("the client reads too slowly")
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

// fail responds with status 500, or cuts the body off if the response has begun.
func (w *response) fail() {
	if w.pipe != nil {
		w.pipe.end("the handler panicked")
		w.pipe, w.handedOver = nil, true
		return
	}
	if w.sent {
		return
	}

	w.header, w.status, w.body = nil, 0, nil
	if handlers.Panicked != nil {
		handlers.Panicked(w)
		return
	}
	w.WriteHeader(http.StatusInternalServerError)
}

// send posts the head with the kind of the body and what body encodes of it.
func (w *response) send(kind byte, body func(*wire.Encoder)) {
	w.sent = true
	heads.Reset()
	heads.Count(w.status)
	encodeHeader(&heads, w.Header())
	heads.Byte(kind)
	body(&heads)
	w.mailbox.tell(kindRespond, heads.Data())
}

// heads is the buffer of all heads: the host has copied one before the next is written.
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

// detectType does as net/http does: it gives a body without a type the one that its first bytes look like.
func (w *response) detectType() {
	if _, set := w.Header()["Content-Type"]; !set && len(w.body) > 0 {
		w.header.Set("Content-Type", http.DetectContentType(w.body))
	}
}

func bodyAllowed(status int) bool {
	return status != http.StatusNoContent && status != http.StatusResetContent && status != http.StatusNotModified
}
