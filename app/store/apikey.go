package store

import (
	"context"
	"time"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/d1"
)

// keyColumns are what keyFields reads.
const keyColumns = `
		id,
		user_id,
		name,
		start,
		prefix,
		enabled,
		remaining,
		permissions,
		last_request,
		expires_at,
		created_at,
		updated_at`

// keyFields returns the destinations for keyColumns.
func keyFields(key *auth.APIKey) []any {
	return []any{
		&key.ID,
		&key.UserID,
		&key.Name,
		&key.Start,
		&key.Prefix,
		&key.Enabled,
		&key.Remaining,
		&key.Permissions,
		d1.NullSeconds(&key.LastRequest),
		d1.NullSeconds(&key.ExpiresAt),
		d1.Seconds(&key.CreatedAt),
		d1.Seconds(&key.UpdatedAt),
	}
}

const selectKeys = `
	SELECT` + keyColumns + `
	FROM apikey
	WHERE user_id = (SELECT id FROM owner)
	ORDER BY rowid`

// Keys lists the claimant's API keys, oldest first. Faults: Unauthorized.
func (s *Store) Keys(ctx context.Context, claim auth.Claim, now time.Time) (auth.Identity, []auth.APIKey, error) {
	identity, answer, err := s.owned(ctx, "list API keys", claim, now, d1.SQL(selectKeys))
	if err != nil {
		return identity, nil, err
	}
	keys := make([]auth.APIKey, answer.rows(0))
	for i := range keys {
		if err := answer.scan(0, i, keyFields(&keys[i])...); err != nil {
			return identity, nil, err
		}
	}
	return identity, keys, nil
}

const insertAPIKey = `
	INSERT INTO apikey (
		id,
		user_id,
		name,
		start,
		prefix,
		key,
		enabled,
		remaining,
		permissions,
		expires_at,
		created_at,
		updated_at
	)
	SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?
	WHERE (SELECT count(*) FROM apikey WHERE user_id = ?) < ?`

// AddKey inserts an API key; false if the user has too many. auth.ErrGone if the caller's session is gone.
func (s *Store) AddKey(ctx context.Context, caller auth.Session, key auth.NewKey) (bool, error) {
	var expires *int64
	if key.ExpiresAt != nil {
		expires = seconds(*key.ExpiresAt)
	}
	return s.changeKeys(ctx, "add API key", caller, d1.SQL(insertAPIKey,
		key.ID, key.UserID, key.Name, key.Start, key.Prefix, key.Hash, key.Enabled, key.Remaining, key.Permissions,
		expires, seconds(key.CreatedAt), seconds(key.UpdatedAt), key.UserID, key.Max))
}

const deleteAPIKey = `
	DELETE FROM apikey
	WHERE id = ?
		AND user_id = ?`

// DropKey removes an API key of the caller's user; false if there is no such key. auth.ErrGone if the caller's session is gone.
func (s *Store) DropKey(ctx context.Context, caller auth.Session, id string) (bool, error) {
	return s.changeKeys(ctx, "drop API key", caller, d1.SQL(deleteAPIKey, id, caller.UserID))
}

// changeKeys runs a statement while the caller's session exists, and reports whether it changed something.
func (s *Store) changeKeys(ctx context.Context, operation string, caller auth.Session, change d1.Statement) (bool, error) {
	exists := sessionExists(caller.UserID, caller.ID)
	answer, err := s.batch(ctx, operation, exists.query(), exists.on(change))
	if err != nil {
		return false, err
	}
	if answer.rows(0) == 0 {
		return false, auth.ErrGone
	}
	return answer.changed(1) == nil, nil
}

const updateAPIKey = `
	UPDATE apikey
	SET
		name = coalesce(?, name),
		enabled = coalesce(?, enabled),
		remaining = coalesce(?, remaining),
		expires_at = iif(?, ?, expires_at),
		permissions = iif(?, ?, permissions),
		updated_at = ?
	WHERE id = ?
		AND user_id = ?`

// UpdateKey changes the fields that the patch has, and returns the key as it is then; false if the caller's user has no such
// key. auth.ErrGone if the caller's session is gone.
func (s *Store) UpdateKey(ctx context.Context, caller auth.Session, id string, patch auth.KeyPatch, now time.Time) (auth.APIKey, bool, error) {
	var expires, permissions, enabled any
	if patch.ExpiresIn > 0 {
		expires = now.Add(patch.ExpiresIn).Unix()
	}
	if patch.Scopes != nil {
		permissions = auth.FormatScopes(patch.Scopes)
	}
	if patch.Enabled != nil {
		enabled = *patch.Enabled
	}
	exists := sessionExists(caller.UserID, caller.ID)
	update := exists.on(d1.SQL(updateAPIKey,
		patch.Name, enabled, patch.Remaining, patch.SetExpiry, expires, patch.SetScopes, permissions, seconds(now), id, caller.UserID))
	update.SQL += ` RETURNING` + keyColumns

	answer, err := s.batch(ctx, "update API key", exists.query(), update)
	if err != nil {
		return auth.APIKey{}, false, err
	}
	if answer.rows(0) == 0 {
		return auth.APIKey{}, false, auth.ErrGone
	}
	var key auth.APIKey
	found, err := answer.first(1, keyFields(&key)...)
	return key, found, err
}

const (
	deleteKeysOfUser = `
	DELETE FROM apikey
	WHERE user_id = ?`

	deleteExpiredAPIKeys = `
	DELETE FROM apikey
	WHERE rowid IN (
		SELECT rowid
		FROM apikey
		WHERE expires_at < ?
		ORDER BY expires_at
		LIMIT ?
	)`
)
