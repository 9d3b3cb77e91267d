package auth

import (
	"context"
	"encoding/json"
	"errors"
	"time"
)

// Reading is how get-session may look a session up.
type Reading struct {
	PastCache bool // ask the database whatever the cache says
	NoRefresh bool // leave the session and the cookies as they are
}

// Current is a session as get-session shows it: the texts of the session and its user.
type Current struct {
	Session json.RawMessage `json:"session"`
	User    json.RawMessage `json:"user"`
}

// Current returns the session of a visit, nil if there is none, and renews the cookies as better-auth does.
func (s *Service) Current(ctx context.Context, v *Visit, how Reading) (*Current, error) {
	seen, ok := s.see(v.Jar, v.Now)
	if !ok {
		return nil, nil
	}
	if seen.claim.Cached != nil && !how.PastCache {
		return seen.cached.current()
	}
	if seen.cacheErr != nil {
		v.Jar.removeChunked(cacheCookie)
	}
	if errors.Is(seen.cacheErr, errCacheForged) && !how.PastCache {
		return nil, nil // as better-auth answers; the next request comes without it
	}
	identity, err := s.find(ctx, seen.claim.Token, v.Now)
	if err != nil {
		return nil, err
	}
	if identity == nil {
		v.Jar.forget()
		return nil, nil
	}
	if !seen.claim.DontRemember && !how.NoRefresh {
		err := s.renew(ctx, v, seen.claim, identity)
		if errors.Is(err, ErrGone) {
			v.Jar.forget()
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
	}
	return &Current{identity.Session.AppendJSON(nil), identity.User.AppendJSON(nil)}, nil
}

// renew gives the browser a new session cache, and a new token cookie if the session was rolled on.
func (s *Service) renew(ctx context.Context, v *Visit, claim Claim, identity *Identity) error {
	rolled, err := s.sustain(ctx, claim, identity, v.Now)
	if err != nil {
		return err
	}
	if rolled {
		left := identity.Session.ExpiresAt.Sub(v.Now).Round(time.Second)
		v.Jar.putSigned(tokenCookie, identity.Session.Token, left)
	}
	v.Jar.putChunked(cacheCookie, s.cookies.writeCache(*identity, v.Now, cacheLife), cacheLife)
	return nil
}
