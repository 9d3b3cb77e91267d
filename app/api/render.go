package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"

	"github.com/uptrace/bunrouter"

	"github.com/addreams/addreams/app/fault"
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
	Error     errorDetail `json:"error"`
	RequestID string      `json:"requestId"`
}

type errorDetail struct {
	Code    fault.Code `json:"code"`
	Message string     `json:"message"`
}

func render(ctx context.Context, w http.ResponseWriter, err error) {
	if sent, ok := w.(*recorder); ok && sent.wrote {
		scopeOf(ctx).log.Error().Str("request", scopeOf(ctx).id).Err(err).Msg("failed after the response had begun")
		return
	}
	var plain *plainError
	if errors.As(err, &plain) {
		writeJSON(w, plain.status, map[string]string{"error": plain.text})
		return
	}
	detail := errorDetail{Code: fault.Internal, Message: "Internal server error."}
	var known *fault.Error
	if errors.As(err, &known) {
		detail = errorDetail{Code: known.Code, Message: known.Message}
	}
	status := statusOf(detail.Code)
	if status >= http.StatusInternalServerError {
		scopeOf(ctx).log.Error().Str("request", scopeOf(ctx).id).Err(err).Msg("failed")
	}
	writeJSON(w, status, errorBody{Error: detail, RequestID: scopeOf(ctx).id})
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
	case fault.PayloadTooLarge:
		return http.StatusRequestEntityTooLarge
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
