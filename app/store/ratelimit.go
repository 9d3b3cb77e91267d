package store

import (
	"time"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/d1"
)

// dropStale forgets counters whose window is over, of all addresses. Each attempt drops more than it adds; what is left is
// the schedule's. A counter whose window runs is never dropped, however many there are.
const dropStale = `
	DELETE FROM rate_limit
	WHERE key IN (
		SELECT key
		FROM rate_limit
		WHERE last_request <= ?
		ORDER BY last_request
		LIMIT ?
	)`

const staleAtOnce = 20

// countAttempt counts one more than the rule allows at most. One too many does not move the window; ?3 is where the
// window of this moment begins.
const countAttempt = `
	INSERT INTO rate_limit (
		key,
		count,
		last_request
	) VALUES (?1, 1, ?2)
	ON CONFLICT (key) DO UPDATE SET
		last_request = CASE WHEN count < ?4 OR last_request <= ?3 THEN excluded.last_request ELSE last_request END,
		count = CASE WHEN last_request <= ?3 THEN 1 ELSE MIN(count + 1, ?4 + 1) END
	RETURNING
		count,
		last_request`

// countOverall does the same in the table of quotas, where a window's end is kept instead of its beginning: ?3.
const countOverall = `
	INSERT INTO quota (
		key,
		count,
		expires_at
	) VALUES (?1, 1, ?3)
	ON CONFLICT (key) DO UPDATE SET
		expires_at = CASE WHEN count < ?4 OR expires_at <= ?2 THEN excluded.expires_at ELSE expires_at END,
		count = CASE WHEN expires_at <= ?2 THEN 1 ELSE MIN(count + 1, ?4 + 1) END
	RETURNING
		count,
		expires_at`

// attemptStatements counts by address; readAttempts reads their answers. The zero Attempt is not counted.
func attemptStatements(guess auth.Guess) []d1.Statement {
	if guess.OnPath.Key == "" {
		return nil
	}
	path, overall, now := guess.OnPath, guess.Overall, guess.At.UnixMilli()
	begun, ends := now-path.Rule.Window.Milliseconds(), now+overall.Rule.Window.Milliseconds()
	return []d1.Statement{
		d1.SQL(dropStale, begun, staleAtOnce),
		d1.SQL(countAttempt, path.Key, now, begun, path.Rule.Max),
		d1.SQL(countOverall, overall.Key, now, ends, overall.Rule.Max),
	}
}

// readAttempts reads what attemptStatements, at the head of a batch, answered, and returns what follows.
func readAttempts(guess auth.Guess, results []d1.Result) (auth.Tried, []d1.Result) {
	if guess.OnPath.Key == "" {
		return auth.Tried{}, results
	}
	path, overall := results[1].Rows[0], results[2].Rows[0]
	return auth.Tried{
		OnPath:  auth.Tally{Count: int(path.Int(0)), Last: time.UnixMilli(path.Int(1))},
		Overall: auth.Tally{Count: int(overall.Int(0)), Last: time.UnixMilli(overall.Int(1)).Add(-guess.Overall.Rule.Window)},
	}, results[3:]
}
