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

	// ownerByCache trusts a session cache only if the user was not cut off since it was written. If the user was, there is no
	// owner.
	ownerByCache = `
	WITH owner(id) AS (
		SELECT ?
		WHERE NOT EXISTS (SELECT 1 FROM user_cutoff WHERE user_id = ? AND at >= ?)
	)`

	// ownerByProof is like ownerByCache, but if the user was cut off, the owner is the session's user, and proof is the session,
	// or an array of NULLs if it does not exist.
	ownerByProof = `
	WITH owner(id, proof) AS (
		SELECT ?, NULL
		WHERE NOT EXISTS (SELECT 1 FROM user_cutoff WHERE user_id = ? AND at >= ?)
		UNION ALL
		SELECT
			u.id,` + identityArray + `
		FROM user_cutoff c
		LEFT JOIN session s ON s.token = ?
		LEFT JOIN user u ON u.id = s.user_id
		WHERE c.user_id = ?
			AND c.at >= ?
	)`

	// withProof returns the proof in front of a query's columns. If the query has no row, its columns are NULL.
	withProof = `
	SELECT
		proof,
		q.*
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

// ownedByCache takes one trip if the first query has a row. Otherwise there is no such row, or the cache does not count any more;
// a second trip finds out. Having both in one statement takes D1 four times as long.
func (s *Store) ownedByCache(ctx context.Context, operation string, claim auth.Claim, _ time.Time, queries []d1.Statement) (auth.Identity, answer, error) {
	userID, since := claim.Cached.User.ID, claim.CachedSince.UnixMilli()
	statements := make([]d1.Statement, len(queries))
	for i, query := range queries {
		statements[i] = prepend(ownerByCache, query, userID, userID, since)
	}
	answer, err := s.batch(ctx, operation, statements...)
	if err != nil || answer.rows(0) > 0 {
		return *claim.Cached, answer, err
	}
	return s.ownedByProof(ctx, operation, claim, queries)
}

// ownedByProof asks for the proof in the first query, because a batch of one statement costs D1 the least.
func (s *Store) ownedByProof(ctx context.Context, operation string, claim auth.Claim, queries []d1.Statement) (auth.Identity, answer, error) {
	queries[0].SQL = fmt.Sprintf(withProof, queries[0].SQL)
	userID, since := claim.Cached.User.ID, claim.CachedSince.UnixMilli()
	for i, query := range queries {
		queries[i] = prepend(ownerByProof, query, userID, userID, since, claim.Token, userID, since)
	}
	answer, err := s.batch(ctx, operation, queries...)
	if err != nil {
		return auth.Identity{}, answer, err
	}

	proof, err := answer.cutProof()
	if err != nil || proof == nil {
		return *claim.Cached, answer, err
	}
	identity, err := readProof(operation, *proof)
	return identity, answer, err
}

// cutProof removes the column of withProof from the first result, and returns it; nil if the cache is valid.
func (a answer) cutProof() (proof *string, err error) {
	result := &a.results[0]
	if len(result.Rows) == 0 || len(result.Rows[0]) < 2 {
		return nil, fmt.Errorf("%s: %w", a.operation, errNoRow)
	}
	first := d1.Result{Columns: result.Columns[:1], Rows: []d1.Row{result.Rows[0][:1]}}
	if err := first.Scan(0, &proof); err != nil {
		return nil, fmt.Errorf("%s: %w", a.operation, err)
	}

	if result.Rows[0][1] == nil {
		result.Rows = nil // only the owner
	}
	result.Columns = result.Columns[1:]
	for i, row := range result.Rows {
		result.Rows[i] = row[1:]
	}
	return proof, nil
}

// readProof reads identityArray.
func readProof(operation, proof string) (auth.Identity, error) {
	var row d1.Row
	if err := safejson.Unmarshal([]byte(proof), &row); err != nil {
		return auth.Identity{}, fmt.Errorf("%s: column proof: %w", operation, err)
	}
	if len(row) == 0 || row[0] == nil {
		return auth.Identity{}, auth.Unauthenticated()
	}
	var identity auth.Identity
	session := answer{operation, []d1.Result{{Columns: identityNames, Rows: []d1.Row{row}}}}
	err := session.scan(0, 0, identityFields(&identity)...)
	return identity, err
}

// ownedBy makes the user the owner of a query.
func ownedBy(userID string, query d1.Statement) d1.Statement {
	return prepend(ownerByID, query, userID)
}

func prepend(owner string, query d1.Statement, args ...any) d1.Statement {
	return d1.SQL(owner+query.SQL, slices.Concat(args, query.Args)...)
}
