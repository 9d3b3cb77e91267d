package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/d1"
)

// What a user owns is read by statements that name the owner as (SELECT id FROM owner). Who that is comes before them:
// a user id where the session cache vouches for it, else whoever the session token belongs to. The proof of a claim and
// the data are then one trip to the database.
const (
	ownerByID      = `WITH owner(id) AS (SELECT ?)`
	ownerBySession = `WITH owner(id) AS (SELECT user_id FROM session WHERE token = ? AND expires_at >= ?)`
)

// owned runs the queries for the claimant, and tells who that is. Faults: Unauthorized.
func (s *Store) owned(ctx context.Context, claim auth.Claim, now time.Time, queries ...d1.Statement) (auth.Identity, []d1.Result, error) {
	if claim.Cached != nil {
		for i, query := range queries {
			queries[i] = ownedBy(claim.Cached.User.ID, query)
		}
		results, err := s.db.Batch(ctx, queries...)
		if err != nil {
			return auth.Identity{}, nil, fmt.Errorf("read what a user owns: %w", err)
		}
		return *claim.Cached, results, nil
	}
	statements := []d1.Statement{sessionStatement(claim.Token)}
	for _, query := range queries {
		statements = append(statements, prepend(ownerBySession, query, claim.Token, secondsUp(now)))
	}
	results, err := s.db.Batch(ctx, statements...)
	if err != nil {
		return auth.Identity{}, nil, fmt.Errorf("read what a session's user owns: %w", err)
	}
	if len(results[0].Rows) == 0 {
		return auth.Identity{}, nil, auth.Unauthenticated()
	}
	identity := readIdentity(results[0].Rows[0])
	if !identity.Session.ValidAt(now) {
		return auth.Identity{}, nil, auth.Unauthenticated()
	}
	return identity, results[1:], nil
}

// ownedBy makes the user the owner of a query.
func ownedBy(userID string, query d1.Statement) d1.Statement {
	return prepend(ownerByID, query, userID)
}

func prepend(owner string, query d1.Statement, args ...any) d1.Statement {
	return d1.SQL(owner+query.SQL, slices.Concat(args, query.Args)...)
}
