package store

import (
	"context"
	"time"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/d1"
)

const (
	deleteSessionByToken = `
	DELETE FROM session
	WHERE token = ?`

	deleteExpiredSession = `
	DELETE FROM session
	WHERE token = ?
		AND expires_at < ?`

	deleteSessionOfUser = `
	DELETE FROM session
	WHERE user_id = ?
		AND token = ?`

	deleteSessionsOfUser = `
	DELETE FROM session
	WHERE user_id = ?`

	deleteOtherSessions = `
	DELETE FROM session
	WHERE user_id = ?
		AND token <> ?
		AND expires_at >= ?`
)

// DropSession removes a session.
func (s *Store) DropSession(ctx context.Context, token string) error {
	return s.run(ctx, "drop session", d1.SQL(deleteSessionByToken, token))
}

// DropExpiredSession removes a session unless it has been extended.
func (s *Store) DropExpiredSession(ctx context.Context, token string, now time.Time) error {
	return s.run(ctx, "drop expired session", d1.SQL(deleteExpiredSession, token, secondsUp(now)))
}

// DropSessionOf removes a session if it belongs to the caller's user. auth.ErrGone if the caller's own session is gone.
func (s *Store) DropSessionOf(ctx context.Context, caller auth.Session, token string) error {
	return s.dropFor(ctx, "drop a session of the user", caller, d1.SQL(deleteSessionOfUser, caller.UserID, token))
}

// DropSessions removes all sessions of the caller's user. auth.ErrGone if the caller's own session is gone.
func (s *Store) DropSessions(ctx context.Context, caller auth.Session) error {
	return s.dropFor(ctx, "drop sessions", caller, d1.SQL(deleteSessionsOfUser, caller.UserID))
}

// DropOtherSessions removes the unexpired sessions of the caller's user except the caller's own. auth.ErrGone if that one is
// gone.
func (s *Store) DropOtherSessions(ctx context.Context, caller auth.Session, now time.Time) error {
	return s.dropFor(ctx, "drop other sessions", caller,
		d1.SQL(deleteOtherSessions, caller.UserID, caller.Token, secondsUp(now)))
}

// dropFor runs a statement that removes sessions while the caller's session exists.
func (s *Store) dropFor(ctx context.Context, operation string, caller auth.Session, drop d1.Statement) error {
	exists := sessionExists(caller.UserID, caller.ID)
	answer, err := s.batch(ctx, operation, exists.query(), exists.on(drop))
	if err != nil {
		return err
	}
	if answer.rows(0) == 0 {
		return auth.ErrGone
	}
	return nil
}
