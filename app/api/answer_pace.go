package api

import (
	"cmp"
	"net/http"
	"time"

	"github.com/uptrace/bunrouter"
)

// longAnswer is the length in bytes above which an answer waits in the program for a client that reads slowly. Shorter ones, and
// pictures, wait in the platform.
const longAnswer = 64 << 10

// pieceHeld is what a piece of a long answer takes while its client reads it: in the program, and with the host.
const pieceHeld = 2 * longAnswer

// writePaced writes an answer in pieces. A client that takes them slower than the least pace loses the rest: the write fails with
// os.ErrDeadlineExceeded.
func writePaced(w http.ResponseWriter, p []byte) (written int, err error) {
	connection := http.NewResponseController(w)
	expect := func(by time.Time) { _ = connection.SetWriteDeadline(by) } // without a connection, as in tests, there is none
	defer expect(time.Time{})

	for left := leastPace.grace; written < len(p) && err == nil; {
		began, n := time.Now(), 0
		expect(began.Add(left))
		n, err = w.Write(p[written:min(written+longAnswer, len(p))])
		left = leastPace.after(left, time.Since(began), n)
		written += n
	}
	return written, err
}

// Announce takes room for an answer before its status is sent, until its client has read it. Fault: Busy.
func (r *statusRecorder) Announce(length int) error {
	if length <= longAnswer {
		return nil
	}
	held := &r.current.held
	return held.growAnswer(&held.intake.answers, cmp.Or(r.current.userID, held.client), 2*int64(length)+pieceHeld) // with what it was made of
}

// sendFile sends what is the same for everybody. Fault: Busy.
func (a *App) sendFile(w http.ResponseWriter, r bunrouter.Request, contentType, caching string, body []byte) error {
	if len(body) > longAnswer {
		current := infoOf(r.Context())
		if err := current.held.growAnswer(&a.intake.files, current.held.client, pieceHeld); err != nil {
			return err
		}
	}

	header := w.Header()
	delete(header, "Expires")
	header["Content-Type"] = []string{contentType}
	header["Cache-Control"] = []string{caching}
	_, err := w.Write(body)
	return err
}
