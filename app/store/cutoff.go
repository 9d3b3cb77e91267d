package store

import (
	"time"

	"github.com/addreams/addreams/app/d1"
)

// cutoffsLive is longer than any session cache cookie vouches.
const cutoffsLive = time.Hour

// cutOff says that session caches of the user from before a time count for nothing.
const cutOff = `
	INSERT INTO user_cutoff (
		user_id,
		at
	)
	SELECT id, ?
	FROM user
	WHERE id = ?`

// cutOffStatement cuts off the user's session caches under a condition.
func cutOffStatement(userID string, at time.Time, on condition) d1.Statement {
	statement := on.on(d1.SQL(cutOff, at.UnixMilli(), userID))
	statement.SQL += `
	ON CONFLICT (user_id) DO UPDATE SET at = MAX(at, excluded.at)`
	return statement
}

const dropCutoffs = `DELETE FROM user_cutoff WHERE at < ?`
