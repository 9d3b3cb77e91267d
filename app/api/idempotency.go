package api

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"hash"
	"io"
	"net/http"

	"github.com/uptrace/bunrouter"

	"github.com/addreams/addreams/app/api/httpio"
	"github.com/addreams/addreams/app/fault"
	"github.com/addreams/addreams/app/js"
	"github.com/addreams/addreams/app/studio"
	"github.com/addreams/addreams/app/studio/form"
)

// keyHeader is the header by which a client may send an order again without being charged again.
const keyHeader = "Idempotency-Key"

// maxKey is the longest key, in characters.
const maxKey = 255

// orderBody is the body of an order as it arrives. If the request has a key, what has been read is digested for it.
type orderBody struct {
	*limitedBody
	order  io.Reader // limitedBody, or what takeForm makes of it
	key    string
	digest hash.Hash // nil without a key
}

// limitOrder returns the body of an order, at most limit bytes. Faults: PayloadTooLarge, InvalidRequest (of the key).
func limitOrder(r *http.Request, limit int64) (*orderBody, error) {
	limited, err := limitBody(r, limit)
	if err != nil {
		return nil, err
	}
	body := &orderBody{limitedBody: limited, order: limited}
	if body.key, err = idempotencyKey(r); body.key != "" {
		body.digest = sha256.New()
	}
	return body, err
}

// idempotencyKey returns the key that a request has, or "". Fault: InvalidRequest.
func idempotencyKey(r *http.Request) (string, error) {
	sent := r.Header[keyHeader]
	if len(sent) == 0 {
		return "", nil
	}
	if len(sent) > 1 || !isKey(sent[0]) {
		return "", fault.New(fault.InvalidRequest, "Idempotency-Key must be one value of 1 to 255 printable ASCII characters, for example a UUID.")
	}
	return sent[0], nil
}

func isKey(text string) bool {
	for _, char := range []byte(text) {
		if char < ' ' || char > '~' {
			return false
		}
	}
	return text != "" && len(text) <= maxKey
}

func (b *orderBody) Read(p []byte) (int, error) {
	n, err := b.order.Read(p)
	if b.digest != nil {
		b.digest.Write(p[:n])
	}
	return n, malformedForm(err)
}

// takeForm lets the order be read as a form if its Content-Type says so, and reports whether it does. A key is compared with what
// is in the form, because each form has another boundary.
func (b *orderBody) takeForm(r *http.Request) bool {
	boundary := form.Boundary(r.Header.Get("Content-Type"))
	if boundary != "" {
		b.order = form.NewReader(b.limitedBody, boundary)
	}
	return boundary != ""
}

// malformedForm converts the errors of package form to InvalidRequest.
func malformedForm(err error) error {
	switch {
	case errors.Is(err, form.ErrSyntax):
		return fault.New(fault.InvalidRequest, "Invalid multipart/form-data payload.")
	case errors.Is(err, form.ErrTooLong):
		return fault.New(fault.InvalidRequest, "The form has too many parts, or too long fields.")
	case errors.Is(err, form.ErrTwice):
		return fault.New(fault.InvalidRequest, "Send referenceImageUrl, or the picture as a file, not both.")
	}
	return err
}

// keyOf returns the key of an order that has been read to its end.
func (b *orderBody) keyOf(workflow studio.Workflow) studio.Key {
	if b.digest == nil {
		return studio.Key{}
	}
	sum := base64.RawURLEncoding.EncodeToString(b.digest.Sum(nil))
	return studio.Key{Text: b.key, Digest: string(workflow) + ":" + sum}
}

// replay sends the answer to an earlier order with the same key again, or returns err if there is none.
func replay(w http.ResponseWriter, err error) error {
	var repeated *studio.Repeated
	if !errors.As(err, &repeated) || repeated.Replay() == nil {
		return err
	}
	w.Header()["Idempotent-Replayed"] = []string{"true"}
	return sendAnswer(w, *repeated.Replay())
}

func sendAnswer(w http.ResponseWriter, answer studio.Answer) error {
	for name, value := range answer.Header {
		w.Header()[name] = []string{value}
	}
	return httpio.SendJSON(w, answer.Status, answer.Body)
}

// answer encodes the outcome of an order for its sender. That of an order that succeeded needs noteOrigin, unless it is that of a
// task, which has no images of ours.
func (a *App) answer(ctx context.Context, requestID string, result studio.Result, err error) (studio.Answer, error) {
	if err == nil {
		if result.Running {
			return runningAnswer(requestID, result)
		}
		return a.resultAnswer(originOf(ctx), requestID, result)
	}

	body := errorBodyOf(requestID, err)
	header := http.Header{}
	setErrorHeaders(header, body.Error.Code, err)
	text, err := js.Marshal(body)
	return studio.Answer{Status: statusOf(body.Error.Code), Header: single(header), Body: text}, err
}

// single returns the first value of each header.
func single(header http.Header) map[string]string {
	values := make(map[string]string, len(header))
	for name, all := range header {
		values[name] = all[0]
	}
	return values
}

// originOf returns what noteOrigin stored; "" for the schedule.
func originOf(ctx context.Context) string {
	if current, ok := ctx.Value(requestInfoKey{}).(*requestInfo); ok {
		return current.origin
	}
	return ""
}

// noteOrigin stores the origin of the URLs in the answer to an order.
func (a *App) noteOrigin(r bunrouter.Request) { infoOf(r.Context()).origin = a.origin(r.Request) }
