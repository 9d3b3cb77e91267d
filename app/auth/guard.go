package auth

import (
	"cmp"
	"context"
	"time"

	"github.com/addreams/addreams/app/fault"
)

// freshFor is how long a sign-in counts as recent.
const freshFor = 24 * time.Hour

// Unauthenticated is the error of the application's own routes without a valid session; those of /api/auth answer
// ErrSignedOut.
func Unauthenticated() error { return fault.New(fault.Unauthorized, "Authentication required.") }

// SessionInDB returns the caller whose session is in the database; ErrSignedOut if there is none.
func (s *Service) SessionInDB(ctx context.Context, v *Visit) (Identity, error) {
	read, ok := s.readCookies(v.Jar, v.Now)
	if !ok {
		return Identity{}, ErrSignedOut
	}
	identity, err := s.Prove(ctx, read.claim)
	if fault.CodeOf(err) == fault.Unauthorized {
		return Identity{}, ErrSignedOut
	}
	return identity, err
}

// SessionWithAccounts is SessionInDB, and lists the caller's accounts in the same trip to the database.
func (s *Service) SessionWithAccounts(ctx context.Context, v *Visit) (Identity, []Account, error) {
	return readOwned(ctx, s, v, true, s.store.Accounts)
}

// RecentSignIn is SessionWithAccounts for sessions that were made, or rolled on, within a day; ErrNotFresh for others. If
// there is a session cache, its age counts.
func (s *Service) RecentSignIn(ctx context.Context, v *Visit) (Identity, []Account, error) {
	identity, accounts, err := s.SessionWithAccounts(ctx, v)
	if err != nil {
		return Identity{}, nil, err
	}

	aged := identity.Session
	if read, _ := s.readCookies(v.Jar, v.Now); read.claim.Cached != nil {
		aged = read.claim.Cached.Session
	}
	since := aged.UpdatedAt
	if since.IsZero() {
		since = aged.CreatedAt
	}
	if v.Now.Sub(since) >= freshFor {
		return Identity{}, nil, ErrNotFresh
	}
	return identity, accounts, nil
}

// Accounts lists the accounts of the caller; ErrSignedOut if there is none. A session cache is proof enough, unless the
// user was cut off since it was written.
func (s *Service) Accounts(ctx context.Context, v *Visit) (Identity, []Account, error) {
	return readOwned(ctx, s, v, false, s.store.Accounts)
}

// Sessions lists the unexpired sessions of the caller, on the same proof.
func (s *Service) Sessions(ctx context.Context, v *Visit) (Identity, []Session, error) {
	identity, sessions, err := readOwned(ctx, s, v, false, s.store.Sessions)
	for i := range sessions {
		if later := identity.Session; sessions[i].ID == later.ID && sessions[i].ExpiresAt.Before(later.ExpiresAt) {
			sessions[i] = later // it was rolled on just now
		}
	}
	return identity, sessions, err
}

// readOwned reads what belongs to the caller, in one trip with the proof of who that is. Past the cache, the proof is a
// session in the database.
func readOwned[T any](
	ctx context.Context, s *Service, v *Visit, pastCache bool, query func(context.Context, Claim, time.Time) (Identity, []T, error),
) (Identity, []T, error) {
	read, ok := s.readCookies(v.Jar, v.Now)
	if !ok {
		return Identity{}, nil, ErrSignedOut
	}
	claim := read.claim
	if pastCache {
		claim.Cached = nil
	}

	identity, list, err := query(ctx, claim, v.Now)
	if fault.CodeOf(err) == fault.Unauthorized {
		return Identity{}, nil, cmp.Or[error](s.store.DropExpiredSession(ctx, claim.Token, v.Now), ErrSignedOut)
	}
	if err != nil {
		return Identity{}, nil, err
	}
	if claim.Cached == nil {
		_, err = s.rollIfDue(ctx, claim, &identity, v.Now)
	}
	return identity, list, goneIsSignedOut(err)
}
