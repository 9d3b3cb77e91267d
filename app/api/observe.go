package api

import (
	"cmp"
	"context"
	"net/http"

	"github.com/google/uuid"
	"github.com/rs/zerolog"
	"github.com/uptrace/bunrouter"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/fault"
	"github.com/addreams/addreams/app/platform"
)

// requestIDHeader carries the request's ID, in both directions.
const requestIDHeader = "X-Request-Id"

// maxRequestID is the longest ID that is taken over, in characters.
const maxRequestID = 64

// sentRequestID returns the ID that the client gave the request, or "" for one that is not letters, digits, - and _ alone. It
// must have a digit, so that it cannot be mistaken for a word that the log has instead of an ID, such as schedule.
func sentRequestID(r *http.Request) string {
	sent := r.Header[requestIDHeader]
	if len(sent) != 1 || len(sent[0]) > maxRequestID {
		return ""
	}

	digit := false
	for _, char := range []byte(sent[0]) {
		switch {
		case char >= '0' && char <= '9':
			digit = true
		case char|0x20 >= 'a' && char|0x20 <= 'z', char == '-', char == '_':
		default:
			return ""
		}
	}

	if !digit {
		return ""
	}
	return sent[0]
}

var errTargetTooLong = fault.New(fault.TargetTooLong, "The path and query of a URL may have 16 kB at most.")

// requestInfo is what the log says about a request.
type requestInfo struct {
	id       string // a UUID, unless the client sent another; the requestId of error bodies
	log      zerolog.Logger
	scope    auth.Scope    // that API keys need here; "" where they are refused
	claim    auth.Claim    // set by every guard
	identity auth.Identity // set once the claim is proven
	userID   string        // set with identity, or by the note of a resumed request
	origin   string        // of the URLs in the answer to an order
	held     hold
	sendsOwn bool // one of ownHeaders
}

type requestInfoKey struct{}

func infoOf(ctx context.Context) *requestInfo { return ctx.Value(requestInfoKey{}).(*requestInfo) }

// log returns a logger for problems that no response reports, tagged with the request ID or "schedule".
func (a *App) log(ctx context.Context) *zerolog.Logger {
	logger := zerolog.New(a.platform.Log(ctx)).With().Str("request", "schedule").Logger()
	if current, ok := ctx.Value(requestInfoKey{}).(*requestInfo); ok {
		logger = current.log.With().Str("request", current.id).Logger()
	}
	return &logger
}

// observe gives the request its ID and logger, and logs one line when it is answered. A line contains no body, cookie, e-mail
// address, prompt or key.
func (a *App) observe(next bunrouter.HandlerFunc) bunrouter.HandlerFunc {
	return func(w http.ResponseWriter, r bunrouter.Request) error {
		began := a.platform.Now()
		current := &requestInfo{
			id:   cmp.Or(sentRequestID(r.Request), uuid.NewString()),
			log:  zerolog.New(a.platform.Log(r.Context())),
			held: hold{intake: &a.intake, client: a.auth.Address(r.Request), heapLimit: heapLimit(r.Request)},

			sendsOwn: sendsOwnHeader(r.Request),
		}
		defer current.held.release()
		w.Header()[requestIDHeader] = []string{current.id}
		a.configuration.log(current.log, a.platform)

		recorder := &statusRecorder{ResponseWriter: w, status: http.StatusOK, current: current}
		ctx := context.WithValue(r.Context(), requestInfoKey{}, current)
		err := current.held.grow(sizeOf(r.Request))
		if len(r.RequestURI) > platform.MaxTarget {
			err = errTargetTooLong
		}
		if err != nil {
			render(ctx, recorder, err)
		} else {
			err = next(recorder, paced(w, r.WithContext(ctx)))
		}

		current.log.Info().Str("method", r.Method).Str("route", r.Route()).Int("status", recorder.status).
			Int64("ms", a.platform.Now().Sub(began).Milliseconds()).Str("request", current.id).Str("user", current.userID).Send()
		return err
	}
}
