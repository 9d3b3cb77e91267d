package store

import (
	"context"
	"time"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/d1"
)

// findSession reads a session with its user; readIdentity reads its rows. D1 answers with objects: of two columns with one
// name it keeps the last, so each has its own.
const findSession = `
	SELECT
		s.id AS session_id,
		s.token,
		s.user_id,
		s.ip_address,
		s.user_agent,
		s.expires_at,
		s.created_at AS session_created_at,
		s.updated_at AS session_updated_at,
		u.id,
		u.name,
		u.email,
		u.email_verified,
		u.image,
		u.created_at,
		u.updated_at
	FROM session s
	JOIN user u ON u.id = s.user_id
	WHERE s.token = ?`

// sessionStatement finds a session, expired or not, with its user.
func sessionStatement(token string) d1.Statement { return d1.SQL(findSession, token) }

func readIdentity(row d1.Row) auth.Identity {
	return auth.Identity{Session: readSession(row, 0), User: readUser(row, sessionColumns)}
}

// sessionColumns is the number of columns that readSession reads.
const sessionColumns = 8

// readSession reads a session's columns, in the order of findSession, from the column first on.
func readSession(row d1.Row, first int) auth.Session {
	return auth.Session{
		ID:        row.Text(first),
		Token:     row.Text(first + 1),
		UserID:    row.Text(first + 2),
		IPAddress: row.NullText(first + 3),
		UserAgent: row.NullText(first + 4),
		ExpiresAt: instant(row, first+5),
		CreatedAt: instant(row, first+6),
		UpdatedAt: instant(row, first+7),
	}
}

// FindSession returns a session with its user, expired or not; nil if there is none.
func (s *Store) FindSession(ctx context.Context, token string) (*auth.Identity, error) {
	found, err := d1.Query(ctx, s.db, findSession, token)
	if err != nil || len(found.Rows) == 0 {
		return nil, err
	}
	identity := readIdentity(found.Rows[0])
	return &identity, nil
}

const extendSession = `
	UPDATE session
	SET
		expires_at = ?,
		updated_at = ?
	WHERE token = ?`

// ExtendSession moves the end of a session.
func (s *Store) ExtendSession(ctx context.Context, token string, expires, now time.Time) error {
	return s.run(ctx, d1.SQL(extendSession, seconds(expires), seconds(now), token))
}

const addSession = `
	INSERT INTO session (
		id,
		expires_at,
		token,
		created_at,
		updated_at,
		ip_address,
		user_agent,
		user_id
	) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`

func addSessionStatement(session auth.Session) d1.Statement {
	return d1.SQL(addSession,
		session.ID, seconds(session.ExpiresAt), session.Token, seconds(session.CreatedAt), seconds(session.UpdatedAt),
		session.IPAddress, session.UserAgent, session.UserID)
}

// AddSession inserts a session.
func (s *Store) AddSession(ctx context.Context, session auth.Session) error {
	return s.run(ctx, addSessionStatement(session))
}

// DropSession removes a session.
func (s *Store) DropSession(ctx context.Context, token string) error {
	return s.run(ctx, d1.SQL(`DELETE FROM session WHERE token = ?`, token))
}

// DropSessionOf removes a session if it is the user's.
func (s *Store) DropSessionOf(ctx context.Context, userID, token string) error {
	return s.run(ctx, d1.SQL(`DELETE FROM session WHERE token = ? AND user_id = ?`, token, userID))
}

const dropSessions = `DELETE FROM session WHERE user_id = ?`

// DropSessions removes all sessions of a user.
func (s *Store) DropSessions(ctx context.Context, userID string) error {
	return s.run(ctx, d1.SQL(dropSessions, userID))
}

const dropOtherSessions = `
	DELETE FROM session
	WHERE user_id = ?
		AND token <> ?
		AND expires_at >= ?`

// DropOtherSessions removes the user's unexpired sessions but one.
func (s *Store) DropOtherSessions(ctx context.Context, userID, token string, now time.Time) error {
	return s.run(ctx, d1.SQL(dropOtherSessions, userID, token, secondsUp(now)))
}

const listSessions = `
	SELECT
		id,
		token,
		user_id,
		ip_address,
		user_agent,
		expires_at,
		created_at,
		updated_at
	FROM session
	WHERE user_id = ?
		AND expires_at >= ?
	ORDER BY rowid`

// Sessions lists a user's unexpired sessions in the order of their making.
func (s *Store) Sessions(ctx context.Context, userID string, now time.Time) ([]auth.Session, error) {
	found, err := d1.Query(ctx, s.db, listSessions, userID, secondsUp(now))
	if err != nil {
		return nil, err
	}
	sessions := make([]auth.Session, 0, len(found.Rows))
	for _, row := range found.Rows {
		sessions = append(sessions, readSession(row, 0))
	}
	return sessions, nil
}
