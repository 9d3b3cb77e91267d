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

// Where free credits are for proven addresses only, a user without one gets a profile without credits, and a note that
// they are due.
const (
	insertDue = `
	INSERT OR IGNORE INTO free_credits_due (user_id, created_at)
	SELECT id, ?2
	FROM user
	WHERE id = ?1
		AND email_verified = 0
		AND NOT EXISTS (SELECT 1 FROM user_profile WHERE user_id = ?1)`

	insertProvenProfile = `
	INSERT OR IGNORE INTO user_profile (user_id, account_type, credits_product_shoots, credits_ad_graphics, created_at, updated_at)
	SELECT id, 'free', email_verified <> 0, email_verified <> 0, ?2, ?2
	FROM user
	WHERE id = ?1`
)

// profileStatements give a user the profile of a beginner, if there is none.
func (s *Store) profileStatements(userID string, at time.Time) []d1.Statement {
	if s.ProvenOnly {
		return []d1.Statement{d1.SQL(insertDue, userID, seconds(at)), d1.SQL(insertProvenProfile, userID, seconds(at))}
	}
	return []d1.Statement{d1.SQL(insertProfile, userID, seconds(at), seconds(at))}
}

// The two statements that give a user whose address is proven the credits that are due.
const (
	giveDue = `
	UPDATE user_profile
	SET
		credits_product_shoots = credits_product_shoots + 1,
		credits_ad_graphics = credits_ad_graphics + 1,
		updated_at = ?2
	WHERE user_id = ?1
		AND EXISTS (SELECT 1 FROM free_credits_due WHERE user_id = ?1)
		AND EXISTS (SELECT 1 FROM user WHERE id = ?1 AND email_verified <> 0)`

	dropDue = `
	DELETE FROM free_credits_due
	WHERE user_id = ?1
		AND EXISTS (SELECT 1 FROM user WHERE id = ?1 AND email_verified <> 0)`
)

// dueStatements follow in a batch what may have proven a user's address.
func dueStatements(userID string, at time.Time) []d1.Statement {
	return []d1.Statement{d1.SQL(giveDue, userID, seconds(at)), d1.SQL(dropDue, userID)}
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
		statements := append(s.profileStatements(identity.User.ID, now), ownedBy(identity.User.ID, d1.SQL(selectProfile)))
		if results, err = s.db.Batch(ctx, statements...); err != nil {
			return identity, studio.Profile{}, fmt.Errorf("create profile: %w", err)
		}
		results = results[len(results)-1:]
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
