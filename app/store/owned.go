package store

import (
	"context"
	"slices"
	"time"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/d1"
)

// Statements that read what a user owns name the owner as (SELECT id FROM owner). A WITH clause in front of them says who
// that is: the user ID that a valid session cache vouches for, or else the user of the session token. So checking a claim
// and reading the data take one trip to the database.
const (
	ownerByID = `
	WITH owner(id) AS (SELECT ?)`

	ownerBySession = `
	WITH owner(id) AS (
		SELECT user_id
		FROM session
		WHERE token = ?
			AND expires_at >= ?
	)`

	// ownerByCache trusts a session cache only if the user was not cut off since it was written.
	ownerByCache = `
	WITH owner(id) AS (
		SELECT CASE
			WHEN EXISTS (SELECT 1 FROM user_cutoff WHERE user_id = ? AND at >= ?)
			THEN (SELECT user_id FROM session WHERE token = ? AND expires_at >= ?)
			ELSE ?
		END
	)`
)

// selectCutOff returns no row if the session cache is valid. If the user was cut off since it was written, it returns the
// session, or NULLs if that does not exist.
const selectCutOff = `
	SELECT` + identityColumns + `
	FROM user_cutoff c
	LEFT JOIN session s ON s.token = ?
	LEFT JOIN user u ON u.id = s.user_id
	WHERE c.user_id = ?
		AND c.at >= ?`

// owned runs an operation's queries for the claimant, and returns who that is. Faults: Unauthorized.
func (s *Store) owned(ctx context.Context, operation string, claim auth.Claim, now time.Time, queries ...d1.Statement) (auth.Identity, answer, error) {
	answer, err := s.batch(ctx, operation, ownedStatements(claim, now, queries)...)
	if err != nil {
		return auth.Identity{}, answer, err
	}
	identity, err := readOwner(claim, now, answer)
	return identity, answer.from(1), err
}

// readOwner reads the first statement of ownedStatements.
func readOwner(claim auth.Claim, now time.Time, answer answer) (auth.Identity, error) {
	if claim.Cached != nil && answer.rows(0) == 0 {
		return *claim.Cached, nil
	}
	if answer.rows(0) == 0 || answer.results[0].Rows[0][0] == nil {
		return auth.Identity{}, auth.Unauthenticated()
	}

	var identity auth.Identity
	if err := answer.scan(0, 0, identityFields(&identity)...); err != nil {
		return auth.Identity{}, err
	}
	if !identity.Session.ValidAt(now) {
		return auth.Identity{}, auth.Unauthenticated()
	}
	return identity, nil
}

// ownedStatements returns the statement that checks a claim, and then the queries for its owner.
func ownedStatements(claim auth.Claim, now time.Time, queries []d1.Statement) []d1.Statement {
	if claim.Cached == nil {
		statements := []d1.Statement{d1.SQL(selectSession, claim.Token)}
		for _, query := range queries {
			statements = append(statements, prepend(ownerBySession, query, claim.Token, secondsUp(now)))
		}
		return statements
	}

	userID, since := claim.Cached.User.ID, claim.CachedSince.UnixMilli()
	statements := []d1.Statement{d1.SQL(selectCutOff, claim.Token, userID, since)}
	for _, query := range queries {
		statements = append(statements, prepend(ownerByCache, query, userID, since, claim.Token, secondsUp(now), userID))
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
