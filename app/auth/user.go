package auth

import (
	"context"
	"net/http"
)

// UserPatch is a change of a user.
type UserPatch struct {
	Name     *string // nil leaves the name as it is
	SetImage bool    // Image takes the place of the picture, or is left alone
	Image    *string // nil for no picture
}

var errUpdateNothing = Refuse(http.StatusBadRequest, "No fields to update")

// UpdateUser changes the caller's name or picture, and renews the cookies, which contain them.
func (s *Service) UpdateUser(ctx context.Context, v *Visit, caller Identity, patch UserPatch) error {
	if patch == (UserPatch{}) {
		return errUpdateNothing
	}

	user, err := s.store.UpdateUser(ctx, caller.Session, patch, v.Now)
	if err != nil {
		return goneIsSignedOut(err)
	}
	s.setSessionCookies(v, Identity{caller.Session, user}, !v.Jar.DontRemember())
	return nil
}
