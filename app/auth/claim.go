package auth

import (
	"net/http"
	"time"

	"github.com/addreams/addreams/app/auth/cookie"
)

// Claim is what a request claims about its sender, by its cookies or by an API key. The token's signature is good. Cached is
// set when a valid session cache vouches for the rest; otherwise the session has still to be found in the database.
type Claim struct {
	Key          *KeyClaim // nil for cookies; without them, the rest is empty
	Token        string
	Cached       *Identity
	CachedSince  time.Time // of Cached: it counts for nothing if the user was cut off at this time or later
	DontRemember bool
}

// Credential identifies what the claim rests on.
func (c Claim) Credential() string {
	if c.Key != nil {
		return c.Key.Hash
	}
	return c.Token
}

// cacheSkew is by how much the clocks of two isolates may differ, and how long after its time a cut-off may be written.
// A session cache that was written up to so much later does not count: the session decides, in the same trip.
const cacheSkew = time.Minute

// Claim reads the cookies, and nothing else; false means signed out. A session cache that does not count is ignored.
func (s *Service) Claim(r *http.Request) (Claim, bool) {
	if !s.ready {
		return Claim{}, false
	}
	read, signed := s.readCookies(s.cookies.Jar(r.Header), s.now())
	return read.claim, signed
}

// sessionCookies are the session cookies of a request. Where claim.Cached is nil, and a cache was sent, cacheErr is why.
type sessionCookies struct {
	claim    Claim
	content  []byte // the session and its user, as the cache has them
	cacheErr error
}

// readCookies reads the cookies of a session; false if none is signed by us.
func (s *Service) readCookies(jar *cookie.Jar, now time.Time) (sessionCookies, bool) {
	token, signed := jar.Signed(cookie.TokenName)
	if !signed {
		return sessionCookies{}, false
	}

	read := sessionCookies{claim: Claim{Token: token, DontRemember: jar.DontRemember()}}
	if value, sent := jar.Cache(); sent {
		cache, err := s.cookies.ParseCache(value, now)
		identity := Identity{Session(cache.Session), User(cache.User)}
		switch {
		case err != nil:
		case identity.Session.Token != token:
			err = cookie.ErrCacheForeign
		case !identity.Session.ValidAt(now):
			err = cookie.ErrCacheExpired
		}
		if read.cacheErr = err; err == nil {
			read.claim.Cached, read.claim.CachedSince = &identity, cache.WrittenAt.Add(-cacheSkew)
			read.content = cache.Content
		}
	}
	return read, true
}
