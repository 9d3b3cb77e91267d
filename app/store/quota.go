package store

import "time"

// The counters of generations in the table of quotas. Those of passwords are in guess.go and ratelimit.go.

// failuresKey counts a user's failed generations, from the first of them on for as long as they live.
func failuresKey(userID string) string { return "failures:" + userID }

// countFailure counts a failure whose refund is in the ledger, as the entry ?2.
const countFailure = `
	INSERT INTO quota (
		key,
		count,
		expires_at
	)
	SELECT ?1, 1, ?4
	WHERE EXISTS (SELECT 1 FROM credit_ledger WHERE id = ?2)
	ON CONFLICT (key) DO UPDATE SET
		count = CASE WHEN expires_at > ?3 THEN count + 1 ELSE 1 END,
		expires_at = CASE WHEN expires_at > ?3 THEN expires_at ELSE excluded.expires_at END`

// dayKey counts the calls of the provider in a day of UTC.
func dayKey(at time.Time) string { return "day:" + at.UTC().Format(time.DateOnly) }

// countDay counts the call of a generation that has been written.
const countDay = `
	INSERT INTO quota (
		key,
		count,
		expires_at
	)
	SELECT ?1, 1, ?3
	WHERE EXISTS (SELECT 1 FROM generation WHERE id = ?2)
	ON CONFLICT (key) DO UPDATE SET count = count + 1`
