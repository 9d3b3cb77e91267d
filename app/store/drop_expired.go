package store

import (
	"context"
	"time"

	"github.com/addreams/addreams/app/d1"
)

// countersLive is longer than any window of the rate limits.
const countersLive = time.Hour

// sweptAtOnce is the number of rows of a table that one run of the schedule removes at most.
const sweptAtOnce = 5000

// deleteExpiredSessions removes sessions that have expired. Their cookies are as invalid without the rows as with them.
const deleteExpiredSessions = `
	DELETE FROM session
	WHERE rowid IN (
		SELECT rowid
		FROM session
		WHERE expires_at < ?
		ORDER BY expires_at
		LIMIT ?
	)`

// expiredKeysShown is how long a user can still see that an API key has expired.
const expiredKeysShown = 30 * 24 * time.Hour

// DropExpired removes what has expired: sessions, verifications, counters, cutoffs, uses of id_tokens, Idempotency-Keys
// and, after a while, API keys, unpaid checkouts and Stripe's events.
func (s *Store) DropExpired(ctx context.Context, now time.Time) error {
	return s.run(ctx, "drop expired rows",
		d1.SQL(deleteExpiredVerifications, seconds(now)),
		d1.SQL(deleteExpiredSessions, seconds(now), sweptAtOnce),
		d1.SQL(deleteStaleCounters, now.Add(-countersLive).UnixMilli(), sweptAtOnce),
		d1.SQL(deleteExpiredQuotas, now.UnixMilli(), sweptAtOnce),
		d1.SQL(deleteOldCutoffs, now.Add(-cutoffsLive).UnixMilli()),
		d1.SQL(deleteExpiredTokenUses, seconds(now)),
		d1.SQL(deleteExpiredKeys, now.UnixMilli(), sweptAtOnce),
		d1.SQL(deleteExpiredAPIKeys, seconds(now.Add(-expiredKeysShown)), sweptAtOnce),
		d1.SQL(deleteUnpaidCheckouts, seconds(now.Add(-checkoutsLive)), sweptAtOnce),
		d1.SQL(deleteOldEvents, seconds(now.Add(-eventsLive)), sweptAtOnce))
}
