package store

import (
	"context"
	"time"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/studio"
)

// insertAssets inserts one row per image, from a JSON array of studio.Copy. A row with a key is done; one without waits for
// next_attempt_at.
const insertAssets = `
	INSERT OR IGNORE INTO generation_asset (
		generation_id,
		position,
		source_url,
		r2_key,
		content_type,
		attempts,
		next_attempt_at,
		created_at,
		updated_at
	)
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
	WHERE asset.r2_key IS NULL
		AND asset.next_attempt_at <= ?
	ORDER BY asset.next_attempt_at
	LIMIT ?`

// DueCopies returns the images whose copying is to be tried again.
func (s *Store) DueCopies(ctx context.Context, now time.Time, limit int) ([]studio.DueCopy, error) {
	answer, err := s.batch(ctx, "find due copies", d1.SQL(selectDueCopies, seconds(now), limit))
	if err != nil {
		return nil, err
	}

	due := make([]studio.DueCopy, answer.rows(0))
	for i := range due {
		err := answer.scan(0, i,
			&due[i].GenerationID,
			&due[i].UserID,
			(*string)(&due[i].Workflow),
			&due[i].Position,
			&due[i].SourceURL,
			&due[i].Attempts,
			d1.Seconds(&due[i].MadeAt))
		if err != nil {
			return nil, err
		}
	}

	return due, nil
}

const updateCopyFinished = `
	UPDATE generation_asset
	SET
		r2_key = ?,
		content_type = ?,
		attempts = attempts + 1,
		next_attempt_at = NULL,
		updated_at = ?
	WHERE generation_id = ?
		AND position = ?`

// updateFirstCopyFinished copies the first image's key to its generation.
const updateFirstCopyFinished = `
	UPDATE generation
	SET
		r2_key = ?,
		output_json = json_set(output_json, '$.assetUrl', ?)
	WHERE id = ?
		AND ? = 0
		AND json_valid(output_json)`

// FinishCopy records a late copy, and reports whether its generation still exists.
func (s *Store) FinishCopy(ctx context.Context, due studio.DueCopy, made studio.Copy, at time.Time) (bool, error) {
	answer, err := s.batch(ctx, "finish copy",
		d1.SQL(updateCopyFinished, made.Key, made.ContentType, seconds(at), due.GenerationID, due.Position),
		d1.SQL(updateFirstCopyFinished, made.Key, studio.AssetPath(due.GenerationID), due.GenerationID, due.Position),
	)
	return err == nil && answer.changed(0) == nil, err
}

const updateCopyPostponed = `
	UPDATE generation_asset
	SET
		attempts = attempts + 1,
		next_attempt_at = ?,
		updated_at = ?
	WHERE generation_id = ?
		AND position = ?
		AND r2_key IS NULL`

// PostponeCopy sets the time of the next attempt; after the zero time there are no more.
func (s *Store) PostponeCopy(ctx context.Context, due studio.DueCopy, next, at time.Time) error {
	return s.run(ctx, "postpone copy",
		d1.SQL(updateCopyPostponed, seconds(next), seconds(at), due.GenerationID, due.Position))
}
