package store

import (
	"context"
	"fmt"
	"time"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/studio"
)

// One row an image, from a JSON array of studio.Copy. A row with a key is done; one without waits for next_attempt_at.
const insertAssets = `
	INSERT OR IGNORE INTO generation_asset
		(generation_id, position, source_url, r2_key, content_type, attempts, next_attempt_at, created_at, updated_at)
	SELECT
		generation.id,
		json_extract(image.value, '$.position'),
		json_extract(image.value, '$.sourceUrl'),
		nullif(json_extract(image.value, '$.key'), ''),
		nullif(json_extract(image.value, '$.contentType'), ''),
		json_extract(image.value, '$.attempts'),
		CASE json_extract(image.value, '$.key') WHEN '' THEN ? END,
		?,
		?
	FROM json_each(?) image
	JOIN generation ON generation.id = ? AND generation.status = 'succeeded'`

const selectDueCopies = `
	SELECT
		generation.id,
		generation.user_id,
		generation.workflow,
		asset.position,
		asset.source_url,
		asset.attempts,
		asset.created_at
	FROM generation_asset asset
	JOIN generation ON generation.id = asset.generation_id
	WHERE asset.r2_key IS NULL AND asset.next_attempt_at <= ?
	ORDER BY asset.next_attempt_at
	LIMIT ?`

// DueCopies finds the images to be copied again.
func (s *Store) DueCopies(ctx context.Context, now time.Time, limit int) ([]studio.DueCopy, error) {
	result, err := d1.Query(ctx, s.db, selectDueCopies, seconds(now), limit)
	if err != nil {
		return nil, fmt.Errorf("find due copies: %w", err)
	}
	var due []studio.DueCopy
	for _, row := range result.Rows {
		due = append(due, studio.DueCopy{
			Charge: studio.Charge{GenerationID: row.Text(0), UserID: row.Text(1), Workflow: studio.Workflow(row.Text(2))},
			Copy:   studio.Copy{Position: int(row.Int(3)), SourceURL: row.Text(4), Attempts: int(row.Int(5))},
			MadeAt: instant(row, 6),
		})
	}
	return due, nil
}

const finishCopy = `
	UPDATE generation_asset
	SET
		r2_key = ?,
		content_type = ?,
		attempts = attempts + 1,
		next_attempt_at = NULL,
		updated_at = ?
	WHERE generation_id = ? AND position = ?
	RETURNING position`

// The first image is the generation's own.
const finishFirstCopy = `
	UPDATE generation
	SET
		r2_key = ?,
		output_json = json_set(output_json, '$.assetUrl', ?)
	WHERE id = ? AND ? = 0 AND json_valid(output_json)`

// FinishCopy records a late copy.
func (s *Store) FinishCopy(ctx context.Context, due studio.DueCopy, made studio.Copy, at time.Time) (bool, error) {
	results, err := s.db.Batch(ctx,
		d1.SQL(finishCopy, made.Key, made.ContentType, seconds(at), due.GenerationID, due.Position),
		d1.SQL(finishFirstCopy, made.Key, studio.AssetPath(due.GenerationID), due.GenerationID, due.Position),
	)
	if err != nil {
		return false, fmt.Errorf("finish copy: %w", err)
	}
	return len(results[0].Rows) == 1, nil
}

const postponeCopy = `
	UPDATE generation_asset
	SET
		attempts = attempts + 1,
		next_attempt_at = ?,
		updated_at = ?
	WHERE generation_id = ? AND position = ? AND r2_key IS NULL`

// PostponeCopy sets the time of the next attempt; the zero time ends them.
func (s *Store) PostponeCopy(ctx context.Context, due studio.DueCopy, next, at time.Time) error {
	if _, err := d1.Query(ctx, s.db, postponeCopy, seconds(next), seconds(at), due.GenerationID, due.Position); err != nil {
		return fmt.Errorf("postpone copy: %w", err)
	}
	return nil
}
