package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/safejson"
)

// What a user owns is read by statements that name the owner as (SELECT id FROM owner). Who that is comes before them:
// a user id where the session cache vouches for it, else whoever the session token belongs to. The proof of a claim and
// the data are then one trip to the database.
const (
	ownerByID      = `WITH owner(id) AS (SELECT ?)`
	ownerBySession = `WITH owner(id) AS (SELECT user_id FROM session WHERE token = ? AND expires_at >= ?)`

	// ownerByCache believes a session cache only if the user was not cut off since it was written. Else the owner is the
	// session's, with the session as its proof, of NULLs if that is not there.
	ownerByCache = `WITH owner(id, proof) AS (
		SELECT ?1, NULL
		WHERE NOT EXISTS (SELECT 1 FROM user_cutoff WHERE user_id = ?1 AND at >= ?2)
		UNION ALL
		SELECT u.id, ` + identityArray + `
		FROM user_cutoff c
		LEFT JOIN session s ON s.token = ?3
		LEFT JOIN user u ON u.id = s.user_id
		WHERE c.user_id = ?1
			AND c.at >= ?2
	)`
)

// owned runs the queries for the claimant, and tells who that is. The first column of a row must not be NULL. Faults:
// Unauthorized.
func (s *Store) owned(ctx context.Context, claim auth.Claim, now time.Time, queries ...d1.Statement) (auth.Identity, []d1.Result, error) {
	read := s.ownedBySession
	if claim.Cached != nil {
		read = s.ownedByCache
	}
	identity, results, err := read(ctx, claim, now, queries)
	if err != nil {
		return auth.Identity{}, nil, err
	}
	if !identity.Session.ValidAt(now) { // nor is one of NULLs
		return auth.Identity{}, nil, auth.Unauthenticated()
	}
	return identity, results, nil
}

func (s *Store) ownedBySession(ctx context.Context, claim auth.Claim, now time.Time, queries []d1.Statement) (auth.Identity, []d1.Result, error) {
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
	return readIdentity(results[0].Rows[0]), results[1:], nil
}

// ownedByCache has the proof as a column of the first query: a lone statement costs the least.
func (s *Store) ownedByCache(ctx context.Context, claim auth.Claim, _ time.Time, queries []d1.Statement) (auth.Identity, []d1.Result, error) {
	queries[0].SQL = ` SELECT proof, q.* FROM owner LEFT JOIN (` + queries[0].SQL + `) q`
	for i, query := range queries {
		queries[i] = prepend(ownerByCache, query, claim.Cached.User.ID, claim.CachedSince.UnixMilli(), claim.Token)
	}
	results, err := s.db.Batch(ctx, queries...)
	if err != nil {
		return auth.Identity{}, nil, fmt.Errorf("read what a user owns: %w", err)
	}

	proof, err := cutProof(&results[0])
	if err != nil || proof == nil {
		return *claim.Cached, results, err
	}
	return readIdentity(proof), results, nil
}

// cutProof takes the column of the proof off a result, and returns the session in it; nil if the cache counts.
func cutProof(result *d1.Result) (d1.Row, error) {
	text := result.Rows[0].Text(0)
	if result.Rows[0][1] == nil {
		result.Rows = nil // the owner alone
	}
	for i, row := range result.Rows {
		result.Rows[i] = row[1:]
	}
	if text == "" {
		return nil, nil
	}
	var proof d1.Row
	if err := safejson.Unmarshal([]byte(text), &proof); err != nil {
		return nil, fmt.Errorf("read the proof of a session: %w", err)
	}
	return proof, nil
}

// ownedBy makes the user the owner of a query.
func ownedBy(userID string, query d1.Statement) d1.Statement {
	return prepend(ownerByID, query, userID)
}

func prepend(owner string, query d1.Statement, args ...any) d1.Statement {
	return d1.SQL(owner+query.SQL, slices.Concat(args, query.Args)...)
}
