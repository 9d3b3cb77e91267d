package store

import (
	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/d1"
)

// deleteStaleCounters removes some counters whose window is over, of any address. Each attempt removes more than it adds; the
// schedule removes the rest. A counter whose window is running is never removed, however many there are.
const deleteStaleCounters = `
	DELETE FROM rate_limit
	WHERE key IN (
		SELECT key
		FROM rate_limit
		WHERE last_request <= ?
		ORDER BY last_request
		LIMIT ?
	)`

const staleAtOnce = 20

// upsertAttempt counts up to one more than the rule allows. An attempt beyond that does not move the window.
const upsertAttempt = `
	WITH attempt (
		key,
		now,
		window_start,
		max
	) AS (
		SELECT ?, ?, ?, ?
	)
	INSERT INTO rate_limit (
		key,
		count,
		last_request
	)
	SELECT
		key,
		1,
		now
	FROM attempt
	WHERE 1
	ON CONFLICT (key) DO UPDATE SET
		last_request = CASE
			WHEN count < (SELECT max FROM attempt) OR last_request <= (SELECT window_start FROM attempt)
			THEN excluded.last_request
			ELSE last_request
		END,
		count = CASE
			WHEN last_request <= (SELECT window_start FROM attempt)
			THEN 1
			ELSE MIN(count, (SELECT max FROM attempt)) + 1
		END
	RETURNING
		count,
		last_request`

// upsertOverallAttempt does the same in the table of quotas, which holds a window's end instead of its beginning.
const upsertOverallAttempt = `
	WITH attempt (
		key,
		now,
		window_end,
		max
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
		window_end
	FROM attempt
	WHERE 1
	ON CONFLICT (key) DO UPDATE SET
		expires_at = CASE
			WHEN count < (SELECT max FROM attempt) OR expires_at <= (SELECT now FROM attempt)
			THEN excluded.expires_at
			ELSE expires_at
		END,
		count = CASE
			WHEN expires_at <= (SELECT now FROM attempt)
			THEN 1
			ELSE MIN(count, (SELECT max FROM attempt)) + 1
		END
	RETURNING
		count,
		expires_at`

// attemptStatements count an attempt per address, on its path and overall. The zero Attempt is not counted.
func attemptStatements(guess auth.Guess) []d1.Statement {
	if guess.OnPath.Key == "" {
		return nil
	}
	path, overall, now := guess.OnPath, guess.Overall, guess.At.UnixMilli()
	start, end := now-path.Rule.Window.Milliseconds(), now+overall.Rule.Window.Milliseconds()
	return []d1.Statement{
		d1.SQL(deleteStaleCounters, start, staleAtOnce),
		d1.SQL(upsertAttempt, path.Key, now, start, path.Rule.Max),
		d1.SQL(upsertOverallAttempt, overall.Key, now, end, overall.Rule.Max),
	}
}

// readAttempts reads the results of attemptStatements, which begin an answer, and returns those that follow.
func readAttempts(guess auth.Guess, answer answer) (tried auth.Tried, rest answer, err error) {
	if guess.OnPath.Key == "" {
		return tried, answer, nil
	}
	path, overall := &tried.OnPath, &tried.Overall
	if err := answer.only(1, &path.Count, d1.Milliseconds(&path.Last)); err != nil {
		return tried, rest, err
	}
	if err := answer.only(2, &overall.Count, d1.Milliseconds(&overall.Last)); err != nil {
		return tried, rest, err
	}
	overall.Last = overall.Last.Add(-guess.Overall.Rule.Window)
	return tried, answer.from(3), nil
}
