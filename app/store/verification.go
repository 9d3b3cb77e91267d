package store

import (
	"context"
	"time"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/d1"
)

const addVerification = `
	INSERT INTO verification (
		id,
		identifier,
		value,
		provider_id,
		session_id,
		expires_at,
		created_at,
		updated_at
	)
	SELECT ?, ?, ?, ?, ?, ?, ?, ?
	WHERE (? IS NULL OR EXISTS (SELECT 1 FROM session WHERE id = ?))`

// AddVerification inserts a verification; auth.ErrGone if it has a session that is gone.
func (s *Store) AddVerification(ctx context.Context, verification auth.Verification, now time.Time) error {
	return s.change(ctx, d1.SQL(addVerification,
		verification.ID, verification.Identifier, verification.Value, verification.ProviderID, verification.SessionID,
		seconds(verification.ExpiresAt), seconds(now), seconds(now),
		verification.SessionID, verification.SessionID))
}

const (
	findVerification = `
	SELECT
		id,
		identifier,
		value,
		provider_id,
		session_id,
		expires_at
	FROM verification
	WHERE identifier = ?
	ORDER BY created_at DESC, rowid DESC
	LIMIT 1`

	takeVerification = `
	DELETE FROM verification
	WHERE identifier = ?
	RETURNING
		id,
		identifier,
		value,
		provider_id,
		session_id,
		expires_at`

	dropExpired = `DELETE FROM verification WHERE expires_at < ?`
)

// FindVerification returns the newest row of an identifier, expired or not, and removes all expired ones.
func (s *Store) FindVerification(ctx context.Context, identifier string, now time.Time) (*auth.Verification, error) {
	return s.verification(ctx, findVerification, identifier, now)
}

// TakeVerification does the same, and removes the row: of several callers one gets it.
func (s *Store) TakeVerification(ctx context.Context, identifier string, now time.Time) (*auth.Verification, error) {
	return s.verification(ctx, takeVerification, identifier, now)
}

func (s *Store) verification(ctx context.Context, sql, identifier string, now time.Time) (*auth.Verification, error) {
	results, err := s.db.Batch(ctx, d1.SQL(sql, identifier), d1.SQL(dropExpired, seconds(now)))
	if err != nil || len(results[0].Rows) == 0 {
		return nil, err
	}
	row := results[0].Rows[0]
	return &auth.Verification{
		ID:         row.Text(0),
		Identifier: row.Text(1),
		Value:      row.Text(2),
		ProviderID: row.NullText(3),
		SessionID:  row.NullText(4),
		ExpiresAt:  instant(row, 5),
	}, nil
}
