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

const (
	setPassword = `
	UPDATE account
	SET
		password = ?,
		updated_at = ?
	WHERE user_id = ?
		AND provider_id = 'credential'`

	dropSessionsBut = `
	DELETE FROM session
	WHERE user_id = ?
		AND id <> ?`
)

// SetPassword changes a password that is still the one that was checked, for a session that is still there, and forgives
// the guess that was right; auth.ErrGone otherwise. A session of the change takes the place of all the user's sessions.
func (s *Store) SetPassword(ctx context.Context, c auth.NewPassword) error {
	user := c.Caller.UserID
	stand := sessionStands(user, c.Caller.ID).and(passwordStands(user, c.Old))
	statements := []d1.Statement{
		cutOffStatement(user, c.At, stand),
		stand.on(d1.SQL(setPassword, c.New, seconds(c.At), user)),
	}
	if c.Session != nil {
		// From here on the new hash, which nobody else has, is what says that the password was changed.
		statements = append(statements,
			passwordStands(user, c.New).on(addSessionStatement(*c.Session)),
			sessionStands(user, c.Session.ID).on(d1.SQL(dropSessionsBut, user, c.Session.ID)))
	}

	results, err := s.db.Batch(ctx, append(statements, forgiveStatements(c.Right)...)...)
	if err != nil {
		return err
	}
	return changed(results[1])
}

// What a password reset does nothing of if the verification is gone, and the removal of it.
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
	unused := condition{`EXISTS (SELECT 1 FROM verification WHERE id = ?)`, []any{verification.ID}}
	results, err := s.db.Batch(ctx,
		cutOffStatement(verification.Value, now, unused),
		d1.SQL(resetPassword, hash, seconds(now), verification.Value, verification.ID),
		d1.SQL(addPassword, accountID, hash, seconds(now), verification.Value, verification.ID),
		d1.SQL(dropVerification, verification.ID))
	if err != nil {
		return false, err
	}
	return results[3].Changes > 0 && results[1].Changes+results[2].Changes > 0, nil
}
