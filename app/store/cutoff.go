package store

import (
	"time"

	"github.com/addreams/addreams/app/d1"
)

// cutoffsLive is longer than any session cache cookie is valid.
const cutoffsLive = time.Hour

// upsertCutoff makes the user's session caches from before a time invalid. A condition goes between its two parts.
const (
	upsertCutoff = `
	INSERT INTO user_cutoff (
		user_id,
		at
	)
	SELECT id, ?
	FROM user
	WHERE id = ?`

	keepingLatestCutoff = `
	ON CONFLICT (user_id) DO UPDATE SET at = MAX(at, excluded.at)`
)

// cutOffStatement makes the user's session caches invalid if the condition holds.
func cutOffStatement(userID string, at time.Time, condition condition) d1.Statement {
	statement := condition.on(d1.SQL(upsertCutoff, at.UnixMilli(), userID))
	statement.SQL += keepingLatestCutoff
	return statement
}

const deleteOldCutoffs = `
	DELETE FROM user_cutoff
	WHERE at < ?`
