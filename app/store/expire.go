package store

import (
	"context"
	"time"

	"github.com/addreams/addreams/app/d1"
)

// expired are the oldest generations that ended and began before a time. The statements of one batch find the same ones.
const expired = `
	SELECT id
	FROM generation
	WHERE created_at < ?
		AND status IN ('succeeded', 'failed')
	ORDER BY created_at, id
	LIMIT ?`

const insertExpiredDiscards = insertDiscards + `
	WHERE id IN (` + expired + `)`

// selectExpiredKeys returns the keys of their objects, as selectObjectKeys does for one.
const selectExpiredKeys = `
	WITH doomed AS (
		SELECT
			id,
			r2_key,
			input_json
		FROM generation
		WHERE id IN (` + expired + `)
	)` + selectDoomedKeys

const deleteExpiredGenerations = `
	DELETE FROM generation
	WHERE id IN (` + expired + `)`

// ExpireGenerations deletes generations that ended and began before a time, with the rows of their images, and returns how many,
// and the keys of the objects that no row names any more. The ledger keeps its entries.
func (s *Store) ExpireGenerations(ctx context.Context, before, at time.Time, limit int) (int, []string, error) {
	oldest := seconds(before)
	answer, err := s.batch(ctx, "expire generations",
		d1.SQL(selectExpiredKeys, oldest, limit),
		d1.SQL(insertExpiredDiscards, discardAt(at), oldest, limit),
		d1.SQL(deleteExpiredGenerations, oldest, limit),
	)
	if err != nil {
		return 0, nil, err
	}
	keys, err := answer.texts(0)
	return int(answer.results[2].Changes), keys, err
}
