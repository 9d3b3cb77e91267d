package store

import (
	"context"
	"time"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/d1"
)

// useNoted is how old last_request may be before another use is written there: a key that is used all the time costs a write
// per minute, not per request. A key with a number of remaining requests costs one per request.
const useNoted = time.Minute

const (
	ownerByKey = `
	WITH owner(id) AS (SELECT user_id FROM apikey WHERE key = ?)`

	// selectKeyUser has a name of its own for each column, as identityColumns.
	selectKeyUser = `
	SELECT
		k.id AS key_id,
		k.enabled,
		k.remaining,
		k.permissions,
		k.expires_at,
		u.id,
		u.name,
		u.email,
		u.email_verified,
		u.image,
		u.created_at,
		u.updated_at
	FROM apikey k
	JOIN user u ON u.id = k.user_id
	WHERE k.key = ?`

	updateKeyUsed = `
	UPDATE apikey
	SET
		remaining = remaining - 1,
		last_request = ?
	WHERE key = ?
		AND enabled
		AND (expires_at IS NULL OR expires_at >= ?)
		AND (remaining > 0 OR remaining IS NULL AND coalesce(last_request, 0) <= ?)
		AND ` + keyAllows

	// keyAllows holds for the row of an API key whose permissions contain the scope, as auth.APIKey.Check does.
	keyAllows = `(
			permissions IS NULL
			OR iif(json_valid(permissions), EXISTS (SELECT 1 FROM json_each(permissions, '$.` + auth.ScopeResource + `') WHERE value = ?), 0)
		)`
)

// UseKey returns the user of a claim with an API key, and counts the use, unless it is refused. Faults: those of auth.APIKey.Check, APIKeyInvalid.
func (s *Store) UseKey(ctx context.Context, claim auth.Claim, now time.Time) (auth.Identity, error) {
	identity, _, err := s.owned(ctx, "use API key", claim, now)
	return identity, err
}

// ownedByKey drops what the queries have read if the key may not be used. The statement that counts the use comes last, so
// that the others find the key as it was before.
func (s *Store) ownedByKey(ctx context.Context, operation string, claim auth.KeyClaim, now time.Time, queries []d1.Statement) (auth.Identity, answer, error) {
	statements := []d1.Statement{d1.SQL(selectKeyUser, claim.Hash)}
	for _, query := range queries {
		statements = append(statements, prepend(ownerByKey, query, claim.Hash))
	}
	if !claim.Counted && claim.Scope != "" {
		statements = append(statements,
			d1.SQL(updateKeyUsed, seconds(now), claim.Hash, secondsUp(now), seconds(now.Add(-useNoted)), string(claim.Scope)))
	}
	read, err := s.batch(ctx, operation, statements...)
	if err != nil {
		return auth.Identity{}, answer{}, err
	}

	var key auth.APIKey
	var user auth.User
	found, err := read.first(0, append([]any{
		&key.ID, &key.Enabled, &key.Remaining, &key.Permissions, d1.NullSeconds(&key.ExpiresAt),
	}, userFields(&user)...)...)
	if err == nil && !found {
		err = auth.UnknownKey()
	}
	if claim.Counted {
		key.Remaining = nil
	}
	if err == nil {
		err = key.Check(claim.Scope, now)
	}
	if err != nil {
		return auth.Identity{}, answer{}, err
	}
	return auth.Identity{Session: auth.Session{ID: key.ID, UserID: user.ID}, User: user}, answer{read.operation, read.results[1 : 1+len(queries)]}, nil
}
