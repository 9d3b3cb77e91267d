package store

import (
	"context"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/d1"
)

// deleteExpiredQuotas removes some counters that have expired. Each guess removes more than it adds; the schedule removes the
// rest.
const deleteExpiredQuotas = `
	DELETE FROM quota
	WHERE key IN (
		SELECT key
		FROM quota
		WHERE expires_at <= ?
		ORDER BY expires_at
		LIMIT ?
	)`

const expiredAtOnce = 10

// withGuess names the arguments of a guess. Times and waits are milliseconds.
const withGuess = `
	WITH guess (
		path_key,
		path_max,
		overall_key,
		overall_max,
		now,
		account_key,
		way_key,
		expires_at,
		free_tries,
		first_wait,
		longest_wait,
		free_by_account,
		longest_by_account
	) AS (
		SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?
	)`

func withGuessArgs(guess auth.Guess) []any {
	return []any{
		guess.OnPath.Key, guess.OnPath.Rule.Max,
		guess.Overall.Key, guess.Overall.Rule.Max,
		guess.At.UnixMilli(),
		guess.Account, guess.Way, guess.At.Add(guess.Life).UnixMilli(),
		guess.FreeTries, guess.FirstWait.Milliseconds(), guess.LongestWait.Milliseconds(),
		guess.FreeByAccount, guess.LongestByAccount.Milliseconds(),
	}
}

// withinLimits is the condition that the address of a guess has not exceeded its limit, on its path or overall.
const withinLimits = `
		NOT EXISTS (SELECT 1 FROM rate_limit WHERE key = guess.path_key AND count > guess.path_max)
		AND NOT EXISTS (SELECT 1 FROM quota WHERE key = guess.overall_key AND count > guess.overall_max)`

// upsertAccountGuess counts a wrong password of an account, unless the way has to wait.
const upsertAccountGuess = withGuess + `
	INSERT INTO quota (
		key,
		count,
		expires_at
	)
	SELECT
		account_key,
		1,
		expires_at
	FROM guess
	WHERE` + withinLimits + `
		AND NOT EXISTS (
			SELECT 1
			FROM quota
			WHERE quota.key = guess.way_key
				AND quota.ready_at > guess.now
				AND quota.expires_at > guess.now
		)
	ON CONFLICT (key) DO UPDATE SET
		count = CASE WHEN expires_at > (SELECT now FROM guess) THEN count + 1 ELSE 1 END,
		expires_at = excluded.expires_at`

// upsertWayGuess counts a wrong password of a way, unless it has to wait, and sets until when the way has to wait next: the
// longer of the waits by its own count, from free_tries on, and by its account's, from free_by_account on. A wait begins with
// first_wait and doubles, up to longest_wait and longest_by_account.
const upsertWayGuess = withGuess + `
	INSERT INTO quota (
		key,
		count,
		ready_at,
		expires_at
	)
	SELECT
		way_key,
		1,
		now + coalesce((
			SELECT CASE
				WHEN quota.count > free_by_account
				THEN MIN(longest_by_account, first_wait << MIN((quota.count - free_by_account) / 10, 20))
				ELSE 0
			END
			FROM quota
			WHERE quota.key = guess.account_key
		), 0),
		expires_at
	FROM guess
	WHERE` + withinLimits + `
	ON CONFLICT (key) DO UPDATE SET
		ready_at = CASE
			WHEN expires_at > (SELECT now FROM guess) AND count >= (SELECT free_tries FROM guess)
			THEN MAX(excluded.ready_at, (
				SELECT now + MIN(longest_wait, first_wait << MIN(quota.count - free_tries, 20))
				FROM guess
			))
			ELSE excluded.ready_at
		END,
		count = CASE WHEN expires_at > (SELECT now FROM guess) THEN count + 1 ELSE 1 END,
		expires_at = excluded.expires_at
	WHERE ready_at <= (SELECT now FROM guess)
		OR quota.expires_at <= (SELECT now FROM guess)
	RETURNING count`

const selectWayReady = `
	SELECT ready_at
	FROM quota
	WHERE key = ?`

// guessStatements count a guess; readTried reads their results.
func guessStatements(guess auth.Guess) []d1.Statement {
	statements := attemptStatements(guess)
	if guess.Account == "" {
		return statements
	}
	return append(statements,
		d1.SQL(deleteExpiredQuotas, guess.At.UnixMilli(), expiredAtOnce),
		d1.SQL(upsertAccountGuess, withGuessArgs(guess)...),
		d1.SQL(upsertWayGuess, withGuessArgs(guess)...),
		d1.SQL(selectWayReady, guess.Way),
	)
}

// readTried reads the results of guessStatements, which begin an answer, and returns those that follow.
func readTried(guess auth.Guess, answer answer) (auth.Tried, answer, error) {
	tried, answer, err := readAttempts(guess, answer)
	if err != nil || guess.Account == "" {
		return tried, answer, err
	}
	counted, err := answer.first(2, &tried.Failures)
	if err == nil && !counted {
		tried.Refused, err = answer.first(3, d1.Milliseconds(&tried.Ready))
	}
	return tried, answer.from(4), err
}

// updateUncounted takes a guess back from its account and from its way. Until that guess the way did not have to wait. It
// still has to wait if another guess has been counted since.
const updateUncounted = `
	WITH guess (
		account_key,
		way_key,
		number,
		made_at
	) AS (
		SELECT ?, ?, ?, ?
	)
	UPDATE quota
	SET
		count = count - 1,
		ready_at = CASE
			WHEN key = (SELECT way_key FROM guess) AND count = (SELECT number FROM guess)
			THEN MIN(ready_at, (SELECT made_at FROM guess))
			ELSE ready_at
		END
	WHERE key IN (SELECT account_key FROM guess UNION ALL SELECT way_key FROM guess)
		AND count > 0`

// Uncount takes back a counted guess whose password could not be checked. The wrong ones before it stay counted.
func (s *Store) Uncount(ctx context.Context, guess auth.Guess, tried auth.Tried) error {
	if guess.Account == "" {
		return nil
	}
	return s.run(ctx, "uncount a guess",
		d1.SQL(updateUncounted, guess.Account, guess.Way, tried.Failures, guess.At.UnixMilli()))
}

// The two statements that forgive a way: only the wrong passwords of other ways stay counted for the account.
const (
	updateForgivenAccount = `
	UPDATE quota
	SET count = count - (SELECT way.count FROM quota way WHERE way.key = ?)
	WHERE key = ?
		AND EXISTS (SELECT 1 FROM quota way WHERE way.key = ?)`

	deleteForgivenWay = `
	DELETE FROM quota
	WHERE key = ?
		OR key = ? AND count <= 0`
)

// forgiveStatements returns none for the zero Guess.
func forgiveStatements(right auth.Guess) []d1.Statement {
	if right.Account == "" {
		return nil
	}
	return []d1.Statement{
		d1.SQL(updateForgivenAccount, right.Way, right.Account, right.Way),
		d1.SQL(deleteForgivenWay, right.Way, right.Account),
	}
}

// Forgive takes back that a guess was counted as wrong, and with it the wrong guesses of its way before.
func (s *Store) Forgive(ctx context.Context, right auth.Guess) error {
	return s.run(ctx, "forgive a guess", forgiveStatements(right)...)
}
