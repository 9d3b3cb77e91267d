package auth

import (
	"context"
	"errors"
	"net/http"
)

var errUpdateNothing = Refuse(http.StatusBadRequest, "No fields to update")

// UpdateUser changes the caller's name or picture, and renews the cookies, which show them.
func (s *Service) UpdateUser(ctx context.Context, v *Visit, caller Identity, patch UserPatch) error {
	if patch == (UserPatch{}) {
		return errUpdateNothing
	}
	user, err := s.store.UpdateUser(ctx, caller.Session, patch, v.Now)
	if err != nil {
		return signedOut(err)
	}
	s.enter(v, Identity{caller.Session, user}, !v.Jar.dontRemember())
	return nil
}

// RevokeSession ends a session of the caller; that of another is left alone, without a word.
func (s *Service) RevokeSession(ctx context.Context, caller Identity, token string) error {
	return signedOut(s.store.DropSessionOf(ctx, caller.Session, token))
}

// RevokeSessions ends all sessions of the caller.
func (s *Service) RevokeSessions(ctx context.Context, caller Identity) error {
	return signedOut(s.store.DropSessions(ctx, caller.Session))
}

// RevokeOtherSessions ends the caller's sessions but the one that calls.
func (s *Service) RevokeOtherSessions(ctx context.Context, v *Visit, caller Identity) error {
	return signedOut(s.store.DropOtherSessions(ctx, caller.Session, v.Now))
}

// signedOut makes the caller's session, if that is gone, the answer of a guard.
func signedOut(err error) error {
	if errors.Is(err, ErrGone) {
		return ErrSignedOut
	}
	return err
}
