package auth

import (
	"context"
	"net/http"
)

var errResetToken = Refuse(http.StatusBadRequest, "Invalid token")

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
	hash, err := HashPassword(ctx, s.scrypt, password)
	if err != nil {
		return err
	}

	used, err := s.store.ResetPassword(ctx, *row, newID(), hash, s.now())
	if err == nil && !used {
		return errResetToken
	}
	return err
}
