package store

import (
	"context"
	"fmt"
	"time"

	"github.com/addreams/addreams/app/d1"
)

// countersLive is longer than any window of the rate limits.
const countersLive = time.Hour

// DropExpired removes verifications and rate counters that nobody will ask for again.
func (s *Store) DropExpired(ctx context.Context, now time.Time) error {
	if _, err := s.db.Batch(ctx, d1.SQL(dropExpired, seconds(now)), d1.SQL(dropStale, now.Add(-countersLive).UnixMilli())); err != nil {
		return fmt.Errorf("drop expired rows: %w", err)
	}
	return nil
}
