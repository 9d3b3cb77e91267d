package auth

import (
	"context"
	"time"

	"github.com/addreams/addreams/app/fault"
)

// freshFor is how long a sign-in counts as recent.
const freshFor = 24 * time.Hour

// Unauthenticated is what the application's own routes answer without a valid session; those of /api/auth answer
// ErrSignedOut.
func Unauthenticated() error { return fault.New(fault.Unauthorized, "Authentication required.") }

// Guard returns who makes a visit, by the session cache if it holds; ErrSignedOut if nobody does.
func (s *Service) Guard(ctx context.Context, v *Visit) (Identity, error) {
	seen, ok := s.see(v.Jar, v.Now)
	if !ok {
		return Identity{}, ErrSignedOut
	}
	if seen.claim.Cached != nil {
		return *seen.claim.Cached, nil
	}
	return s.guardClaim(ctx, seen.claim)
}

// GuardSensitive is Guard by the database alone.
func (s *Service) GuardSensitive(ctx context.Context, v *Visit) (Identity, error) {
	seen, ok := s.see(v.Jar, v.Now)
	if !ok {
		return Identity{}, ErrSignedOut
	}
	return s.guardClaim(ctx, seen.claim)
}

func (s *Service) guardClaim(ctx context.Context, claim Claim) (Identity, error) {
	identity, err := s.Prove(ctx, claim)
	if fault.CodeOf(err) == fault.Unauthorized {
		return Identity{}, ErrSignedOut
	}
	return identity, err
}

// GuardFresh is Guard for sessions that were made, or rolled on, within a day; ErrNotFresh for others.
func (s *Service) GuardFresh(ctx context.Context, v *Visit) (Identity, error) {
	identity, err := s.Guard(ctx, v)
	if err != nil {
		return Identity{}, err
	}
	since := identity.Session.UpdatedAt
	if since.IsZero() {
		since = identity.Session.CreatedAt
	}
	if v.Now.Sub(since) >= freshFor {
		return Identity{}, ErrNotFresh
	}
	return identity, nil
}
