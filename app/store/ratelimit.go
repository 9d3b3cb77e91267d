package store

import (
	"time"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/d1"
)

// dropStale forgets counters whose window is over, of all addresses: the table holds no more than one window's.
const dropStale = `DELETE FROM rate_limit WHERE last_request <= ?`

// countAttempt counts one more than the rule allows at most. One too many does not move the window.
const countAttempt = `
	INSERT INTO rate_limit (
		key,
		count,
		last_request
	) VALUES (?, 1, ?)
	ON CONFLICT (key) DO UPDATE SET
		last_request = CASE WHEN count < ? THEN excluded.last_request ELSE last_request END,
		count = MIN(count + 1, ?)
	RETURNING
		count,
		last_request`

// countStatements counts an attempt; none for the zero Attempt.
func countStatements(attempt auth.Attempt) []d1.Statement {
	if attempt == (auth.Attempt{}) {
		return nil
	}
	now := attempt.At.UnixMilli()
	return []d1.Statement{
		d1.SQL(dropStale, now-attempt.Rule.Window.Milliseconds()),
		d1.SQL(countAttempt, attempt.Key, now, attempt.Rule.Max, attempt.Rule.Max+1),
	}
}

// readTally reads what countStatements, at the head of a batch, answered.
func readTally(attempt auth.Attempt, results []d1.Result) auth.Tally {
	if attempt == (auth.Attempt{}) {
		return auth.Tally{}
	}
	row := results[1].Rows[0]
	return auth.Tally{Count: int(row.Int(0)), Last: time.UnixMilli(row.Int(1))}
}
