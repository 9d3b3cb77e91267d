package store

import (
	"context"
	"fmt"
	"time"

	"github.com/addreams/addreams/app/d1"
)

// countersLive is longer than any window of the rate limits.
const countersLive = time.Hour

// sweptAtOnce is how many rows of a table one run of the schedule removes at most.
const sweptAtOnce = 5000

// dropEnded removes sessions that have ended. Whoever still has a cookie of one is signed out, as with the row.
const dropEnded = `
	DELETE FROM session
	WHERE rowid IN (
		SELECT rowid
		FROM session
		WHERE expires_at < ?
		ORDER BY expires_at
		LIMIT ?
	)`

// DropExpired removes sessions, verifications, counters and notes about session caches and id_tokens that nobody will ask
// for again.
func (s *Store) DropExpired(ctx context.Context, now time.Time) error {
	_, err := s.db.Batch(ctx,
		d1.SQL(dropExpired, seconds(now)),
		d1.SQL(dropEnded, seconds(now), sweptAtOnce),
		d1.SQL(dropStale, now.Add(-countersLive).UnixMilli(), sweptAtOnce),
		d1.SQL(dropVoid, now.UnixMilli(), sweptAtOnce),
		d1.SQL(dropCutoffs, now.Add(-cutoffsLive).UnixMilli()),
		d1.SQL(dropUsedTokens, seconds(now)))
	if err != nil {
		return fmt.Errorf("drop expired rows: %w", err)
	}
	return nil
}
