package auth

import (
	"time"

	"github.com/addreams/addreams/app/auth/cookie"
)

// How long a session cache vouches for its session.
const (
	cacheLife     = 5 * time.Minute
	cacheLifeOpen = time.Minute // with a session that ends when the browser closes
)

// setSessionCookies gives the browser the cookies of a session.
func (s *Service) setSessionCookies(v *Visit, identity Identity, remember bool) {
	life, cookieLife, cacheValid := sessionLife, cacheLife, cacheLife
	if !remember {
		life, cookieLife, cacheValid = cookie.UntilClosed, cookie.UntilClosed, cacheLifeOpen
	}

	v.Jar.PutSigned(cookie.TokenName, identity.Session.Token, life)
	if !remember {
		v.Jar.PutSigned(cookie.DontRememberName, "true", cookie.UntilClosed)
	}
	v.Jar.PutCache(s.formatCache(identity, v.Now, cacheValid), cookieLife)
}

func (s *Service) formatCache(identity Identity, now time.Time, life time.Duration) string {
	return s.cookies.FormatCache(cookie.Session(identity.Session), cookie.User(identity.User), now, life)
}
