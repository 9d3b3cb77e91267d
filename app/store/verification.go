package store

import (
	"context"
	"time"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/d1"
)

const insertVerification = `
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

// AddVerification inserts a verification; auth.ErrGone if it names a session that is gone.
func (s *Store) AddVerification(ctx context.Context, verification auth.Verification, now time.Time) error {
	return s.change(ctx, "add verification", d1.SQL(insertVerification,
		verification.ID, verification.Identifier, verification.Value, verification.ProviderID, verification.SessionID,
		seconds(verification.ExpiresAt), seconds(now), seconds(now),
		verification.SessionID, verification.SessionID))
}

const verificationColumns = `
		id,
		identifier,
		value,
		provider_id,
		session_id,
		expires_at`

const (
	selectVerification = `
	SELECT` + verificationColumns + `
	FROM verification
	WHERE identifier = ?
	ORDER BY created_at DESC, rowid DESC
	LIMIT 1`

	deleteVerifications = `
	DELETE FROM verification
	WHERE identifier = ?
	RETURNING` + verificationColumns

	deleteExpiredVerifications = `
	DELETE FROM verification
	WHERE expires_at < ?`
)

// FindVerification returns the newest row of an identifier, expired or not, and removes all expired rows; nil if there is
// none.
func (s *Store) FindVerification(ctx context.Context, identifier string, now time.Time) (*auth.Verification, error) {
	return s.verification(ctx, "find verification", selectVerification, identifier, now)
}

// TakeVerification does the same and removes the row: of several callers, one gets it.
func (s *Store) TakeVerification(ctx context.Context, identifier string, now time.Time) (*auth.Verification, error) {
	return s.verification(ctx, "take verification", deleteVerifications, identifier, now)
}

func (s *Store) verification(ctx context.Context, operation, sql, identifier string, now time.Time) (*auth.Verification, error) {
	answer, err := s.batch(ctx, operation, d1.SQL(sql, identifier), d1.SQL(deleteExpiredVerifications, seconds(now)))
	if err != nil {
		return nil, err
	}

	var found auth.Verification
	exists, err := answer.first(0,
		&found.ID,
		&found.Identifier,
		&found.Value,
		&found.ProviderID,
		&found.SessionID,
		d1.Seconds(&found.ExpiresAt))
	if err != nil || !exists {
		return nil, err
	}
	return &found, nil
}
