package api

import (
	"errors"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/uptrace/bunrouter"

	"github.com/addreams/addreams/app/fault"
)

// pace is how slowly a body may arrive, and an answer be read. It limits how long a slow client can hold memory.
type pace struct {
	grace time.Duration // how late a body may be
	rate  int64         // bytes per second
}

// leastPace allows a quarter of an hour for a photo of ten megabytes, which is sent twice. It is a variable for the tests.
var leastPace = pace{grace: 10 * time.Second, rate: 32 << 10}

// after returns how late a body may still be: waiting spends of what was left, and each byte earns some.
func (p pace) after(left, waited time.Duration, bytes int) time.Duration {
	return min(left-waited+time.Duration(bytes)*time.Second/time.Duration(p.rate), p.grace)
}

// pacedBody is a request's body that must arrive at the least pace. If it does not, a Read fails with os.ErrDeadlineExceeded,
// by the deadline of the platform's connection. Only the time within Read counts.
type pacedBody struct {
	io.ReadCloser
	connection *http.ResponseController
	left       time.Duration // how late it may still be
}

// paced replaces the body of the request, if it has one, by a paced one. It changes the request.
func paced(w http.ResponseWriter, r bunrouter.Request) bunrouter.Request {
	if r.Body == nil || r.Body == http.NoBody {
		return r
	}
	body := &pacedBody{ReadCloser: r.Body, connection: http.NewResponseController(w), left: leastPace.grace}
	body.expect(time.Now().Add(body.left)) // net/http reads the rest of a body that the handler left
	r.Body = body
	return r
}

func (b *pacedBody) Read(p []byte) (int, error) {
	began := time.Now()
	b.expect(began.Add(b.left))
	n, err := b.ReadCloser.Read(p)
	b.left = leastPace.after(b.left, time.Since(began), n)
	return n, err
}

// expect sets the deadline of Read. Without a connection, as in tests, there is none.
func (b *pacedBody) expect(by time.Time) { _ = b.connection.SetReadDeadline(by) }

// unreadable returns the fault of a body that could not be read to its end.
func unreadable(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return fault.Wrap(fault.RequestTimeout, "The request body came too slowly. Send it again, over a better connection if there is one.", err)
	}
	return fault.Wrap(fault.InvalidRequest, "The request body could not be read.", err)
}
