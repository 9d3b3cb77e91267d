package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/fault"
	"github.com/addreams/addreams/app/studio"
)

const insertGeneration = `
	INSERT INTO generation (id, user_id, workflow, status, input_json, created_at, updated_at)
	SELECT ?, user_id, ?, 'pending', ?, ?, ?
	FROM user_profile
	WHERE user_id = ? AND credits_product_shoots >= ? AND credits_ad_graphics >= ?`

const selectBegun = `
	SELECT
		credits_product_shoots,
		credits_ad_graphics,
		EXISTS (SELECT 1 FROM generation WHERE id = ?)
	FROM user_profile
	WHERE user_id = ?`

// BeginGeneration writes the pending row if there is a credit for it, and takes the credit if there is the row.
func (s *Store) BeginGeneration(ctx context.Context, draft studio.Draft) (studio.Balance, error) {
	at, cost := seconds(draft.At), draft.Workflow.Cost()
	statements := []d1.Statement{
		profileStatement(draft.UserID, draft.At),
		d1.SQL(insertGeneration, draft.GenerationID, string(draft.Workflow), draft.InputJSON, at, at,
			draft.UserID, cost.ProductShoots, cost.AdGraphics),
	}
	statements = append(statements, debit(draft.Charge, draft.At)...)
	statements = append(statements, d1.SQL(selectBegun, draft.GenerationID, draft.UserID))
	results, err := s.db.Batch(ctx, statements...)
	if err != nil {
		return studio.Balance{}, fmt.Errorf("begin generation: %w", err)
	}
	row := results[len(results)-1].Rows[0]
	balance := studio.Balance{ProductShoots: row.Int(0), AdGraphics: row.Int(1)}
	if !row.Bool(2) {
		return balance, &studio.OutOfCredits{Balance: balance}
	}
	return balance, nil
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
func (s *Store) CompleteGeneration(ctx context.Context, done studio.Completion) (bool, error) {
	copies, err := json.Marshal(done.Copies)
	if err != nil {
		return false, fmt.Errorf("complete generation: %w", err)
	}
	results, err := s.db.Batch(ctx,
		d1.SQL(completeGeneration, done.OutputJSON, done.RequestID, done.Model, done.Key(), seconds(done.At), done.GenerationID, done.UserID),
		d1.SQL(insertAssets, seconds(done.NextAttempt), seconds(done.At), seconds(done.At), string(copies), done.GenerationID),
		d1.SQL(selectSucceeded, done.GenerationID),
	)
	if err != nil {
		return false, fmt.Errorf("complete generation: %w", err)
	}
	return len(results[2].Rows) == 1, nil
}

const failGeneration = `
	UPDATE generation
	SET
		status = 'failed',
		error_code = ?,
		error_message = ?,
		updated_at = ?
	WHERE id = ? AND user_id = ? AND status = 'pending'`

const selectExists = `SELECT 1 FROM generation WHERE id = ?`

// FailGeneration refunds first, for that looks whether the row is still pending.
func (s *Store) FailGeneration(ctx context.Context, charge studio.Charge, code fault.Code, message string, at time.Time) (bool, error) {
	results, err := s.db.Batch(ctx, append(refund(charge, at),
		d1.SQL(failGeneration, string(code), message, seconds(at), charge.GenerationID, charge.UserID),
		d1.SQL(selectExists, charge.GenerationID),
	)...)
	if err != nil {
		return false, fmt.Errorf("fail generation: %w", err)
	}
	return len(results[len(results)-1].Rows) == 1, nil
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

const deleteGeneration = `DELETE FROM generation WHERE id = ? AND user_id = ? RETURNING id`

// DeleteGeneration removes a user's generation, and the record of its images with it. It returns the keys of the objects
// that no row names any more, and false if there is no such generation. The ledger keeps its entries.
func (s *Store) DeleteGeneration(ctx context.Context, userID, id string) ([]string, bool, error) {
	results, err := s.db.Batch(ctx,
		d1.SQL(selectKeys, id, userID, id, userID, id, userID),
		d1.SQL(deleteGeneration, id, userID),
	)
	if err != nil {
		return nil, false, fmt.Errorf("delete generation: %w", err)
	}
	var keys []string
	for _, row := range results[0].Rows {
		if key := row.Text(0); key != "" {
			keys = append(keys, key)
		}
	}
	return keys, len(results[1].Rows) == 1, nil
}
