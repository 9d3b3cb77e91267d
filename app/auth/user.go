package auth

import (
	"context"
	"net/http"
)

var errUpdateNothing = Refuse(http.StatusBadRequest, "No fields to update")

// UpdateUser changes the caller's name or picture, and renews the cookies, which show them.
func (s *Service) UpdateUser(ctx context.Context, v *Visit, caller Identity, profile Profile) error {
	if profile == (Profile{}) {
		return errUpdateNothing
	}
	user, err := s.store.UpdateUser(ctx, caller.User.ID, profile, v.Now)
	if err != nil {
		return err
	}
	s.enter(v, Identity{caller.Session, user}, !v.Jar.dontRemember())
	return nil
}

// Sessions lists the caller's unexpired sessions.
func (s *Service) Sessions(ctx context.Context, v *Visit, caller Identity) ([]Session, error) {
	return s.store.Sessions(ctx, caller.User.ID, v.Now)
}

// RevokeSession ends a session of the caller; that of another is left alone, without a word.
func (s *Service) RevokeSession(ctx context.Context, caller Identity, token string) error {
	return s.store.DropSessionOf(ctx, caller.User.ID, token)
}

// RevokeSessions ends all sessions of the caller.
func (s *Service) RevokeSessions(ctx context.Context, caller Identity) error {
	return s.store.DropSessions(ctx, caller.User.ID)
}

// RevokeOtherSessions ends the caller's sessions but the one that calls.
func (s *Service) RevokeOtherSessions(ctx context.Context, v *Visit, caller Identity) error {
	return s.store.DropOtherSessions(ctx, caller.User.ID, caller.Session.Token, v.Now)
}
