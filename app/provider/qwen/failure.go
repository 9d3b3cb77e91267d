package qwen

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/addreams/addreams/app/fault"
	"github.com/addreams/addreams/app/studio"
)

// reply is the status, the error and the request ID of an answer; "" for what is missing.
type reply struct {
	status    int
	code      string
	message   string
	requestID string
}

func replyOf(response *http.Response, body answer) reply {
	return reply{status: response.StatusCode, code: body.code, message: body.message, requestID: requestIDOf(body, response.Header)}
}

// failed reports whether the answer is a failure: DashScope sends some with status 200.
func (r reply) failed() bool { return r.status/100 != 2 || r.code != "" }

// The messages of failures that only the operator can end. They do not mention the account.
const (
	unavailable = "Image generation is not available at the moment. The credit was returned."
	usedUp      = "Image generation has used up its quota for now. The credit was returned."
)

// quotaPause is how long a limit of the rate lasts: the provider counts per minute.
const quotaPause = time.Minute

// failure is the table of failures. The first row that matches counts. Rows with a status alone, and the codes
// DataInspectionFailed, InvalidParameter and InvalidApiKey, are as the contract recorded them.
// The provider's codes: https://www.alibabacloud.com/help/en/model-studio/error-code.
func (r reply) failure() error {
	switch {
	case r.code == "DataInspectionFailed", r.code == "IPInfringementSuspect":
		return r.fault(fault.UpstreamPolicy, "Request was rejected by provider safety checks.")
	case r.status >= http.StatusInternalServerError:
		return r.retryable(fault.UpstreamUnavailable, "Image provider is currently unavailable.", 0)
	case r.code == "InvalidParameter.DataInspection", strings.HasPrefix(r.code, "InvalidImage"), strings.HasPrefix(r.code, "InvalidURL"):
		return r.fault(fault.UpstreamParameter, "The reference image could not be read by the image provider. Send another one.")
	case r.code == "InvalidParameter", strings.HasPrefix(r.code, "InvalidParameter."):
		return r.fault(fault.UpstreamParameter, r.messageOr("Image provider rejected request parameters."))
	case r.code == "InvalidApiKey":
		return r.operator(fault.UpstreamAuth, "Image provider authentication failed.")
	case strings.HasPrefix(r.code, "InternalError"):
		return r.retryable(fault.UpstreamUnavailable, "Image provider is currently unavailable.", 0)
	case r.refusesAccount():
		return r.operator(fault.UpstreamAuth, unavailable)
	case r.code == "Throttling.AllocationQuota", r.code == "AllocationQuota.FreeTierOnly":
		return r.operator(fault.UpstreamQuota, usedUp)
	case r.code == "Throttling.RateQuota", r.code == "Throttling.BurstRate":
		return r.retryable(fault.UpstreamRateLimited, "Image provider rate limit exceeded.", quotaPause)
	case r.status == http.StatusTooManyRequests:
		return r.retryable(fault.UpstreamRateLimited, "Image provider rate limit exceeded.", 0)
	}
	return r.fault(fault.UpstreamFailed, r.messageOr("Image provider request failed."))
}

// refusesAccount reports whether the provider refuses the account, the workspace or the model, whatever is asked for.
func (r reply) refusesAccount() bool {
	switch r.code {
	case "Arrearage", "ModelNotFound", "ModelNotExist", "Model.AccessDenied", "Workspace.AccessDenied", "App.AccessDenied":
		return true
	}
	return r.code == "AccessDenied" || strings.HasPrefix(r.code, "AccessDenied.")
}

// malformed returns the failure of an answer that claims success but contains no image.
func (r reply) malformed(cause error) error {
	err := r.fault(fault.UpstreamMalformed, "Image provider returned an invalid response body.")
	if cause != nil {
		err.Fault.Err = cause
	}
	return err
}

func (r reply) messageOr(fallback string) string {
	if r.message == "" {
		return fallback
	}
	return r.message
}

// retryable returns a failure that may not happen again, after a time if one is known.
func (r reply) retryable(code fault.Code, message string, after time.Duration) *studio.ProviderError {
	err := r.fault(code, message)
	err.Retryable, err.After = true, after
	return err
}

// operator returns a failure that happens to every order until the operator acts. The provider's own words are for the log.
func (r reply) operator(code fault.Code, message string) *studio.ProviderError {
	err := r.fault(code, message)
	err.Operator = true
	err.Fault.Err = fmt.Errorf("%w: %s", err.Fault.Err, r.messageOr("no reason given"))
	return err
}

func (r reply) fault(code fault.Code, message string) *studio.ProviderError {
	cause := fmt.Errorf("DashScope answered %d, code %q, request %q", r.status, r.code, r.requestID)
	return &studio.ProviderError{Fault: fault.Wrap(code, message, cause), ProviderCode: r.code, RequestID: r.requestID}
}
