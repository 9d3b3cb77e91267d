package store

import (
	"context"
	"time"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/studio"
)

// UserRecord is a user as an operator sees them.
type UserRecord struct {
	User        auth.User
	HasProfile  bool // false until the first look at /api/me, which gives the free credits
	Profile     studio.Profile
	Sessions    int64 // that have not expired
	Generations int64
}

// UserQuery selects users, newest first.
type UserQuery struct {
	Text   string // an ID or e-mail address; "" for all
	At     time.Time
	Limit  int
	Offset int
}

const selectUsers = `
	SELECT
		u.id,
		u.name,
		u.email,
		u.email_verified,
		u.created_at,
		p.user_id IS NOT NULL AS has_profile,
		coalesce(p.account_type, 'free') AS account_type,
		coalesce(p.credits_product_shoots, 0) AS credits_product_shoots,
		coalesce(p.credits_ad_graphics, 0) AS credits_ad_graphics,
		(SELECT count(*) FROM session s WHERE s.user_id = u.id AND s.expires_at >= ?) AS sessions,
		(SELECT count(*) FROM generation g WHERE g.user_id = u.id) AS generations
	FROM user u
	LEFT JOIN user_profile p ON p.user_id = u.id
	WHERE ? IN ('', u.id, u.email)
	ORDER BY u.created_at DESC, u.rowid DESC
	LIMIT ? OFFSET ?`

// FindUsers returns users for an operator.
func (s *Store) FindUsers(ctx context.Context, query UserQuery) ([]UserRecord, error) {
	answer, err := s.batch(ctx, "find users",
		d1.SQL(selectUsers, secondsUp(query.At), query.Text, query.Limit, query.Offset))
	if err != nil {
		return nil, err
	}

	found := make([]UserRecord, answer.rows(0))
	for i := range found {
		user := &found[i]
		err := answer.scan(0, i,
			&user.User.ID,
			&user.User.Name,
			&user.User.Email,
			&user.User.EmailVerified,
			d1.Seconds(&user.User.CreatedAt),
			&user.HasProfile,
			&user.Profile.AccountType,
			&user.Profile.Balance.ProductShoots,
			&user.Profile.Balance.AdGraphics,
			&user.Sessions,
			&user.Generations)
		if err != nil {
			return nil, err
		}
		user.Profile.UserID = user.User.ID
	}
	return found, nil
}

const selectKeyCount = `
	SELECT count(*) AS keys
	FROM apikey
	WHERE user_id = ?`

// RevokeSessions signs a user out everywhere, makes their session caches invalid, and with all deletes their API keys as well.
// It returns how many sessions have ended, and how many API keys there were.
func (s *Store) RevokeSessions(ctx context.Context, userID string, all bool, at time.Time) (ended, keys int64, err error) {
	batch := []d1.Statement{
		d1.SQL(deleteSessionsOfUser, userID), cutOffStatement(userID, at, always), d1.SQL(selectKeyCount, userID),
	}
	if all {
		batch = append(batch, d1.SQL(deleteKeysOfUser, userID))
	}
	answer, err := s.batch(ctx, "revoke sessions", batch...)
	if err != nil {
		return 0, 0, err
	}
	err = answer.only(2, &keys)
	return answer.results[0].Changes, keys, err
}
