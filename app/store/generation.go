package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/fault"
	"github.com/addreams/addreams/app/studio"
)

const insertGeneration = `
	INSERT INTO generation (id, user_id, workflow, status, input_json, created_at, updated_at)
	SELECT ?1, user_id, ?2, 'pending', ?3, ?4, ?4
	FROM user_profile
	WHERE user_id = ?5 AND credits_product_shoots >= ?6 AND credits_ad_graphics >= ?7
		AND NOT EXISTS (` + selectFailures + `)
		AND EXISTS (SELECT 1 FROM session WHERE id = ?13 AND user_id = ?5)
		AND (?11 IS NULL OR NOT EXISTS (SELECT 1 FROM quota WHERE key = ?12 AND count >= ?11) AND ?11 > 0)`

// selectFailures finds the counter ?8 of a user whose failures are as many as there may be, ?9, at the time ?10.
const selectFailures = `SELECT expires_at FROM quota WHERE key = ?8 AND count >= ?9 AND expires_at > ?10`

const selectBegun = `
	SELECT
		credits_product_shoots,
		credits_ad_graphics,
		EXISTS (SELECT 1 FROM generation WHERE id = ?1),
		(SELECT expires_at FROM quota WHERE key = ?3 AND count >= ?4 AND expires_at > ?5),
		EXISTS (SELECT 1 FROM session WHERE id = ?6 AND user_id = ?2)
	FROM user_profile
	WHERE user_id = ?2`

// BeginGeneration writes the pending row if the session is there, and a credit for it, and no limit against it; it takes the
// credit and counts the day's call if there is the row. Faults: Unauthorized, OutOfCredits (as *studio.OutOfCredits),
// TooManyFailures and DailyCeiling (as *studio.Later).
func (s *Store) BeginGeneration(ctx context.Context, draft studio.PendingGeneration) (studio.Balance, error) {
	at, now, cost := seconds(draft.At), draft.At.UnixMilli(), draft.Workflow.Cost()
	failures, day := failuresKey(draft.UserID), dayKey(draft.At)
	statements := append(s.profileStatements(draft.UserID, draft.At), d1.SQL(insertGeneration,
		draft.GenerationID, string(draft.Workflow), draft.InputJSON, at, draft.UserID, cost.ProductShoots, cost.AdGraphics,
		failures, studio.MaxFailures, now, draft.DailyLimit, day, draft.SessionID))
	statements = append(statements, debit(draft.Charge, draft.At)...)
	if draft.DailyLimit != nil {
		statements = append(statements, d1.SQL(countDay, day, draft.GenerationID, studio.NextDay(draft.At).UnixMilli()))
	}
	statements = append(statements, d1.SQL(selectBegun, draft.GenerationID, draft.UserID, failures, studio.MaxFailures, now, draft.SessionID))
	results, err := s.db.Batch(ctx, statements...)
	if err != nil {
		return studio.Balance{}, fmt.Errorf("begin generation: %w", err)
	}
	return begun(results[len(results)-1].Rows[0], draft)
}

// begun reads selectBegun. What keeps a generation from its beginning is first the session that has ended meanwhile, then the
// price, then the user's failures, then the day's ceiling.
func begun(row d1.Row, draft studio.PendingGeneration) (studio.Balance, error) {
	balance, cost := studio.Balance{ProductShoots: row.Int(0), AdGraphics: row.Int(1)}, draft.Workflow.Cost()
	switch {
	case row.Bool(2):
		return balance, nil
	case !row.Bool(4):
		return studio.Balance{}, auth.Unauthenticated()
	case balance.ProductShoots < cost.ProductShoots || balance.AdGraphics < cost.AdGraphics:
		return balance, &studio.OutOfCredits{Balance: balance}
	case row.Int(3) != 0:
		return balance, studio.TooManyFailures(time.UnixMilli(row.Int(3)).Sub(draft.At))
	}
	return balance, studio.DailyCeiling(draft.At)
}

const completeGeneration = `
	UPDATE generation
	SET
		status = 'succeeded',
		output_json = ?,
		provider_request_id = nullif(?, ''),
		provider_model = ?,
		r2_key = nullif(?, ''),
		updated_at = ?
	WHERE id = ? AND user_id = ? AND status = 'pending'`

const selectSucceeded = `SELECT 1 FROM generation WHERE id = ? AND status = 'succeeded'`

// CompleteGeneration writes the result and the record of the images. A second call finds the first one's work.
func (s *Store) CompleteGeneration(ctx context.Context, done studio.SucceededGeneration) (bool, error) {
	copies, err := json.Marshal(done.Copies)
	if err != nil {
		return false, fmt.Errorf("complete generation: %w", err)
	}
	results, err := s.db.Batch(ctx,
		d1.SQL(completeGeneration, done.OutputJSON, done.ProviderRequestID, done.Model, done.Key(), seconds(done.At), done.GenerationID, done.UserID),
		d1.SQL(insertAssets, seconds(done.NextAttempt), seconds(done.At), seconds(done.At), string(copies), done.GenerationID),
		d1.SQL(selectSucceeded, done.GenerationID),
	)
	if err != nil {
		return false, fmt.Errorf("complete generation: %w", err)
	}
	return len(results[2].Rows) == 1, nil
}

// failGeneration leaves nothing of what was sent but the numbers and switches.
const failGeneration = `
	UPDATE generation
	SET
		status = 'failed',
		error_code = ?,
		error_message = ?,
		input_json = CASE WHEN json_valid(input_json) THEN json_replace(
			json_remove(
				input_json,
				'$.referenceImage',
				'$.referenceKey',
				'$.parameters.referenceImage',
				'$.parameters.negativePrompt'
			),
			'$.prompt', '',
			'$.parameters.prompt', ''
		) ELSE '{}' END,
		updated_at = ?
	WHERE id = ? AND user_id = ? AND status = 'pending'`

const selectPendingReference = `
	SELECT json_extract(input_json, '$.referenceKey')
	FROM generation
	WHERE id = ? AND user_id = ? AND status = 'pending' AND json_valid(input_json)`

const selectExists = `SELECT 1 FROM generation WHERE id = ?`

// FailGeneration looks and refunds first, for these ask whether the row is still pending. A failure counts with its refund,
// though its row was deleted meanwhile.
func (s *Store) FailGeneration(ctx context.Context, charge studio.Charge, code fault.Code, message string, at time.Time) (studio.FailedGeneration, error) {
	id := charge.GenerationID
	entry, statements := refund(charge, at)
	statements = append([]d1.Statement{d1.SQL(selectPendingReference, id, charge.UserID)}, statements...)
	if code != fault.Internal { // ours
		statements = append(statements, d1.SQL(countFailure,
			failuresKey(charge.UserID), entry, at.UnixMilli(), at.Add(studio.FailuresLive).UnixMilli()))
	}
	statements = append(statements,
		d1.SQL(failGeneration, string(code), message, seconds(at), id, charge.UserID),
		d1.SQL(selectExists, id),
	)
	results, err := s.db.Batch(ctx, statements...)
	if err != nil {
		return studio.FailedGeneration{}, fmt.Errorf("fail generation: %w", err)
	}
	ended := studio.FailedGeneration{Kept: len(results[len(results)-1].Rows) == 1}
	if rows := results[0].Rows; len(rows) == 1 {
		ended.ReferenceKey = rows[0].Text(0)
	}
	return ended, nil
}

const selectStale = `
	SELECT
		id,
		user_id,
		workflow
	FROM generation
	WHERE status = 'pending' AND created_at < ?
	ORDER BY created_at
	LIMIT ?`

// StaleGenerations finds what requests left pending.
func (s *Store) StaleGenerations(ctx context.Context, before time.Time, limit int) ([]studio.Charge, error) {
	result, err := d1.Query(ctx, s.db, selectStale, seconds(before), limit)
	if err != nil {
		return nil, fmt.Errorf("find stale generations: %w", err)
	}
	var stale []studio.Charge
	for _, row := range result.Rows {
		stale = append(stale, studio.Charge{GenerationID: row.Text(0), UserID: row.Text(1), Workflow: studio.Workflow(row.Text(2))})
	}
	return stale, nil
}

// A generation's objects are the first image's, each other image's and the reference's.
const selectKeys = `
	SELECT r2_key FROM generation WHERE id = ? AND user_id = ?
	UNION
	SELECT a.r2_key FROM generation_asset a JOIN generation g ON g.id = a.generation_id WHERE g.id = ? AND g.user_id = ?
	UNION
	SELECT json_extract(input_json, '$.referenceKey') FROM generation WHERE id = ? AND user_id = ? AND json_valid(input_json)`

const deleteGeneration = `DELETE FROM generation WHERE id = ? AND user_id = ?`

// DeleteGeneration removes a generation of the caller's user, and the record of its images with it. It returns the keys of
// the objects that no row names any more, and false if there is no such generation. The ledger keeps its entries. Faults:
// Unauthorized, if the caller's session has ended meanwhile.
func (s *Store) DeleteGeneration(ctx context.Context, caller auth.Session, id string) ([]string, bool, error) {
	userID, stands := caller.UserID, sessionStands(caller.UserID, caller.ID)
	results, err := s.db.Batch(ctx,
		d1.SQL(selectKeys, id, userID, id, userID, id, userID),
		stands.on(d1.SQL(deleteGeneration, id, userID)),
		stands.query(),
	)
	if err != nil {
		return nil, false, fmt.Errorf("delete generation: %w", err)
	}
	if len(results[2].Rows) == 0 {
		return nil, false, auth.Unauthenticated()
	}

	var keys []string
	for _, row := range results[0].Rows {
		if key := row.Text(0); key != "" {
			keys = append(keys, key)
		}
	}
	return keys, results[1].Changes > 0, nil
}
