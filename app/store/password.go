package store

import (
	"context"
	"time"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/d1"
)

const findPassword = `
	SELECT` + accountList + `
	FROM account a
	WHERE a.user_id = ?
		AND a.provider_id = 'credential'
	ORDER BY a.rowid
	LIMIT 1`

// FindPassword counts a guess, and returns a user's password account; nil if there is none.
func (s *Store) FindPassword(ctx context.Context, userID string, guess auth.Guess) (*auth.Account, auth.Tried, error) {
	results, err := s.db.Batch(ctx, append(guessStatements(guess), d1.SQL(findPassword, userID))...)
	if err != nil {
		return nil, auth.Tried{}, err
	}
	tried, results := readTried(guess, results)
	if len(results[0].Rows) == 0 {
		return nil, tried, nil
	}
	account := readAccount(results[0].Rows[0])
	return &account, tried, nil
}

const setPassword = `
	UPDATE account
	SET
		password = ?,
		updated_at = ?
	WHERE user_id = ?
		AND provider_id = 'credential'`

// SetPassword changes a password, and forgives the guess that was right; with a session, that one takes the place of all
// the user's sessions.
func (s *Store) SetPassword(
	ctx context.Context, userID, hash string, session *auth.Session, right auth.Guess, now time.Time,
) error {
	statements := append(forgiveStatements(right), d1.SQL(setPassword, hash, seconds(now), userID))
	if session != nil {
		statements = append(append(statements, d1.SQL(dropSessions, userID)), addSessionStatements(*session)...)
	}
	return s.run(ctx, statements...)
}

// The three statements of a password reset: the first two do nothing if the verification is gone, the last removes it.
const (
	resetPassword = `
	UPDATE account
	SET
		password = ?1,
		updated_at = ?2
	WHERE user_id = ?3
		AND provider_id = 'credential'
		AND EXISTS (SELECT 1 FROM verification WHERE id = ?4)`

	addPassword = `
	INSERT INTO account (
		id,
		account_id,
		provider_id,
		user_id,
		password,
		created_at,
		updated_at
	)
	SELECT ?1, u.id, 'credential', u.id, ?2, ?3, ?3
	FROM user u
	WHERE u.id = ?4
		AND EXISTS (SELECT 1 FROM verification WHERE id = ?5)
		AND NOT EXISTS (SELECT 1 FROM account WHERE user_id = ?4 AND provider_id = 'credential')`

	dropVerification = `DELETE FROM verification WHERE id = ?`
)

// ResetPassword uses up the verification, if it is still there, and gives its user the password, in a new account with
// the id accountID if there is none yet; false if the verification or the user is gone.
func (s *Store) ResetPassword(ctx context.Context, verification auth.Verification, accountID, hash string, now time.Time) (bool, error) {
	results, err := s.db.Batch(ctx,
		d1.SQL(resetPassword, hash, seconds(now), verification.Value, verification.ID),
		d1.SQL(addPassword, accountID, hash, seconds(now), verification.Value, verification.ID),
		d1.SQL(dropVerification, verification.ID))
	if err != nil {
		return false, err
	}
	return results[2].Changes > 0 && results[0].Changes+results[1].Changes > 0, nil
}
