package store

import (
	"context"
	"time"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/studio"
)

// insertDiscards notes that the objects of generations are to be removed. A condition on their rows follows.
const insertDiscards = `
	INSERT OR IGNORE INTO generation_discard (
		generation_id,
		user_id,
		due_at
	)
	SELECT
		id,
		user_id,
		?
	FROM generation`

// insertDiscard does so for one generation. More conditions may follow.
const insertDiscard = insertDiscards + `
	WHERE id = ?
		AND user_id = ?`

// discardAt is when that is due for a generation that ends now.
func discardAt(now time.Time) *int64 { return seconds(now.Add(studio.DiscardPause)) }

const selectDueDiscards = `
	SELECT
		generation_id,
		user_id
	FROM generation_discard
	WHERE due_at <= ?
	ORDER BY due_at
	LIMIT ?`

// DueDiscards returns the generations whose objects are to be removed now.
func (s *Store) DueDiscards(ctx context.Context, now time.Time, limit int) ([]studio.Charge, error) {
	answer, err := s.batch(ctx, "find due discards", d1.SQL(selectDueDiscards, seconds(now), limit))
	if err != nil {
		return nil, err
	}
	due := make([]studio.Charge, answer.rows(0))
	for i := range due {
		if err := answer.scan(0, i, &due[i].GenerationID, &due[i].UserID); err != nil {
			return nil, err
		}
	}
	return due, nil
}

const deleteDiscard = `
	DELETE FROM generation_discard
	WHERE generation_id = ?`

// FinishDiscard notes that the objects of a generation were removed.
func (s *Store) FinishDiscard(ctx context.Context, generationID string) error {
	return s.run(ctx, "finish discard", d1.SQL(deleteDiscard, generationID))
}
