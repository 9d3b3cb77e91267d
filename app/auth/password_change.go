package auth

import (
	"context"
	"errors"
	"net/http"
)

var (
	errNoPassword    = Refuse(http.StatusBadRequest, "Credential account not found")
	errWrongPassword = Refuse(http.StatusBadRequest, "Invalid password")
	errResetToken    = Refuse(http.StatusBadRequest, "Invalid token")
)

// PasswordChange replaces a password by one who knows the current one.
type PasswordChange struct {
	Current, New string
	RevokeOthers bool // end all sessions, and begin a new one for this browser
}

// ChangePassword changes the caller's password. With RevokeOthers it returns the new session's token, and sets its
// cookies; else the token is "".
func (s *Service) ChangePassword(ctx context.Context, v *Visit, caller Identity, change PasswordChange) (string, error) {
	if err := checkLength(change.New); err != nil {
		return "", err
	}
	guess := s.callerGuess(v, caller, "/change-password")
	old, tried, err := s.checkPassword(ctx, caller.User.ID, change.Current, guess, errNoPassword)
	if err != nil {
		return "", err
	}
	hash, err := hashPassword(ctx, s.scrypt, change.New)
	if err != nil {
		return "", errors.Join(err, s.store.Uncount(ctx, guess, tried))
	}
	written := NewPassword{Caller: caller.Session, Old: old, New: hash, Right: guess, At: s.now()}
	if change.RevokeOthers {
		session := v.open(caller.User.ID, true)
		written.Session = &session
	}
	err = s.store.SetPassword(ctx, written)
	if errors.Is(err, ErrGone) {
		return "", s.whyGone(ctx, caller, errWrongPassword)
	}
	if err != nil || written.Session == nil {
		return "", err
	}
	s.enter(v, Identity{*written.Session, caller.User}, !v.Jar.dontRemember())
	return written.Session.Token, nil
}

// whyGone tells why a write found gone what it rests on: the caller's session, or what the other error says.
func (s *Service) whyGone(ctx context.Context, caller Identity, other error) error {
	found, err := s.store.FindSession(ctx, caller.Session.Token)
	switch {
	case err != nil:
		return err
	case found == nil:
		return ErrSignedOut
	}
	return other
}

// CheckPassword returns an error if a password is not the caller's. A right one forgives the wrong ones once they begin to
// matter, for that is a trip of its own.
func (s *Service) CheckPassword(ctx context.Context, v *Visit, caller Identity, password string) error {
	guess := s.callerGuess(v, caller, "/verify-password")
	_, tried, err := s.checkPassword(ctx, caller.User.ID, password, guess, errWrongPassword)
	if err == nil && tried.Failures > guess.FreeTries/2 {
		err = s.store.Forgive(ctx, guess)
	}
	return err
}

// checkPassword counts a guess, and returns the hash that the password fits.
func (s *Service) checkPassword(
	ctx context.Context, userID, password string, guess Guess, none error,
) (hash string, tried Tried, err error) {
	account, tried, err := s.store.FindPassword(ctx, userID, guess)
	if err == nil {
		err = guess.check(tried)
	}
	if err != nil {
		return "", tried, err
	}
	if account == nil || account.Password == nil {
		return "", tried, none
	}

	fits, err := verifyPassword(ctx, s.scrypt, password, *account.Password)
	switch {
	case err != nil:
		err = errors.Join(err, s.store.Uncount(ctx, guess, tried))
	case !fits:
		err = errWrongPassword
	}
	return *account.Password, tried, err
}

// resetPrefix precedes the token in the identifier of a password reset.
const resetPrefix = "reset-password:"

// ValidResetToken reports whether a token may still reset a password.
func (s *Service) ValidResetToken(ctx context.Context, v *Visit, token string) (bool, error) {
	row, err := s.store.FindVerification(ctx, resetPrefix+token, v.Now)
	return err == nil && row != nil && !row.ExpiresAt.Before(v.Now), err
}

// ResetPassword uses a token up to give its user a new password. Sessions stay.
func (s *Service) ResetPassword(ctx context.Context, v *Visit, token, password string) error {
	if token == "" {
		return errResetToken
	}
	if err := checkLength(password); err != nil {
		return err
	}
	row, err := s.store.FindVerification(ctx, resetPrefix+token, v.Now)
	if err != nil {
		return err
	}
	if row == nil || row.ExpiresAt.Before(v.Now) {
		return errResetToken
	}
	hash, err := hashPassword(ctx, s.scrypt, password)
	if err != nil {
		return err
	}
	used, err := s.store.ResetPassword(ctx, *row, newID(), hash, s.now())
	if err == nil && !used {
		return errResetToken
	}
	return err
}
