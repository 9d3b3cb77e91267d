package store

import "time"

// The counters of generations in the table of quotas. Those of passwords are in guess.go and ratelimit.go.

// failuresKey is the key under which a user's failed generations are counted, from the first one on, until they expire.
func failuresKey(userID string) string { return "failures:" + userID }

// upsertFailure counts a failure whose refund is in the ledger.
const upsertFailure = `
	WITH failure (
		key,
		refund,
		now,
		expires_at
	) AS (
		SELECT ?, ?, ?, ?
	)
	INSERT INTO quota (
		key,
		count,
		expires_at
	)
	SELECT
		key,
		1,
		expires_at
	FROM failure
	WHERE EXISTS (SELECT 1 FROM credit_ledger WHERE id = failure.refund)
	ON CONFLICT (key) DO UPDATE SET
		count = CASE WHEN expires_at > (SELECT now FROM failure) THEN count + 1 ELSE 1 END,
		expires_at = CASE WHEN expires_at > (SELECT now FROM failure) THEN expires_at ELSE excluded.expires_at END`

// dayKey is the key under which the calls to the provider are counted on a day of UTC.
func dayKey(at time.Time) string { return "day:" + at.UTC().Format(time.DateOnly) }

// upsertDayCall counts the call for a generation that has been written.
const upsertDayCall = `
	INSERT INTO quota (
		key,
		count,
		expires_at
	)
	SELECT ?, 1, ?
	WHERE EXISTS (SELECT 1 FROM generation WHERE id = ?)
	ON CONFLICT (key) DO UPDATE SET count = count + 1`
