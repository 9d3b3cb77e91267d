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

	// ownerByCache believes a session cache only if the user was not cut off since it was written.
	ownerByCache = `WITH owner(id) AS (
		SELECT CASE
			WHEN EXISTS (SELECT 1 FROM user_cutoff WHERE user_id = ?1 AND at >= ?2)
			THEN (SELECT user_id FROM session WHERE token = ?3 AND expires_at >= ?4)
			ELSE ?1
		END)`
)

// findCutOff answers with no row if the session cache counts. If the user was cut off since it was written, it answers
// with the session, or with NULLs if that is not there.
const findCutOff = `
	SELECT` + identityList + `
	FROM user_cutoff c
	LEFT JOIN session s ON s.token = ?
	LEFT JOIN user u ON u.id = s.user_id
	WHERE c.user_id = ?
		AND c.at >= ?`

// owned runs the queries for the claimant, and tells who that is. Faults: Unauthorized.
func (s *Store) owned(ctx context.Context, claim auth.Claim, now time.Time, queries ...d1.Statement) (auth.Identity, []d1.Result, error) {
	results, err := s.db.Batch(ctx, provenStatements(claim, now, queries)...)
	if err != nil {
		return auth.Identity{}, nil, fmt.Errorf("read what a user owns: %w", err)
	}
	proof := results[0].Rows
	if claim.Cached != nil && len(proof) == 0 {
		return *claim.Cached, results[1:], nil
	}
	if len(proof) == 0 {
		return auth.Identity{}, nil, auth.Unauthenticated()
	}
	identity := readIdentity(proof[0])
	if !identity.Session.ValidAt(now) { // nor does one of NULLs
		return auth.Identity{}, nil, auth.Unauthenticated()
	}
	return identity, results[1:], nil
}

// provenStatements are the proof of a claim and the queries for its owner.
func provenStatements(claim auth.Claim, now time.Time, queries []d1.Statement) []d1.Statement {
	if claim.Cached == nil {
		statements := []d1.Statement{sessionStatement(claim.Token)}
		for _, query := range queries {
			statements = append(statements, prepend(ownerBySession, query, claim.Token, secondsUp(now)))
		}
		return statements
	}
	userID, since := claim.Cached.User.ID, claim.CachedSince.UnixMilli()
	statements := []d1.Statement{d1.SQL(findCutOff, claim.Token, userID, since)}
	for _, query := range queries {
		statements = append(statements, prepend(ownerByCache, query, userID, since, claim.Token, secondsUp(now)))
	}
	return statements
}

// ownedBy makes the user the owner of a query.
func ownedBy(userID string, query d1.Statement) d1.Statement {
	return prepend(ownerByID, query, userID)
}

func prepend(owner string, query d1.Statement, args ...any) d1.Statement {
	return d1.SQL(owner+query.SQL, slices.Concat(args, query.Args)...)
}
