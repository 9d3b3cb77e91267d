package store

import (
	"slices"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/d1"
)

// Other requests write between a check and the write that depends on it. So a write repeats what was checked as a
// condition of its SQL: the rows that the check read must still exist, in the same batch. If they do not, nothing is
// written and the result is auth.ErrGone. A statement that deletes what another statement of the batch has as its
// condition comes after that one.

// condition is part of a WHERE clause, with its arguments.
type condition struct {
	sql  string
	args []any
}

// always is the condition that holds.
var always = condition{sql: `1`}

// sessionExists holds while the user has the session.
func sessionExists(userID, sessionID string) condition {
	return condition{`EXISTS (SELECT 1 FROM session WHERE id = ? AND user_id = ?)`, []any{sessionID, userID}}
}

// callerExists holds while the user has the session, or in its place the API key with the scope.
func callerExists(userID, id string, scope auth.Scope) condition {
	return condition{
		`(EXISTS (SELECT 1 FROM session WHERE id = ? AND user_id = ?)
			OR EXISTS (SELECT 1 FROM apikey WHERE id = ? AND user_id = ? AND enabled AND ` + keyAllows + `))`,
		[]any{id, userID, id, userID, string(scope)},
	}
}

// sessionExistsIf is sessionExists if a session is given, and always holds otherwise.
func sessionExistsIf(userID string, sessionID *string) condition {
	if sessionID == nil {
		return always
	}
	return sessionExists(userID, *sessionID)
}

// accountExists holds while the user has the account.
func accountExists(userID, accountID string) condition {
	return condition{`EXISTS (SELECT 1 FROM account WHERE id = ? AND user_id = ?)`, []any{accountID, userID}}
}

// passwordIs holds while the user's password has the hash.
func passwordIs(userID, hash string) condition {
	return condition{
		`EXISTS (SELECT 1 FROM account WHERE user_id = ? AND provider_id = 'credential' AND password = ?)`,
		[]any{userID, hash},
	}
}

// verificationExists holds until the verification has been used.
func verificationExists(id string) condition {
	return condition{`EXISTS (SELECT 1 FROM verification WHERE id = ?)`, []any{id}}
}

// unverified holds while the user's address is not verified, and no user has the provider's account.
func unverified(userID, providerID, accountID string) condition {
	return condition{
		`EXISTS (SELECT 1 FROM user WHERE id = ? AND email_verified = 0)
		AND NOT EXISTS (SELECT 1 FROM account WHERE account_id = ? AND provider_id = ?)`,
		[]any{userID, accountID, providerID},
	}
}

// and joins two conditions.
func (c condition) and(other condition) condition {
	return condition{c.sql + ` AND ` + other.sql, slices.Concat(c.args, other.args)}
}

// on adds the condition to a statement that ends in a WHERE clause.
func (c condition) on(statement d1.Statement) d1.Statement {
	return d1.SQL(statement.SQL+`
		AND `+c.sql, slices.Concat(statement.Args, c.args)...)
}

// query returns a statement that has one row if the condition holds, and none otherwise.
func (c condition) query() d1.Statement {
	return d1.SQL(`SELECT 1 AS holds WHERE `+c.sql, c.args...)
}
