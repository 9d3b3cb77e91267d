package auth

import (
	"context"
	"net/http"
	"time"
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
	if err := s.checkPassword(ctx, caller.User.ID, change.Current, errNoPassword); err != nil {
		return "", err
	}
	hash, err := hashPassword(ctx, s.scrypt, change.New)
	if err != nil {
		return "", err
	}
	if !change.RevokeOthers {
		return "", s.store.SetPassword(ctx, caller.User.ID, hash, nil, v.Now)
	}
	session := v.open(caller.User.ID, true)
	if err := s.store.SetPassword(ctx, caller.User.ID, hash, &session, v.Now); err != nil {
		return "", err
	}
	s.enter(v, Identity{session, caller.User}, !v.Jar.dontRemember())
	return session.Token, nil
}

// CheckPassword tells by its error whether a password is not the caller's.
func (s *Service) CheckPassword(ctx context.Context, caller Identity, password string) error {
	return s.checkPassword(ctx, caller.User.ID, password, errWrongPassword)
}

func (s *Service) checkPassword(ctx context.Context, userID, password string, none error) error {
	account, err := s.store.FindPassword(ctx, userID)
	if err != nil {
		return err
	}
	if account == nil || account.Password == nil {
		return none
	}
	fits, err := verifyPassword(ctx, s.scrypt, password, *account.Password)
	if err != nil || fits {
		return err
	}
	return errWrongPassword
}

// resetPrefix precedes the token in the identifier of a password reset.
const resetPrefix = "reset-password:"

// ResetHolds tells whether a token may still reset a password.
func (s *Service) ResetHolds(ctx context.Context, v *Visit, token string) (bool, error) {
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
	used, err := s.store.ResetPassword(ctx, *row, newID(), hash, v.Now.Truncate(time.Second))
	if err == nil && !used {
		return errResetToken
	}
	return err
}
