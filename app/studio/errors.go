package studio

import (
	"fmt"
	"time"

	"github.com/addreams/addreams/app/fault"
)

// OutOfCredits refuses an order that the buyer cannot pay. Its fault code is fault.OutOfCredits.
type OutOfCredits struct{ Balance, Cost Balance }

func (e *OutOfCredits) Error() string { return "out of credits" }

func (e *OutOfCredits) Unwrap() error {
	if wanted := e.Cost.Credits(); wanted != 1 {
		return fault.New(fault.OutOfCredits, fmt.Sprintf("This order costs %d credits, and you do not have as many.", wanted))
	}
	return fault.New(fault.OutOfCredits, "You do not have credits remaining for this workflow.")
}

// Later refuses an order that may be repeated after a time.
type Later struct {
	Fault *fault.Error
	After time.Duration

	Quota  int64 // that is used up
	Window time.Duration
}

func (e *Later) Error() string { return e.Fault.Error() }

func (e *Later) Unwrap() error { return e.Fault }

// StillRunning is the error of an order whose sender waits no longer, and whose task goes on: its images will be in the history.
// Its fault code is fault.UpstreamTimeout.
type StillRunning struct{ GenerationID string }

func (e *StillRunning) Error() string { return "the generation is still running" }

func (e *StillRunning) Unwrap() error {
	return fault.New(fault.UpstreamTimeout, "Image provider request timed out.")
}

// ProviderError is a failure of the provider, in our words and with what the provider said. Its fault code is one of
// fault.Upstream….
type ProviderError struct {
	Fault        *fault.Error
	ProviderCode string // "" if not known
	RequestID    string // "" if not known

	Retryable bool          // the same order may succeed later
	After     time.Duration // how much later; 0 if not known
	Operator  bool          // every order fails so until the operator acts
	Recorded  bool          // of a model whose answers the contract recorded: the body has no more than it had
}

func (e *ProviderError) Error() string { return e.Fault.Error() }

func (e *ProviderError) Unwrap() error { return e.Fault }

func invalid(message string) error { return fault.New(fault.InvalidRequest, message) }

func tooLong(name string, limit int) error {
	return fault.New(fault.PayloadTooLarge, fmt.Sprintf("%s is longer than %d bytes. Use fewer words.", name, limit))
}

var errTooManyValues = fault.New(fault.PayloadTooLarge, "A number in the request is too long, or there are too many values.")
