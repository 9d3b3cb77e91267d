package store

import (
	"context"
	"time"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/studio"
)

// insertGeneration writes a pending generation if its session exists, the user can pay for it, neither the user's failures
// nor the day's calls have reached their limit, and the order's key is new. CROSS JOIN keeps the order: first the one row of arguments.
const insertGeneration = `
	WITH draft (
		id,
		user_id,
		session_id,
		workflow,
		input_json,
		created_at,
		now,
		product_shoots,
		ad_graphics,
		failures_key,
		max_failures,
		day_key,
		max_per_day,
		idempotency_key
	) AS (
		SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?
	)
	INSERT INTO generation (
		id,
		user_id,
		workflow,
		status,
		input_json,
		created_at,
		updated_at
	)
	SELECT
		draft.id,
		profile.user_id,
		draft.workflow,
		'pending',
		draft.input_json,
		draft.created_at,
		draft.created_at
	FROM draft
	CROSS JOIN user_profile profile ON profile.user_id = draft.user_id
	WHERE profile.credits_product_shoots >= draft.product_shoots
		AND profile.credits_ad_graphics >= draft.ad_graphics
		AND (
			EXISTS (SELECT 1 FROM session WHERE id = draft.session_id AND user_id = draft.user_id)
			OR EXISTS (SELECT 1 FROM apikey WHERE id = draft.session_id AND user_id = draft.user_id AND enabled AND ` + keyAllows + `)
		)
		AND NOT EXISTS (
			SELECT 1
			FROM quota
			WHERE key = draft.failures_key
				AND count >= draft.max_failures
				AND expires_at > draft.now
		)
		AND (
			draft.max_per_day IS NULL
			OR draft.max_per_day > 0
				AND NOT EXISTS (SELECT 1 FROM quota WHERE key = draft.day_key AND count >= draft.max_per_day)
		)
		AND NOT EXISTS (
			SELECT 1
			FROM idempotency_key
			WHERE user_id = draft.user_id
				AND key = draft.idempotency_key
				AND expires_at > draft.now
		)`

const selectBegun = `
	SELECT
		credits_product_shoots,
		credits_ad_graphics,
		EXISTS (SELECT 1 FROM generation WHERE id = ?) AS begun,
		EXISTS (SELECT 1 FROM session WHERE id = ? AND user_id = user_profile.user_id)
			OR EXISTS (SELECT 1 FROM apikey WHERE id = ? AND user_id = user_profile.user_id AND enabled AND ` + keyAllows + `) AS signed_in,
		(SELECT expires_at FROM quota WHERE key = ? AND count >= ? AND expires_at > ?) AS failures_expire_at
	FROM user_profile
	WHERE user_id = ?`

// BeginGeneration writes the pending row if the session exists, the user can pay, no limit is reached and the order's key
// is new. With the row, it takes the cost, counts the day's call and writes the key. Faults: Unauthorized, OutOfCredits (as
// *studio.OutOfCredits), TooManyFailures and DailyCeiling (as *studio.Later), KeyInUse and KeyReused (as *studio.Repeated).
func (s *Store) BeginGeneration(ctx context.Context, draft studio.PendingGeneration) (studio.Balance, error) {
	now, cost := draft.At.UnixMilli(), draft.Cost
	failures, day := failuresKey(draft.UserID), dayKey(draft.At)

	statements := append(s.profileStatements(draft.UserID, draft.At), d1.SQL(insertGeneration,
		draft.GenerationID, draft.UserID, draft.SessionID, string(draft.Workflow), draft.InputJSON,
		seconds(draft.At), now, cost.ProductShoots, cost.AdGraphics,
		failures, studio.MaxFailures, day, draft.DailyLimit, draft.Key.Text, string(auth.ScopeGenerate)))
	statements = append(statements, debitStatements(draft)...)
	if draft.DailyLimit != nil {
		statements = append(statements, d1.SQL(upsertDayCall, day, studio.NextDay(draft.At).UnixMilli(), draft.GenerationID))
	}
	if draft.Key.Text != "" {
		statements = append(statements, keyStatements(draft)...)
	}
	statements = append(statements, d1.SQL(selectBegun,
		draft.GenerationID, draft.SessionID, draft.SessionID, string(auth.ScopeGenerate), failures, studio.MaxFailures, now, draft.UserID))

	answer, err := s.batch(ctx, "begin generation", statements...)
	if err != nil {
		return studio.Balance{}, err
	}
	return readBegun(answer, draft)
}

// readBegun reads selectBegun, the last statement. Of the reasons why a generation did not begin, the first one counts: the
// session has ended meanwhile, the key, the price, the user's failures, the day's ceiling.
func readBegun(answer answer, draft studio.PendingGeneration) (studio.Balance, error) {
	var balance studio.Balance
	var begun, signedIn bool
	var failuresExpire *int64
	found, err := answer.first(answer.last(), &balance.ProductShoots, &balance.AdGraphics, &begun, &signedIn, &failuresExpire)
	if err != nil {
		return studio.Balance{}, err
	}

	switch {
	case begun:
		return balance, nil
	case !found || !signedIn: // without a profile the user is gone
		return studio.Balance{}, auth.Unauthenticated()
	}
	if draft.Key.Text != "" {
		if err := readKey(answer, answer.last()-1, draft.Key); err != nil {
			return balance, err
		}
	}

	switch {
	case !balance.Covers(draft.Cost):
		return balance, &studio.OutOfCredits{Balance: balance, Cost: draft.Cost}
	case failuresExpire != nil:
		return balance, studio.TooManyFailures(time.UnixMilli(*failuresExpire).Sub(draft.At))
	}
	return balance, studio.DailyCeiling(draft.At, *draft.DailyLimit)
}

const selectStaleGenerations = `
	SELECT
		generation.id,
		generation.user_id,
		generation.workflow,
		coalesce(idempotency_key.request_id, '') AS request_id
	FROM generation
	LEFT JOIN idempotency_key ON idempotency_key.generation_id = generation.id
	WHERE generation.status = 'pending'
		AND generation.created_at < ?
	ORDER BY generation.created_at
	LIMIT ?`

// StaleGenerations returns generations that their requests left pending.
func (s *Store) StaleGenerations(ctx context.Context, before time.Time, limit int) ([]studio.StaleGeneration, error) {
	answer, err := s.batch(ctx, "find stale generations", d1.SQL(selectStaleGenerations, seconds(before), limit))
	if err != nil {
		return nil, err
	}
	stale := make([]studio.StaleGeneration, answer.rows(0))
	for i := range stale {
		err := answer.scan(0, i, &stale[i].GenerationID, &stale[i].UserID, (*string)(&stale[i].Workflow), &stale[i].RequestID)
		if err != nil {
			return nil, err
		}
	}
	return stale, nil
}
