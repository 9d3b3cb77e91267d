package auth

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/addreams/addreams/app/auth/cookie"
	"github.com/addreams/addreams/app/safejson"
)

// Reading is how get-session may look a session up.
type Reading struct {
	PastCache bool // ask the database, whatever the cache says
	NoRefresh bool // leave the session and the cookies as they are
}

// Current is a session as get-session returns it: the JSON of the session and its user.
type Current struct {
	Session json.RawMessage `json:"session"`
	User    json.RawMessage `json:"user"`
}

// Current returns the session of a visit, nil if there is none, and renews the cookies as better-auth does.
func (s *Service) Current(ctx context.Context, v *Visit, how Reading) (*Current, error) {
	read, signed := s.readCookies(v.Jar, v.Now)
	if !signed {
		return nil, nil
	}
	if read.claim.Cached != nil && !how.PastCache {
		var current Current
		err := safejson.Unmarshal(read.content, &current) // to the letter
		return &current, err
	}
	if read.cacheErr != nil {
		v.Jar.RemoveCache()
	}
	if errors.Is(read.cacheErr, cookie.ErrCacheForged) && !how.PastCache {
		return nil, nil // as better-auth answers; the next request comes without it
	}

	return s.currentInDB(ctx, v, read.claim, how)
}

func (s *Service) currentInDB(ctx context.Context, v *Visit, claim Claim, how Reading) (*Current, error) {
	identity, err := s.find(ctx, claim.Token, v.Now)
	if err == nil && identity != nil && !claim.DontRemember && !how.NoRefresh {
		err = s.renewCookies(ctx, v, claim, identity)
	}
	if errors.Is(err, ErrGone) || err == nil && identity == nil {
		v.Jar.RemoveSession()
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &Current{identity.Session.AppendJSON(nil), identity.User.AppendJSON(nil)}, nil
}

// renewCookies gives the browser a new session cache, and a new token cookie if the session was rolled on.
func (s *Service) renewCookies(ctx context.Context, v *Visit, claim Claim, identity *Identity) error {
	rolled, err := s.rollIfDue(ctx, claim, identity, v.Now)
	if err != nil {
		return err
	}
	if rolled {
		left := identity.Session.ExpiresAt.Sub(v.Now).Round(time.Second)
		v.Jar.PutSigned(cookie.TokenName, identity.Session.Token, left)
	}
	v.Jar.PutCache(s.formatCache(*identity, v.Now, cacheLife), cacheLife)
	return nil
}
