// Package sleep pauses between attempts. It knows no policy of retries.
package sleep

import (
	"context"
	"time"
)

// For sleeps for a while. If ctx ends first, it returns its cause at once.
func For(ctx context.Context, pause time.Duration) error {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
