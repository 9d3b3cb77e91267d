package store

import (
	"context"
	"time"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/d1"
)

// What readIdentity reads. D1 answers with objects: of two columns with one name it keeps the last, so
// identityList gives each its own, and identityArray has them all in one.
const (
	identityList = `
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

	identityArray = `json_array(
		s.id,
		s.token,
		s.user_id,
		s.ip_address,
		s.user_agent,
		s.expires_at,
		s.created_at,
		s.updated_at,
		u.id,
		u.name,
		u.email,
		u.email_verified,
		u.image,
		u.created_at,
		u.updated_at
	)`

	// findSession reads a session with its user.
	findSession = `
	SELECT` + identityList + `
	FROM session s
	JOIN user u ON u.id = s.user_id
	WHERE s.token = ?`
)

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

// ExtendSession moves the end of a session; auth.ErrGone if it is not there.
func (s *Store) ExtendSession(ctx context.Context, token string, expires, now time.Time) error {
	return s.change(ctx, d1.SQL(extendSession, seconds(expires), seconds(now), token))
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
	)
	SELECT ?, ?, ?, ?, ?, ?, ?, id
	FROM user
	WHERE id = ?`

// addSessionStatement inserts a session of a user who is there.
func addSessionStatement(session auth.Session) d1.Statement {
	return d1.SQL(addSession,
		session.ID, seconds(session.ExpiresAt), session.Token, seconds(session.CreatedAt), seconds(session.UpdatedAt),
		session.IPAddress, session.UserAgent, session.UserID)
}

// maxSessions is how many sessions a user may have. One more, and that goes which was used least lately: a session in use
// moves its end, and updated_at, once a day.
const maxSessions = 100

const trimSessions = `
	DELETE FROM session
	WHERE rowid IN (
		SELECT rowid
		FROM session
		WHERE user_id = ?
		ORDER BY updated_at DESC, rowid DESC
		LIMIT -1 OFFSET ?
	)`

// trimSessionsStatement keeps a user's sessions to as many as there may be. It follows the one that adds a session.
func trimSessionsStatement(userID string) d1.Statement {
	return d1.SQL(trimSessions, userID, maxSessions)
}

// AddSession inserts a session while a hash is that of its user's password, and forgives the guess that was right;
// auth.ErrGone if it is not.
func (s *Store) AddSession(ctx context.Context, session auth.Session, hash string, right auth.Guess) error {
	statements := []d1.Statement{
		passwordStands(session.UserID, hash).on(addSessionStatement(session)),
		trimSessionsStatement(session.UserID),
	}
	results, err := s.db.Batch(ctx, append(statements, forgiveStatements(right)...)...)
	if err != nil {
		return err
	}
	return changed(results[0])
}

// DropSession removes a session.
func (s *Store) DropSession(ctx context.Context, token string) error {
	return s.run(ctx, d1.SQL(`DELETE FROM session WHERE token = ?`, token))
}

// DropExpiredSession removes a session unless it has been rolled on.
func (s *Store) DropExpiredSession(ctx context.Context, token string, now time.Time) error {
	return s.run(ctx, d1.SQL(`DELETE FROM session WHERE token = ? AND expires_at < ?`, token, secondsUp(now)))
}

const (
	dropSession  = `DELETE FROM session WHERE user_id = ? AND token = ?`
	dropSessions = `DELETE FROM session WHERE user_id = ?`
)

// DropSessionOf removes a session if it is the caller's user's. auth.ErrGone if the caller's own is gone.
func (s *Store) DropSessionOf(ctx context.Context, caller auth.Session, token string) error {
	return s.dropFor(ctx, caller, d1.SQL(dropSession, caller.UserID, token))
}

// DropSessions removes all sessions of the caller's user. auth.ErrGone if the caller's own is gone.
func (s *Store) DropSessions(ctx context.Context, caller auth.Session) error {
	return s.dropFor(ctx, caller, d1.SQL(dropSessions, caller.UserID))
}

// dropFor runs a statement that removes sessions while the caller's is there.
func (s *Store) dropFor(ctx context.Context, caller auth.Session, drop d1.Statement) error {
	stands := sessionStands(caller.UserID, caller.ID)
	results, err := s.db.Batch(ctx, stands.query(), stands.on(drop))
	if err != nil {
		return err
	}
	if len(results[0].Rows) == 0 {
		return auth.ErrGone
	}
	return nil
}

const dropOtherSessions = `
	DELETE FROM session
	WHERE user_id = ?
		AND token <> ?
		AND expires_at >= ?`

// DropOtherSessions removes the unexpired sessions of the caller's user but the caller's. auth.ErrGone if that one is gone.
func (s *Store) DropOtherSessions(ctx context.Context, caller auth.Session, now time.Time) error {
	return s.dropFor(ctx, caller, d1.SQL(dropOtherSessions, caller.UserID, caller.Token, secondsUp(now)))
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
	WHERE user_id = (SELECT id FROM owner)
		AND expires_at >= ?
	ORDER BY rowid`

// Sessions lists the claimant's unexpired sessions in the order of their making. Faults: Unauthorized.
func (s *Store) Sessions(ctx context.Context, claim auth.Claim, now time.Time) (auth.Identity, []auth.Session, error) {
	identity, results, err := s.owned(ctx, claim, now, d1.SQL(listSessions, secondsUp(now)))
	if err != nil {
		return identity, nil, err
	}
	sessions := make([]auth.Session, 0, len(results[0].Rows))
	for _, row := range results[0].Rows {
		sessions = append(sessions, readSession(row, 0))
	}
	return identity, sessions, nil
}
