package api

import (
	"context"
	"errors"
	"time"

	"github.com/addreams/addreams/app/provider/qwen"
)

// Scheduled does what no request waits for: it ends and refunds generations that were interrupted, copies images that
// could not be copied, and drops rows that have expired. It may run twice at once, and late.
func (a *App) Scheduled(ctx context.Context, _ time.Time) error {
	timeout, err := qwen.Timeout(a.platform.Env)
	if err != nil { // the workflows answer so; what they left before still has to be finished
		timeout = qwen.DefaultTimeout
	}
	return errors.Join(a.studio.Sweep(ctx, timeout), a.store.DropExpired(ctx, a.platform.Now()))
}
