package auth

import (
	"context"
	"errors"
)

// RevokeSession ends a session of the caller. That of another user is left alone, and no error says so.
func (s *Service) RevokeSession(ctx context.Context, caller Identity, token string) error {
	return goneIsSignedOut(s.store.DropSessionOf(ctx, caller.Session, token))
}

// RevokeSessions ends all sessions of the caller.
func (s *Service) RevokeSessions(ctx context.Context, caller Identity) error {
	return goneIsSignedOut(s.store.DropSessions(ctx, caller.Session))
}

// RevokeOtherSessions ends the caller's sessions except the one that calls.
func (s *Service) RevokeOtherSessions(ctx context.Context, v *Visit, caller Identity) error {
	return goneIsSignedOut(s.store.DropOtherSessions(ctx, caller.Session, v.Now))
}

// goneIsSignedOut turns an ErrGone, which means that the caller's session is gone, into the answer of a guard.
func goneIsSignedOut(err error) error {
	if errors.Is(err, ErrGone) {
		return ErrSignedOut
	}
	return err
}
