package store

import (
	"context"
	"time"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/d1"
)

const selectPasswordAccount = `
	SELECT` + accountColumns + `
	FROM account a
	WHERE a.user_id = ?
		AND a.provider_id = 'credential'
	ORDER BY a.rowid
	LIMIT 1`

// FindPassword counts a guess, and returns a user's password account; nil if there is none.
func (s *Store) FindPassword(ctx context.Context, userID string, guess auth.Guess) (*auth.Account, auth.Tried, error) {
	find := d1.SQL(selectPasswordAccount, userID)
	answer, err := s.batch(ctx, "find password", append(guessStatements(guess), find)...)
	if err != nil {
		return nil, auth.Tried{}, err
	}
	tried, answer, err := readTried(guess, answer)
	if err != nil {
		return nil, tried, err
	}

	var account auth.Account
	found, err := answer.first(0, accountFields(&account)...)
	if err != nil || !found {
		return nil, tried, err
	}
	return &account, tried, nil
}

const (
	updatePassword = `
	UPDATE account
	SET
		password = ?,
		updated_at = ?
	WHERE user_id = ?
		AND provider_id = 'credential'`

	deleteSessionsExcept = `
	DELETE FROM session
	WHERE user_id = ?
		AND id <> ?`
)

// SetPassword changes a password if it is still the one that was checked and the session still exists, and forgives the
// guess that was right; auth.ErrGone otherwise. If the change has a session, that one replaces all the user's sessions.
func (s *Store) SetPassword(ctx context.Context, c auth.NewPassword) error {
	user := c.Caller.UserID
	unchanged := sessionExists(user, c.Caller.ID).and(passwordIs(user, c.Old))
	statements := []d1.Statement{
		cutOffStatement(user, c.At, unchanged),
		unchanged.on(d1.SQL(updatePassword, c.New, seconds(c.At), user)),
	}
	if c.Session != nil {
		// From here on the new hash, which no other request can know, shows that the password was changed.
		statements = append(statements,
			passwordIs(user, c.New).on(insertSessionStatement(*c.Session)),
			sessionExists(user, c.Session.ID).on(d1.SQL(deleteSessionsExcept, user, c.Session.ID)))
	}

	answer, err := s.batch(ctx, "set password", append(statements, forgiveStatements(c.Right)...)...)
	if err != nil {
		return err
	}
	return answer.changed(1)
}

const (
	insertPassword = `
	INSERT INTO account (
		id,
		account_id,
		provider_id,
		user_id,
		password,
		created_at,
		updated_at
	)
	SELECT ?, u.id, 'credential', u.id, ?, ?, ?
	FROM user u
	WHERE u.id = ?
		AND NOT EXISTS (
			SELECT 1
			FROM account a
			WHERE a.user_id = u.id
				AND a.provider_id = 'credential'
		)`

	deleteVerification = `
	DELETE FROM verification
	WHERE id = ?`
)

// ResetPassword uses up the verification, if it still exists, and gives its user the password, in a new account with the
// ID accountID if the user has no password account; false if the verification or the user is gone.
func (s *Store) ResetPassword(ctx context.Context, verification auth.Verification, accountID, hash string, now time.Time) (bool, error) {
	userID, at, unused := verification.Value, seconds(now), verificationExists(verification.ID)
	answer, err := s.batch(ctx, "reset password",
		cutOffStatement(userID, now, unused),
		unused.on(d1.SQL(updatePassword, hash, at, userID)),
		unused.on(d1.SQL(insertPassword, accountID, hash, at, at, userID)),
		d1.SQL(deleteVerification, verification.ID))
	if err != nil {
		return false, err
	}
	changes := func(statement int) int64 { return answer.results[statement].Changes }
	return changes(3) > 0 && changes(1)+changes(2) > 0, nil
}
