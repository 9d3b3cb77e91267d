package studio

import (
	"fmt"
	"time"

	"github.com/addreams/addreams/app/fault"
)

// A failure refunds the credit, but the provider was asked all the same. A user with MaxFailures failures waits until the
// first of them is FailuresLive old. Failures on our side do not count.
const (
	MaxFailures  = 60
	FailuresLive = time.Hour
)

// CountsAsFailure reports whether a failure counts against the user: it is neither ours nor one that only the operator can end.
func CountsAsFailure(code fault.Code) bool {
	return code != fault.Internal && code != fault.UpstreamAuth && code != fault.UpstreamQuota
}

// TooManyFailures refuses a user whose orders have failed too often. Its fault code is fault.TooManyFailures.
func TooManyFailures(after time.Duration) *Later {
	minutes := int((after + time.Minute - 1) / time.Minute)
	message := fmt.Sprintf("Too many of your generations failed. Try again in %d minutes.", minutes)
	return &Later{Fault: fault.New(fault.TooManyFailures, message), After: after, Quota: MaxFailures, Window: FailuresLive}
}

// DailyCeiling refuses an order that comes after the last of the day's generations. Its fault code is fault.DailyCeiling.
func DailyCeiling(at time.Time, generations int64) *Later {
	const message = "All of today's generations are taken. Try again after midnight, UTC. No credit was used."
	return &Later{Fault: fault.New(fault.DailyCeiling, message), After: NextDay(at).Sub(at), Quota: generations, Window: day}
}

// NextDay is the next midnight of UTC.
func NextDay(at time.Time) time.Time { return at.UTC().Truncate(day).Add(day) }

const day = 24 * time.Hour
