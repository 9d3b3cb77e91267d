package store

import (
	"context"
	"time"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/studio"
)

const insertProfileColumns = `
	INSERT OR IGNORE INTO user_profile (
		user_id,
		account_type,
		credits_product_shoots,
		credits_ad_graphics,
		created_at,
		updated_at
	)`

const insertProfile = insertProfileColumns + `
	SELECT id, 'free', ?, ?, ?, ?
	FROM user
	WHERE id = ?`

// If only verified addresses get free credits, a user with another address gets a profile without credits, and a row that
// says that the credits are due.
const (
	insertCreditsDue = `
	INSERT OR IGNORE INTO free_credits_due (
		user_id,
		created_at
	)
	SELECT id, ?
	FROM user
	WHERE id = ?
		AND email_verified = 0
		AND NOT EXISTS (SELECT 1 FROM user_profile WHERE user_id = user.id)`

	insertVerifiedProfile = insertProfileColumns + `
	SELECT id, 'free', iif(email_verified <> 0, ?, 0), iif(email_verified <> 0, ?, 0), ?, ?
	FROM user
	WHERE id = ?`
)

// profileStatements give a user a first profile, if there is none.
func (s *Store) profileStatements(userID string, now time.Time) []d1.Statement {
	at, free := seconds(now), s.FreeCredits
	if s.ProvenOnly {
		return []d1.Statement{d1.SQL(insertCreditsDue, at, userID), d1.SQL(insertVerifiedProfile, free, free, at, at, userID)}
	}
	return []d1.Statement{d1.SQL(insertProfile, free, free, at, at, userID)}
}

const selectBalance = `
	SELECT
		credits_product_shoots,
		credits_ad_graphics
	FROM user_profile
	WHERE user_id = ?`

// CheckBalance fails with *studio.OutOfCredits if a user cannot pay a cost.
func (s *Store) CheckBalance(ctx context.Context, userID string, cost studio.Balance) error {
	answer, err := s.batch(ctx, "check balance", d1.SQL(selectBalance, userID))
	if err != nil {
		return err
	}
	var balance studio.Balance
	found, err := answer.first(0, &balance.ProductShoots, &balance.AdGraphics)
	if err != nil || !found || balance.Covers(cost) {
		return err
	}
	return &studio.OutOfCredits{Balance: balance, Cost: cost}
}

// The two statements that give a user, named by ID or address, the credits that are due once the address is verified.
const (
	updateBalanceDue = `
	UPDATE user_profile
	SET
		credits_product_shoots = credits_product_shoots + ?,
		credits_ad_graphics = credits_ad_graphics + ?,
		updated_at = ?
	WHERE user_id IN (` + usersDue + `)`

	deleteCreditsDue = `
	DELETE FROM free_credits_due
	WHERE user_id IN (` + usersDue + `)`

	usersDue = `
		SELECT u.id
		FROM user u
		JOIN free_credits_due d ON d.user_id = u.id
		WHERE (u.id = ? OR u.email = ?)
			AND u.email_verified <> 0`
)

// giveDueStatements follow whatever may have verified an address.
func (s *Store) giveDueStatements(idOrEmail string, at time.Time) []d1.Statement {
	return []d1.Statement{
		d1.SQL(updateBalanceDue, s.FreeCredits, s.FreeCredits, seconds(at), idOrEmail, idOrEmail),
		d1.SQL(deleteCreditsDue, idOrEmail, idOrEmail),
	}
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

// Profile returns the claimant's profile, in one trip. The first time, a second trip creates it. Faults: Unauthorized.
func (s *Store) Profile(ctx context.Context, claim auth.Claim, now time.Time) (auth.Identity, studio.Profile, error) {
	identity, answer, err := s.owned(ctx, "find profile", claim, now, d1.SQL(selectProfile))
	if err != nil {
		return identity, studio.Profile{}, err
	}
	if answer.rows(0) == 0 {
		if answer, err = s.createProfile(ctx, identity.User.ID, now, selectProfile); err != nil {
			return identity, studio.Profile{}, err
		}
	}

	var profile studio.Profile
	found, err := answer.first(0,
		&profile.UserID,
		&profile.AccountType,
		&profile.Balance.ProductShoots,
		&profile.Balance.AdGraphics,
		d1.Seconds(&profile.CreatedAt),
		d1.Seconds(&profile.UpdatedAt))
	if err == nil && !found {
		err = auth.Unauthenticated() // the session cache outlives its user
	}
	return identity, profile, err
}

// createProfile gives a user a first profile, and returns the result of a query of it.
func (s *Store) createProfile(ctx context.Context, userID string, now time.Time, query string) (answer, error) {
	statements := append(s.profileStatements(userID, now), ownedBy(userID, d1.SQL(query)))
	answer, err := s.batch(ctx, "create profile", statements...)
	if err != nil {
		return answer, err
	}
	return answer.from(answer.last()), nil
}
