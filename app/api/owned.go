package api

import (
	"context"
	"time"

	"github.com/uptrace/bunrouter"

	"github.com/addreams/addreams/app/auth"
)

// ownedRead is a method of the store that reads what the claimant owns, and proves the claim in the same trip to the
// database. Faults: Unauthorized.
type ownedRead[T any] func(ctx context.Context, claim auth.Claim, now time.Time) (auth.Identity, T, error)

// readOwned does such a read for the sender of a request, behind requireSignedCookie. It notes who that is, and rolls the
// session on if that is due: a handler that reads through it cannot forget either. Faults: those of the read.
func readOwned[T any](a *App, r bunrouter.Request, query ownedRead[T]) (auth.Identity, T, error) {
	ctx := r.Context()
	claim := infoOf(ctx).claim
	identity, value, err := query(ctx, claim, a.platform.Now())
	if err != nil {
		a.auth.NoteRefusal(claim, err)
		return identity, value, err
	}

	identify(ctx, identity)
	return identity, value, a.auth.Roll(ctx, claim, identity)
}
