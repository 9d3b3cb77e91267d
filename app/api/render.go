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

// renderErrors is the one place where an error becomes a response. A panic is treated like any other error, and ends only its
// own request.
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

// plainError is an answer in the short form {"error":"text"}, which history and unknown paths have.
type plainError struct {
	status int
	text   string
}

func (e *plainError) Error() string { return e.text }

// errorBody is the long form of an error.
type errorBody struct {
	Error     errorDetail  `json:"error"`
	RequestID string       `json:"requestId"`
	Credits   *balanceBody `json:"credits,omitempty"` // of OutOfCredits
	Cost      *balanceBody `json:"cost,omitempty"`    // of OutOfCredits, if it is not one credit

	GenerationID string `json:"generationId,omitempty"` // of an order whose key was used before, or whose task goes on
}

type errorDetail struct {
	Code              fault.Code `json:"code"`
	Message           string     `json:"message"`
	ProviderCode      string     `json:"providerCode,omitempty"`
	ProviderRequestID string     `json:"providerRequestId,omitempty"`
	Retryable         *bool      `json:"retryable,omitempty"` // of the provider's failures; absent for models as recorded
}

// errorBodyOf returns what the client may know about an error.
func errorBodyOf(requestID string, err error) errorBody {
	body := errorBody{Error: errorDetail{Code: fault.Internal, Message: "Internal server error."}, RequestID: requestID}
	var known *fault.Error
	if errors.As(err, &known) {
		body.Error.Code, body.Error.Message = known.Code, known.Message
	}

	var provider *studio.ProviderError
	if errors.As(err, &provider) {
		body.Error.ProviderCode, body.Error.ProviderRequestID = provider.ProviderCode, provider.RequestID
		if !provider.Recorded {
			body.Error.Retryable = &provider.Retryable
		}
	}

	var outOfCredits *studio.OutOfCredits
	if errors.As(err, &outOfCredits) {
		credits, cost := balanceBody(outOfCredits.Balance), balanceBody(outOfCredits.Cost)
		body.Credits = &credits
		if outOfCredits.Cost.Credits() != 1 {
			body.Cost = &cost
		}
	}
	var running *studio.StillRunning
	if errors.As(err, &running) {
		body.GenerationID = running.GenerationID
	}
	var repeated *studio.Repeated
	if errors.As(err, &repeated) && !repeated.OtherOrder {
		body.GenerationID = repeated.GenerationID
	}
	return body
}

// render answers with an error, unless the answer has begun. It logs errors on our side.
func render(ctx context.Context, w http.ResponseWriter, err error) {
	if sent, ok := w.(*statusRecorder); ok && sent.wrote {
		infoOf(ctx).log.Error().Str("request", infoOf(ctx).id).Err(err).Msg("failed after the response had begun")
		return
	}
	setRetryAfter(ctx, w.Header(), err)
	if answers, unsent := betterauth.WriteError(w, err); answers {
		logUnsent(ctx, unsent)
		logCause(ctx, err)
		return
	}
	var plain *plainError
	if errors.As(err, &plain) {
		logUnsent(ctx, httpio.WriteJSON(w, plain.status, map[string]string{"error": plain.text}))
		return
	}

	body := errorBodyOf(infoOf(ctx).id, err)
	status := statusOf(body.Error.Code)
	logError(ctx, status, body.Error.Code, err)
	setErrorHeaders(w.Header(), body.Error.Code, err)
	logUnsent(ctx, httpio.WriteJSON(w, status, body))
}

// setRetryAfter adds to better-auth's X-Retry-After the standard header, for clients that sent what the JavaScript service did
// not know.
func setRetryAfter(ctx context.Context, header http.Header, err error) {
	var limited *auth.Limited
	if infoOf(ctx).sendsOwn && errors.As(err, &limited) {
		header["Retry-After"] = []string{strconv.Itoa(limited.RetryAfter)}
	}
}

// logError logs an error on our side. It leaves out Busy, so that a flood of requests does not flood the log.
func logError(ctx context.Context, status int, code fault.Code, err error) {
	switch current := infoOf(ctx); {
	case code == fault.Busy:
	case code == fault.DailyCeiling:
		current.log.Warn().Str("request", current.id).Str("binding", binding.DailyGenerations).
			Msg("the day's generations are used up: an order was refused")
	case needsOperator(err):
		current.log.Error().Str("event", operatorEvent).Str("request", current.id).Str("code", string(code)).Err(err).
			Msg("the provider refuses every order until its account, key, model or quota is corrected")
	case status >= http.StatusInternalServerError:
		current.log.Error().Str("request", current.id).Err(err).Msg("failed")
	}
}

// operatorEvent marks the log lines to alert on: docs/operations.md.
const operatorEvent = "provider_needs_operator"

func needsOperator(err error) bool {
	var provider *studio.ProviderError
	return errors.As(err, &provider) && provider.Operator
}

// logUnsent logs that the answer could not be sent, which is so for a client that has disconnected.
func logUnsent(ctx context.Context, err error) {
	if err != nil {
		infoOf(ctx).log.Warn().Str("request", infoOf(ctx).id).Err(err).Msg("the error was not sent")
	}
}

func setErrorHeaders(header http.Header, code fault.Code, err error) {
	var later *studio.Later
	var provider *studio.ProviderError

	if errors.As(err, &provider) {
		header["X-Addreams-Retryable"] = []string{strconv.FormatBool(provider.Retryable)}
		if provider.After > 0 {
			header["Retry-After"] = []string{inSeconds(provider.After)}
		}
	}
	switch {
	case code == fault.Busy, code == fault.KeyInUse:
		header["Retry-After"] = []string{retryAfter}
	case code == fault.TooManyWrongKeys:
		limit := auth.WrongKeys
		setLimitHeaders(header, code, &studio.Later{After: limit.Window, Quota: int64(limit.Max), Window: limit.Window})
	case errors.As(err, &later):
		setLimitHeaders(header, code, later)
	}
	if uncached(code) {
		header["Cache-Control"] = noStore
	}
}

// setLimitHeaders says when to try again, and names the limit that was reached (draft-ietf-httpapi-ratelimit-headers).
func setLimitHeaders(header http.Header, code fault.Code, later *studio.Later) {
	name := "generations"
	switch code {
	case fault.TooManyFailures:
		name = "failures"
	case fault.TooManyCheckouts:
		name = "checkouts"
	case fault.TooManyWrongKeys:
		name = "keys"
	}
	header["Retry-After"] = []string{inSeconds(later.After)}
	header.Set("RateLimit-Policy", fmt.Sprintf(`"%s";q=%d;w=%s`, name, later.Quota, inSeconds(later.Window)))
	header.Set("RateLimit", fmt.Sprintf(`"%s";r=0;t=%s`, name, inSeconds(later.After)))
}

// inSeconds returns whole seconds, rounded up.
func inSeconds(pause time.Duration) string {
	return strconv.FormatInt(int64((pause+time.Second-1)/time.Second), 10)
}

// uncached reports whether an error forbids caching by Cache-Control. Only errors that the JavaScript service did not have may
// do so: its answers had no Cache-Control, and that is part of the contract; see securityHeaders.
func uncached(code fault.Code) bool {
	switch code {
	case fault.TooManyFailures, fault.TooManyCheckouts, fault.DailyCeiling, fault.ForeignOrigin, fault.KeyInUse, fault.KeyReused,
		fault.APIKeyInvalid, fault.APIKeyDisabled, fault.APIKeyExpired, fault.APIKeyUsedUp, fault.APIKeyScope,
		fault.APIKeyNotAllowed, fault.APIKeyInURL, fault.TooManyWrongKeys:
		return true
	}
	return false
}

// statusOf is the table from codes to HTTP statuses.
func statusOf(code fault.Code) int {
	switch code {
	case fault.Unauthorized, fault.APIKeyInvalid, fault.APIKeyDisabled, fault.APIKeyExpired:
		return http.StatusUnauthorized
	case fault.InvalidRequest, fault.APIKeyInURL:
		return http.StatusBadRequest
	case fault.NotFound:
		return http.StatusNotFound
	case fault.KeyInUse:
		return http.StatusConflict
	case fault.KeyReused:
		return http.StatusUnprocessableEntity
	case fault.OutOfCredits:
		return http.StatusPaymentRequired
	case fault.ForeignOrigin, fault.APIKeyScope, fault.APIKeyNotAllowed:
		return http.StatusForbidden
	case fault.TooManyFailures, fault.TooManyCheckouts, fault.APIKeyUsedUp, fault.TooManyWrongKeys:
		return http.StatusTooManyRequests
	case fault.DailyCeiling:
		return http.StatusServiceUnavailable
	case fault.TargetTooLong:
		return http.StatusRequestURITooLong
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
		fault.UpstreamRateLimited, fault.UpstreamQuota, fault.UpstreamFailed, fault.UpstreamMalformed:
		return http.StatusBadGateway
	default:
		return http.StatusInternalServerError
	}
}

// logCause logs why package auth refused a request, where the answer does not say it.
func logCause(ctx context.Context, err error) {
	var refused *auth.Error
	if errors.As(err, &refused) && refused.Err != nil {
		infoOf(ctx).log.Warn().Str("request", infoOf(ctx).id).Err(err).Msg("refused")
	}
}
