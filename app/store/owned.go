package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/d1"
)

// Statements that read what a user owns name the owner as (SELECT id FROM owner). A WITH clause in front of them says who
// that is: the user ID that a valid session cache vouches for, or else the user of the session token or of the API key. So
// checking a claim and reading the data take one trip to the database.
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

	// ownerByCache trusts a session cache only if the user was not cut off since it was written, or the session still exists.
	ownerByCache = `
	WITH owner(id) AS (
		SELECT ?
		WHERE NOT EXISTS (SELECT 1 FROM user_cutoff WHERE user_id = ? AND at >= ?)
			OR EXISTS (SELECT 1 FROM session WHERE token = ? AND user_id = ? AND expires_at >= ? AND typeof(expires_at) = 'integer')
	)`

	// whereOwned returns a row of NULLs if the query has no row, and no row if there is no owner.
	whereOwned = `
	SELECT q.*
	FROM owner
	LEFT JOIN (%s) q`
)

// owned runs an operation's queries for the claimant, and returns who that is. A row of the first query whose first column is
// NULL counts as no row. Faults: Unauthorized, and for API keys those of UseKey.
func (s *Store) owned(ctx context.Context, operation string, claim auth.Claim, now time.Time, queries ...d1.Statement) (auth.Identity, answer, error) {
	read := s.ownedBySession
	switch {
	case claim.Key != nil:
		return s.ownedByKey(ctx, operation, *claim.Key, now, queries)
	case claim.Cached != nil:
		read = s.ownedByCache
	}
	identity, answer, err := read(ctx, operation, claim, now, queries)
	if err == nil && !identity.Session.ValidAt(now) {
		err = auth.Unauthenticated()
	}
	if err != nil {
		return auth.Identity{}, answer, err
	}

	return identity, answer, nil
}

func (s *Store) ownedBySession(ctx context.Context, operation string, claim auth.Claim, now time.Time, queries []d1.Statement) (auth.Identity, answer, error) {
	statements := []d1.Statement{d1.SQL(selectSession, claim.Token)}
	for _, query := range queries {
		statements = append(statements, prepend(ownerBySession, query, claim.Token, secondsUp(now)))
	}
	answer, err := s.batch(ctx, operation, statements...)
	if err != nil {
		return auth.Identity{}, answer, err
	}

	var identity auth.Identity
	found, err := answer.first(0, identityFields(&identity)...)
	if err == nil && !found {
		err = auth.Unauthenticated()
	}
	return identity, answer.from(1), err
}

// ownedByCache asks for the owner in the first query, because a batch of one statement costs D1 the least.
func (s *Store) ownedByCache(ctx context.Context, operation string, claim auth.Claim, now time.Time, queries []d1.Statement) (auth.Identity, answer, error) {
	queries[0].SQL = fmt.Sprintf(whereOwned, queries[0].SQL)
	userID, since := claim.Cached.User.ID, claim.CachedSince.UnixMilli()
	for i, query := range queries {
		queries[i] = prepend(ownerByCache, query, userID, userID, since, claim.Token, userID, secondsUp(now))
	}
	answer, err := s.batch(ctx, operation, queries...)
	if err != nil {
		return auth.Identity{}, answer, err
	}
	first := &answer.results[0]
	if len(first.Rows) == 0 {
		return auth.Identity{}, answer, auth.Unauthenticated()
	}
	if row := first.Rows[0]; len(row) > 0 && row[0] == nil {
		first.Rows = nil
	}
	return *claim.Cached, answer, nil
}

// ownedBy makes the user the owner of a query.
func ownedBy(userID string, query d1.Statement) d1.Statement {
	return prepend(ownerByID, query, userID)
}

func prepend(owner string, query d1.Statement, args ...any) d1.Statement {
	return d1.SQL(owner+query.SQL, slices.Concat(args, query.Args)...)
}
