package auth

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"
)

const (
	sessionLife     = 7 * 24 * time.Hour
	sessionLifeOpen = 24 * time.Hour // of a session that ends when the browser closes
	refreshAfter    = 24 * time.Hour // the age at which a session is rolled on
)

// Claim reads the cookies, and nothing else; false means signed out. A session cache that does not hold is as if it
// were not there.
func (s *Service) Claim(r *http.Request) (Claim, bool) {
	if !s.ready {
		return Claim{}, false
	}
	seen, ok := s.see(s.cookies.jar(r.Header), s.now())
	return seen.claim, ok
}

// sight is what the cookies of a request show. Where claim.Cached is nil, and a cache was sent, cacheErr is why.
type sight struct {
	claim    Claim
	cached   cached
	cacheErr error
}

func (s *Service) see(jar *Jar, now time.Time) (sight, bool) {
	token, signed := jar.signed(tokenCookie)
	if !signed {
		return sight{}, false
	}
	seen := sight{claim: Claim{Token: token, DontRemember: jar.dontRemember()}}
	if value, sent := jar.chunked(cacheCookie); sent {
		if seen.cached, seen.cacheErr = s.cookies.readCache(value, now); seen.cacheErr == nil {
			seen.claim.Cached, seen.claim.CachedSince = &seen.cached.identity, seen.cached.since
		}
	}
	return seen, true
}

func (j *Jar) dontRemember() bool {
	value, signed := j.signed(dontRememberCookie)
	return signed && value != ""
}

// Prove looks the claim's session up in the database, and rolls it on if that is due; fault.Unauthorized if it is not
// there.
func (s *Service) Prove(ctx context.Context, claim Claim) (Identity, error) {
	identity, err := s.find(ctx, claim.Token, s.now())
	if err != nil {
		return Identity{}, err
	}
	if identity == nil {
		return Identity{}, Unauthenticated()
	}
	_, err = s.sustain(ctx, claim, identity, s.now())
	if errors.Is(err, ErrGone) {
		return Identity{}, Unauthenticated()
	}
	return *identity, err
}

// Sustain rolls a session on, if that is due, that was read from the database together with its user's data.
func (s *Service) Sustain(ctx context.Context, claim Claim, identity Identity) error {
	if claim.Cached != nil {
		return nil
	}
	_, err := s.sustain(ctx, claim, &identity, s.now())
	if errors.Is(err, ErrGone) {
		return nil // it was there when the data was read
	}
	return err
}

// find returns an unexpired session; nil if there is none. An expired one is removed.
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

// sustain moves a session's end to a week from now, once a day of the week before is used up, and reports whether it did.
// ErrGone if the session is not there any more.
func (s *Service) sustain(ctx context.Context, claim Claim, identity *Identity, now time.Time) (bool, error) {
	if claim.DontRemember || identity.Session.ExpiresAt.Add(refreshAfter-sessionLife).After(now) {
		return false, nil
	}
	at := now.Truncate(time.Second)
	identity.Session.ExpiresAt, identity.Session.UpdatedAt = at.Add(sessionLife), at
	return true, s.store.ExtendSession(ctx, claim.Token, identity.Session.ExpiresAt, at)
}

// open makes a session for a user, not yet stored.
func (v *Visit) open(userID string, remember bool) Session {
	at, life := v.Now.Truncate(time.Second), sessionLife
	if !remember {
		life = sessionLifeOpen
	}
	address, agent := v.Address, strings.ToValidUTF8(clipped(v.UserAgent, maxAgent), "\ufffd")
	return Session{
		ID: newID(), Token: newID(), UserID: userID, IPAddress: &address, UserAgent: &agent,
		ExpiresAt: at.Add(life), CreatedAt: at, UpdatedAt: at,
	}
}

// maxAgent is how much of a User-Agent header is kept, in bytes.
const maxAgent = 4 << 10

// clipped is the beginning of a text, at most so many bytes.
func clipped(text string, most int) string {
	if len(text) > most {
		return text[:most]
	}
	return text
}

// enter sets the cookies of a session.
func (s *Service) enter(v *Visit, identity Identity, remember bool) {
	life, cache, vouches := sessionLife, cacheLife, cacheLife
	if !remember {
		life, cache, vouches = untilClosed, untilClosed, cacheLifeOpen
	}
	v.Jar.putSigned(tokenCookie, identity.Session.Token, life)
	if !remember {
		v.Jar.putSigned(dontRememberCookie, "true", untilClosed)
	}
	v.Jar.putChunked(cacheCookie, s.cookies.writeCache(identity, v.Now, vouches), cache)
}

// forget deletes the cookies of a session.
func (j *Jar) forget() {
	j.remove(tokenCookie)
	j.removeChunked(cacheCookie)
	j.remove(dontRememberCookie)
}

// SignOut ends the session of a visit, if there is one.
func (s *Service) SignOut(ctx context.Context, v *Visit) error {
	token, signed := v.Jar.signed(tokenCookie)
	v.Jar.forget()
	if !signed {
		return nil
	}
	return s.store.DropSession(ctx, token)
}
