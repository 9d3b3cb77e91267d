package studio

import (
	"fmt"
	"time"

	"github.com/addreams/addreams/app/fault"
)

// A failure gives the credit back, but the provider was asked: so many, and a user waits until the first of them is
// FailuresLive ago. What failed on our side does not count.
const (
	MaxFailures  = 60
	FailuresLive = time.Hour
)

// Later is the refusal of an order that may come again after a time.
type Later struct {
	Fault *fault.Error
	After time.Duration
}

func (e *Later) Error() string { return e.Fault.Error() }

func (e *Later) Unwrap() error { return e.Fault }

// TooManyFailures refuses a user whose orders have failed too often. Its fault code is fault.TooManyFailures.
func TooManyFailures(after time.Duration) *Later {
	minutes := int((after + time.Minute - 1) / time.Minute)
	return &Later{fault.New(fault.TooManyFailures, fmt.Sprintf("Too many of your generations failed. Try again in %d minutes.", minutes)), after}
}

// DailyCeiling refuses whoever comes after the day's last generation. Its fault code is fault.DailyCeiling.
func DailyCeiling(at time.Time) *Later {
	return &Later{
		fault.New(fault.DailyCeiling, "All of today's generations are taken. Try again after midnight, UTC. No credit was used."),
		NextDay(at).Sub(at),
	}
}

// NextDay is the next midnight of UTC.
func NextDay(at time.Time) time.Time { return at.UTC().Truncate(24 * time.Hour).Add(24 * time.Hour) }
