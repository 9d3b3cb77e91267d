package store

import (
	"context"
	"fmt"
	"time"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/studio"
)

const insertProfile = `
	INSERT OR IGNORE INTO user_profile (user_id, account_type, credits_product_shoots, credits_ad_graphics, created_at, updated_at)
	VALUES (?, 'free', 1, 1, ?, ?)`

// profileStatement gives a user the profile of a beginner, if there is none.
func profileStatement(userID string, at time.Time) d1.Statement {
	return d1.SQL(insertProfile, userID, seconds(at), seconds(at))
}

const selectProfile = `
	SELECT
		user_id,
		account_type,
		credits_product_shoots,
		credits_ad_graphics,
		created_at,
		updated_at
	FROM user_profile
	WHERE user_id = (SELECT id FROM owner)`

// Profile reads the claimant's profile, in one trip; the first time, it makes it in a second one. Faults: Unauthorized.
func (s *Store) Profile(ctx context.Context, claim auth.Claim, now time.Time) (auth.Identity, studio.Profile, error) {
	identity, results, err := s.owned(ctx, claim, now, d1.SQL(selectProfile))
	if err != nil {
		return identity, studio.Profile{}, err
	}
	if len(results[0].Rows) == 0 {
		results, err = s.db.Batch(ctx, profileStatement(identity.User.ID, now), ownedBy(identity.User.ID, d1.SQL(selectProfile)))
		if err != nil {
			return identity, studio.Profile{}, fmt.Errorf("create profile: %w", err)
		}
		results = results[1:]
	}
	return identity, readProfile(results[0].Rows[0]), nil
}

func readProfile(row d1.Row) studio.Profile {
	return studio.Profile{
		UserID:      row.Text(0),
		AccountType: row.Text(1),
		Balance:     studio.Balance{ProductShoots: row.Int(2), AdGraphics: row.Int(3)},
		CreatedAt:   instant(row, 4),
		UpdatedAt:   instant(row, 5),
	}
}
