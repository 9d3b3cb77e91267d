package auth

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/addreams/addreams/app/auth/cookie"
)

const (
	sessionLife     = 7 * 24 * time.Hour
	sessionLifeOpen = 24 * time.Hour // of a session that ends when the browser closes
	refreshAfter    = 24 * time.Hour // the age at which a session is rolled on
)

// maxAgent is how much of a User-Agent header is kept, in bytes.
const maxAgent = 4 << 10

// newSession makes a session for a user, not yet stored.
func (v *Visit) newSession(userID string, remember bool) Session {
	at, life := v.Now.Truncate(time.Second), sessionLife
	if !remember {
		life = sessionLifeOpen
	}
	address, agent := v.Address, strings.ToValidUTF8(truncated(v.UserAgent, maxAgent), "\ufffd")
	return Session{
		ID: newID(), Token: newID(), UserID: userID, IPAddress: &address, UserAgent: &agent,
		ExpiresAt: at.Add(life), CreatedAt: at, UpdatedAt: at,
	}
}

// truncated returns the beginning of a text, limited to a number of bytes.
func truncated(text string, most int) string {
	if len(text) > most {
		return text[:most]
	}
	return text
}

// Prove looks the claim's session up in the database, and rolls it on if that is due; fault.Unauthorized if it is not
// there. For an API key, the identity's session has the ID of the key. Faults then: those of APIKey.Check, APIKeyInvalid.
func (s *Service) Prove(ctx context.Context, claim Claim) (Identity, error) {
	if claim.Key != nil {
		identity, err := s.store.UseKey(ctx, claim, s.now())
		s.NoteRefusal(claim, err)
		return identity, err
	}
	identity, err := s.find(ctx, claim.Token, s.now())
	if err != nil {
		return Identity{}, err
	}
	if identity == nil {
		return Identity{}, Unauthenticated()
	}

	_, err = s.rollIfDue(ctx, claim, identity, s.now())
	if errors.Is(err, ErrGone) {
		return Identity{}, Unauthenticated()
	}
	return *identity, err
}

// Roll rolls a session on, if that is due, that was read from the database together with its user's data.
func (s *Service) Roll(ctx context.Context, claim Claim, identity Identity) error {
	if claim.Cached != nil || claim.Key != nil {
		return nil
	}
	_, err := s.rollIfDue(ctx, claim, &identity, s.now())
	if errors.Is(err, ErrGone) {
		return nil // it was there when the data was read
	}
	return err
}

// find returns an unexpired session; nil if there is none. An expired one is deleted.
func (s *Service) find(ctx context.Context, token string, now time.Time) (*Identity, error) {
	identity, err := s.store.FindSession(ctx, token)
	if err != nil || identity == nil {
		return nil, err
	}
	if !identity.Session.ValidAt(now) {
		return nil, s.store.DropExpiredSession(ctx, token, now)
	}
	return identity, nil
}

// rollIfDue moves a session's end to a week from now, once a day of the week before is used up, and reports whether it
// did. ErrGone if the session is not there any more.
func (s *Service) rollIfDue(ctx context.Context, claim Claim, identity *Identity, now time.Time) (bool, error) {
	if claim.DontRemember || identity.Session.ExpiresAt.Add(refreshAfter-sessionLife).After(now) {
		return false, nil
	}
	at := now.Truncate(time.Second)
	identity.Session.ExpiresAt, identity.Session.UpdatedAt = at.Add(sessionLife), at
	return true, s.store.ExtendSession(ctx, claim.Token, identity.Session.ExpiresAt, at)
}

// SignOut ends the session of a visit, if there is one.
func (s *Service) SignOut(ctx context.Context, v *Visit) error {
	token, signed := v.Jar.Signed(cookie.TokenName)
	v.Jar.RemoveSession()
	if !signed {
		return nil
	}
	return s.store.DropSession(ctx, token)
}
