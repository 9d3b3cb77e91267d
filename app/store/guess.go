package store

import (
	"context"
	"time"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/d1"
)

// dropVoid forgets some of the counters that are void. Each guess drops more than it adds; what is left is the schedule's.
const dropVoid = `
	DELETE FROM quota
	WHERE key IN (
		SELECT key
		FROM quota
		WHERE expires_at <= ?
		ORDER BY expires_at
		LIMIT ?
	)`

const voidAtOnce = 10

// unlimited holds for a try that was not one too many for its address: on its path, ?1 of ?2, and overall, ?3 of ?4.
const unlimited = `NOT EXISTS (SELECT 1 FROM rate_limit WHERE key = ?1 AND count > ?2)
		AND NOT EXISTS (SELECT 1 FROM quota WHERE key = ?3 AND count > ?4)`

// countAccount counts a wrong password of the account ?6, unless its way ?7 has to wait. ?5 is now, ?8 when the count is void.
const countAccount = `
	INSERT INTO quota (
		key,
		count,
		expires_at
	)
	SELECT ?6, 1, ?8
	WHERE ` + unlimited + `
		AND NOT EXISTS (SELECT 1 FROM quota WHERE key = ?7 AND ready_at > ?5 AND expires_at > ?5)
	ON CONFLICT (key) DO UPDATE SET
		count = CASE WHEN expires_at > ?5 THEN count + 1 ELSE 1 END,
		expires_at = excluded.expires_at`

// countWay counts a wrong password of the way ?7, unless it has to wait, and sets until when it has to wait next: by its
// own count, from ?9 on, and by its account's, from ?12 on, the longer of the two. A wait begins with ?10 and doubles, up
// to ?11 and ?13.
const countWay = `
	INSERT INTO quota (
		key,
		count,
		ready_at,
		expires_at
	)
	SELECT
		?7,
		1,
		?5 + coalesce((
			SELECT CASE WHEN count > ?12 THEN MIN(?13, ?10 << MIN((count - ?12) / 10, 20)) ELSE 0 END
			FROM quota
			WHERE key = ?6
		), 0),
		?8
	WHERE ` + unlimited + `
	ON CONFLICT (key) DO UPDATE SET
		ready_at = CASE WHEN expires_at > ?5 AND count >= ?9
			THEN MAX(excluded.ready_at, ?5 + MIN(?11, ?10 << MIN(count - ?9, 20)))
			ELSE excluded.ready_at END,
		count = CASE WHEN expires_at > ?5 THEN count + 1 ELSE 1 END,
		expires_at = excluded.expires_at
	WHERE ready_at <= ?5
		OR expires_at <= ?5
	RETURNING count`

const readWay = `SELECT ready_at FROM quota WHERE key = ?`

// guessStatements counts a guess; readTried reads their answers.
func guessStatements(guess auth.Guess) []d1.Statement {
	statements := attemptStatements(guess)
	if guess.Account == "" {
		return statements
	}
	now := guess.At.UnixMilli()
	args := []any{
		guess.OnPath.Key, guess.OnPath.Rule.Max, guess.Overall.Key, guess.Overall.Rule.Max,
		now, guess.Account, guess.Way, now + guess.Life.Milliseconds(),
		guess.FreeTries, guess.FirstWait.Milliseconds(), guess.LongestWait.Milliseconds(),
		guess.FreeByAccount, guess.LongestByAccount.Milliseconds(),
	}
	return append(statements,
		d1.SQL(dropVoid, now, voidAtOnce),
		d1.SQL(countAccount, args[:8]...),
		d1.SQL(countWay, args...),
		d1.SQL(readWay, guess.Way),
	)
}

// readTried reads what guessStatements, at the head of a batch, answered, and returns what follows.
func readTried(guess auth.Guess, results []d1.Result) (auth.Tried, []d1.Result) {
	tried, results := readAttempts(guess, results)
	if guess.Account == "" {
		return tried, results
	}
	if counted := results[2].Rows; len(counted) > 0 {
		tried.Failures = int(counted[0].Int(0))
	} else if way := results[3].Rows; len(way) > 0 {
		tried.Refused, tried.Ready = true, time.UnixMilli(way[0].Int(0))
	}
	return tried, results[4:]
}

// uncount takes a guess back from the account ?1 and its way ?2, where it was the ?3rd, at ?4. Until then the way did not
// have to wait; it waits on if another guess was counted since.
const uncount = `
	UPDATE quota
	SET count = count - 1,
		ready_at = CASE WHEN key = ?2 AND count = ?3 THEN MIN(ready_at, ?4) ELSE ready_at END
	WHERE key IN (?1, ?2)
		AND count > 0`

// Uncount takes back that a guess was counted, which nobody could look at. The wrong ones before it stay.
func (s *Store) Uncount(ctx context.Context, guess auth.Guess, tried auth.Tried) error {
	if guess.Account == "" {
		return nil
	}
	return s.run(ctx, d1.SQL(uncount, guess.Account, guess.Way, tried.Failures, guess.At.UnixMilli()))
}

// The two statements that forgive a way: the account has only other ways' wrong passwords left.
const (
	forgiveAccount = `
	UPDATE quota
	SET count = count - (SELECT count FROM quota WHERE key = ?2)
	WHERE key = ?1
		AND EXISTS (SELECT 1 FROM quota WHERE key = ?2)`

	forgiveWay = `
	DELETE FROM quota
	WHERE key = ?2
		OR key = ?1 AND count <= 0`
)

// forgiveStatements are none for the zero Guess.
func forgiveStatements(right auth.Guess) []d1.Statement {
	if right.Account == "" {
		return nil
	}
	return []d1.Statement{
		d1.SQL(forgiveAccount, right.Account, right.Way),
		d1.SQL(forgiveWay, right.Account, right.Way),
	}
}

// Forgive takes back that a guess was counted as wrong, and those that its way had wrong before.
func (s *Store) Forgive(ctx context.Context, right auth.Guess) error {
	return s.run(ctx, forgiveStatements(right)...)
}
