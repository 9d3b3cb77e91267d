package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/uptrace/bunrouter"

	"github.com/addreams/addreams/app/api/betterauth"
	"github.com/addreams/addreams/app/api/httpio"
	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/binding"
	"github.com/addreams/addreams/app/fault"
	"github.com/addreams/addreams/app/studio"
)

// renderErrors is the one place where an error becomes a response. A panic is an error like another, for its own
// request alone.
func (a *App) renderErrors(next bunrouter.HandlerFunc) bunrouter.HandlerFunc {
	return func(w http.ResponseWriter, r bunrouter.Request) (err error) {
		defer func() {
			if reason := recover(); reason != nil {
				err = fmt.Errorf("panic: %v\n%s", reason, debug.Stack())
			}
			if err != nil {
				render(r.Context(), w, err)
			}
		}()
		return next(w, r)
	}
}

// plainError is an answer of the short form {"error":"text"}, as history and unknown paths give it.
type plainError struct {
	status int
	text   string
}

func (e *plainError) Error() string { return e.text }

// errorBody is the application's long form of an error.
type errorBody struct {
	Error     errorDetail  `json:"error"`
	RequestID string       `json:"requestId"`
	Credits   *balanceBody `json:"credits,omitempty"` // of one who is out of them
}

type errorDetail struct {
	Code              fault.Code `json:"code"`
	Message           string     `json:"message"`
	ProviderCode      string     `json:"providerCode,omitempty"`
	ProviderRequestID string     `json:"providerRequestId,omitempty"`
}

// errorBodyOf says of an error what its caller may know.
func errorBodyOf(requestID string, err error) errorBody {
	body := errorBody{Error: errorDetail{Code: fault.Internal, Message: "Internal server error."}, RequestID: requestID}
	var known *fault.Error
	if errors.As(err, &known) {
		body.Error.Code, body.Error.Message = known.Code, known.Message
	}
	var provider *studio.ProviderError
	if errors.As(err, &provider) {
		body.Error.ProviderCode, body.Error.ProviderRequestID = provider.ProviderCode, provider.RequestID
	}
	var broke *studio.OutOfCredits
	if errors.As(err, &broke) {
		credits := balanceBody(broke.Balance)
		body.Credits = &credits
	}
	return body
}

func render(ctx context.Context, w http.ResponseWriter, err error) {
	if sent, ok := w.(*recorder); ok && sent.wrote {
		scopeOf(ctx).log.Error().Str("request", scopeOf(ctx).id).Err(err).Msg("failed after the response had begun")
		return
	}
	if betterauth.WriteError(w, err) {
		logCause(ctx, err)
		return
	}
	var plain *plainError
	if errors.As(err, &plain) {
		httpio.WriteJSON(w, plain.status, map[string]string{"error": plain.text})
		return
	}
	body := errorBodyOf(scopeOf(ctx).id, err)
	status := statusOf(body.Error.Code)
	switch {
	case body.Error.Code == fault.Busy: // a flood of these must not become one of the log
		w.Header()["Retry-After"] = []string{retryAfter}
	case body.Error.Code == fault.DailyCeiling:
		scopeOf(ctx).log.Warn().Str("request", scopeOf(ctx).id).Str("binding", binding.DailyGenerations).
			Msg("the day's generations are used up: an order was refused")
	case status >= http.StatusInternalServerError:
		scopeOf(ctx).log.Error().Str("request", scopeOf(ctx).id).Err(err).Msg("failed")
	}
	var later *studio.Later
	if errors.As(err, &later) {
		w.Header()["Retry-After"] = []string{strconv.FormatInt(int64((later.After+time.Second-1)/time.Second), 10)}
	}
	if uncached(body.Error.Code) {
		w.Header()["Cache-Control"] = noStore
	}
	httpio.WriteJSON(w, status, body)
}

// logCause logs why package auth refused a request, where the answer does not say it.
func logCause(ctx context.Context, err error) {
	var refused *auth.Error
	if errors.As(err, &refused) && refused.Err != nil {
		scopeOf(ctx).log.Warn().Str("request", scopeOf(ctx).id).Err(err).Msg("refused")
	}
}

// uncached tells the answers, of those that the service before had none of, that say so in Cache-Control. Its own had no
// Cache-Control, and that is part of the contract: see headers.
func uncached(code fault.Code) bool {
	return code == fault.TooManyFailures || code == fault.DailyCeiling || code == fault.ForeignOrigin
}

// statusOf is the table from codes to HTTP statuses.
func statusOf(code fault.Code) int {
	switch code {
	case fault.Unauthorized:
		return http.StatusUnauthorized
	case fault.InvalidRequest:
		return http.StatusBadRequest
	case fault.NotFound:
		return http.StatusNotFound
	case fault.OutOfCredits:
		return http.StatusPaymentRequired
	case fault.ForeignOrigin:
		return http.StatusForbidden
	case fault.TooManyFailures:
		return http.StatusTooManyRequests
	case fault.DailyCeiling:
		return http.StatusServiceUnavailable
	case fault.PayloadTooLarge:
		return http.StatusRequestEntityTooLarge
	case fault.RequestTimeout:
		return http.StatusRequestTimeout
	case fault.Busy:
		return http.StatusServiceUnavailable
	case fault.WorkflowUnavailable:
		return http.StatusNotImplemented
	case fault.UpstreamTimeout:
		return http.StatusGatewayTimeout
	case fault.UpstreamPolicy, fault.UpstreamUnavailable, fault.UpstreamParameter, fault.UpstreamAuth,
		fault.UpstreamRateLimited, fault.UpstreamFailed, fault.UpstreamMalformed:
		return http.StatusBadGateway
	default:
		return http.StatusInternalServerError
	}
}
