package api

import (
	"context"
	"errors"
	"time"
)

// Scheduled does what no request waits for: it ends and refunds interrupted generations, retries copies of images, and
// deletes expired rows. It may run twice at the same time, and late.
func (a *App) Scheduled(ctx context.Context, _ time.Time) error {
	return errors.Join(a.studio.Sweep(ctx), a.store.DropExpired(ctx, a.platform.Now()))
}
