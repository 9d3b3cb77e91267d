package store

import (
	"context"
	"fmt"
	"time"

	"github.com/addreams/addreams/app/d1"
)

// countersLive is longer than any window of the rate limits.
const countersLive = time.Hour

// DropExpired removes verifications, rate counters and notes about session caches and id_tokens that nobody will ask for again.
func (s *Store) DropExpired(ctx context.Context, now time.Time) error {
	_, err := s.db.Batch(ctx,
		d1.SQL(dropExpired, seconds(now)),
		d1.SQL(dropStale, now.Add(-countersLive).UnixMilli()),
		d1.SQL(dropCutoffs, now.Add(-cutoffsLive).UnixMilli()),
		d1.SQL(dropUsedTokens, seconds(now)))
	if err != nil {
		return fmt.Errorf("drop expired rows: %w", err)
	}
	return nil
}
