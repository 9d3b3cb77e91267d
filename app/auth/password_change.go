package auth

import (
	"context"
	"errors"
	"net/http"
	"time"
)

var (
	errNoPassword    = Refuse(http.StatusBadRequest, "Credential account not found")
	errWrongPassword = Refuse(http.StatusBadRequest, "Invalid password")
)

// PasswordChange changes a password, which takes the current one.
type PasswordChange struct {
	Current, New string
	RevokeOthers bool // end all sessions, and begin a new one for this browser
}

// NewPassword is the replacement of a password that was checked.
type NewPassword struct {
	Caller   Session  // that asks for it
	Old, New string   // hashes
	Session  *Session // replaces all sessions of the user; nil leaves them
	Right    Guess    // to be forgiven
	At       time.Time
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
	hash, err := HashPassword(ctx, s.scrypt, change.New)
	if err != nil {
		return "", errors.Join(err, s.store.Uncount(ctx, guess, tried))
	}

	written := NewPassword{Caller: caller.Session, Old: old, New: hash, Right: guess, At: s.now()}
	if change.RevokeOthers {
		session := v.newSession(caller.User.ID, true)
		written.Session = &session
	}
	err = s.store.SetPassword(ctx, written)
	if errors.Is(err, ErrGone) {
		return "", s.explainGone(ctx, caller, errWrongPassword)
	}
	if err != nil || written.Session == nil {
		return "", err
	}

	s.setSessionCookies(v, Identity{*written.Session, caller.User}, !v.Jar.DontRemember())
	return written.Session.Token, nil
}

// explainGone returns why a write failed with ErrGone: ErrSignedOut if the caller's session is gone, else the other error.
func (s *Service) explainGone(ctx context.Context, caller Identity, other error) error {
	found, err := s.store.FindSession(ctx, caller.Session.Token)
	switch {
	case err != nil:
		return err
	case found == nil:
		return ErrSignedOut
	}
	return other
}

// CheckPassword returns an error if a password is not the caller's. A right one forgives the wrong ones, which is a trip of
// its own, only once they begin to matter.
func (s *Service) CheckPassword(ctx context.Context, v *Visit, caller Identity, password string) error {
	guess := s.callerGuess(v, caller, "/verify-password")
	_, tried, err := s.checkPassword(ctx, caller.User.ID, password, guess, errWrongPassword)
	if err == nil && tried.Failures > guess.FreeTries/2 {
		err = s.store.Forgive(ctx, guess)
	}
	return err
}

// checkPassword counts a guess, and returns the hash that the password matches; the error none if there is no hash.
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
