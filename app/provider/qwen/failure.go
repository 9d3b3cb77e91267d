package qwen

import (
	"fmt"
	"net/http"

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

// failed reports whether the answer is a failure: DashScope sends some with status 200.
func (r reply) failed() bool { return r.status/100 != 2 || r.code != "" }

// failure is the table of failures. The first row that matches counts.
// The provider's codes: https://www.alibabacloud.com/help/en/model-studio/error-code.
func (r reply) failure() error {
	switch {
	case r.code == "DataInspectionFailed":
		return r.fault(fault.UpstreamPolicy, "Request was rejected by provider safety checks.")
	case r.status >= http.StatusInternalServerError:
		return r.fault(fault.UpstreamUnavailable, "Image provider is currently unavailable.")
	case r.code == "InvalidParameter":
		return r.fault(fault.UpstreamParameter, r.messageOr("Image provider rejected request parameters."))
	case r.code == "InvalidApiKey":
		return r.fault(fault.UpstreamAuth, "Image provider authentication failed.")
	case r.status == http.StatusTooManyRequests:
		return r.fault(fault.UpstreamRateLimited, "Image provider rate limit exceeded.")
	}
	return r.fault(fault.UpstreamFailed, r.messageOr("Image provider request failed."))
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

func (r reply) fault(code fault.Code, message string) *studio.ProviderError {
	cause := fmt.Errorf("DashScope answered %d, code %q, request %q", r.status, r.code, r.requestID)
	return &studio.ProviderError{Fault: fault.Wrap(code, message, cause), ProviderCode: r.code, RequestID: r.requestID}
}
