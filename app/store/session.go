package store

import (
	"context"
	"time"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/d1"
)

// sessionColumns are what sessionFields reads.
const sessionColumns = `
		id,
		token,
		user_id,
		ip_address,
		user_agent,
		expires_at,
		created_at,
		updated_at`

// sessionFields returns the destinations for sessionColumns.
func sessionFields(session *auth.Session) []any {
	return []any{
		&session.ID,
		&session.Token,
		&session.UserID,
		&session.IPAddress,
		&session.UserAgent,
		d1.Seconds(&session.ExpiresAt),
		d1.Seconds(&session.CreatedAt),
		d1.Seconds(&session.UpdatedAt),
	}
}

// What identityFields reads: a session's columns and its user's. D1 returns rows as objects, which keep only the last of two
// columns with the same name, so each column of identityColumns has a name of its own.
const identityColumns = `
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
		u.updated_at`

// identityFields returns the destinations for identityColumns.
func identityFields(identity *auth.Identity) []any {
	return append(sessionFields(&identity.Session), userFields(&identity.User)...)
}

const selectSession = `
	SELECT` + identityColumns + `
	FROM session s
	JOIN user u ON u.id = s.user_id
	WHERE s.token = ?`

// FindSession returns a session with its user, expired or not; nil if there is none.
func (s *Store) FindSession(ctx context.Context, token string) (*auth.Identity, error) {
	answer, err := s.batch(ctx, "find session", d1.SQL(selectSession, token))
	if err != nil {
		return nil, err
	}
	var identity auth.Identity
	found, err := answer.first(0, identityFields(&identity)...)
	if err != nil || !found {
		return nil, err
	}
	return &identity, nil
}

const updateSessionExpiry = `
	UPDATE session
	SET
		expires_at = ?,
		updated_at = ?
	WHERE token = ?`

// ExtendSession changes when a session expires; auth.ErrGone if there is no such session.
func (s *Store) ExtendSession(ctx context.Context, token string, expires, now time.Time) error {
	return s.change(ctx, "extend session", d1.SQL(updateSessionExpiry, seconds(expires), seconds(now), token))
}

const insertSession = `
	INSERT INTO session (
		id,
		expires_at,
		token,
		created_at,
		updated_at,
		ip_address,
		user_agent,
		user_id
	)
	SELECT ?, ?, ?, ?, ?, ?, ?, id
	FROM user
	WHERE id = ?`

// insertSessionStatement inserts a session if its user exists.
func insertSessionStatement(session auth.Session) d1.Statement {
	return d1.SQL(insertSession,
		session.ID, seconds(session.ExpiresAt), session.Token, seconds(session.CreatedAt), seconds(session.UpdatedAt),
		session.IPAddress, session.UserAgent, session.UserID)
}

// maxSessions is the number of sessions that a user may have. One more replaces the least recently used one: a session in
// use extends its expiry, and with it updated_at, once a day.
const maxSessions = 100

const deleteExcessSessions = `
	DELETE FROM session
	WHERE rowid IN (
		SELECT rowid
		FROM session
		WHERE user_id = ?
		ORDER BY updated_at DESC, rowid DESC
		LIMIT -1 OFFSET ?
	)`

// trimSessionsStatement limits a user's sessions to maxSessions. It follows the statement that adds one.
func trimSessionsStatement(userID string) d1.Statement {
	return d1.SQL(deleteExcessSessions, userID, maxSessions)
}

// AddSession inserts a session while the user's password has the hash, and forgives the guess that was right; auth.ErrGone
// if the hash is another.
func (s *Store) AddSession(ctx context.Context, session auth.Session, hash string, right auth.Guess) error {
	statements := []d1.Statement{
		passwordIs(session.UserID, hash).on(insertSessionStatement(session)),
		trimSessionsStatement(session.UserID),
	}
	answer, err := s.batch(ctx, "add session", append(statements, forgiveStatements(right)...)...)
	if err != nil {
		return err
	}
	return answer.changed(0)
}

const selectSessions = `
	SELECT` + sessionColumns + `
	FROM session
	WHERE user_id = (SELECT id FROM owner)
		AND expires_at >= ?
	ORDER BY rowid`

// Sessions lists the claimant's unexpired sessions, oldest first. Faults: Unauthorized.
func (s *Store) Sessions(ctx context.Context, claim auth.Claim, now time.Time) (auth.Identity, []auth.Session, error) {
	identity, answer, err := s.owned(ctx, "list sessions", claim, now, d1.SQL(selectSessions, secondsUp(now)))
	if err != nil {
		return identity, nil, err
	}
	sessions := make([]auth.Session, answer.rows(0))
	for i := range sessions {
		if err := answer.scan(0, i, sessionFields(&sessions[i])...); err != nil {
			return identity, nil, err
		}
	}
	return identity, sessions, nil
}
