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

// pace is how slowly a body may come: what it holds is held for no longer.
type pace struct {
	grace time.Duration // how late a body may be
	rate  int64         // bytes per second
}

// leastPace lets a photo of ten megabytes, which is sent twice, take a quarter of an hour. It is a variable for the tests.
var leastPace = pace{grace: 10 * time.Second, rate: 32 << 10}

// pacedBody is a request's body that must come at the least pace. Else a Read fails with os.ErrDeadlineExceeded; the
// platform's connection keeps the time. Only the time within Read counts.
type pacedBody struct {
	io.ReadCloser
	connection *http.ResponseController
	left       time.Duration // what it may be late yet: waiting spends it, each byte earns some
}

// paced returns the request with a body that is paced, if it has one. The request is changed.
func paced(w http.ResponseWriter, r bunrouter.Request) bunrouter.Request {
	if r.Body == nil || r.Body == http.NoBody {
		return r
	}
	body := &pacedBody{ReadCloser: r.Body, connection: http.NewResponseController(w), left: leastPace.grace}
	body.expect(time.Now().Add(body.left)) // net/http reads on when nobody has read to the end
	r.Body = body
	return r
}

func (b *pacedBody) Read(p []byte) (int, error) {
	began := time.Now()
	b.expect(began.Add(b.left))
	n, err := b.ReadCloser.Read(p)
	earned := time.Duration(n) * time.Second / time.Duration(leastPace.rate)
	b.left = min(b.left-time.Since(began)+earned, leastPace.grace)
	return n, err
}

// expect sets the deadline of Read. A writer without a connection, as tests have it, has none.
func (b *pacedBody) expect(by time.Time) { _ = b.connection.SetReadDeadline(by) }

// unreadable is the answer to a body that ends before its end.
func unreadable(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return fault.Wrap(fault.RequestTimeout, "The request body came too slowly. Send it again, over a better connection if there is one.", err)
	}
	return fault.Wrap(fault.InvalidRequest, "The request body could not be read.", err)
}
