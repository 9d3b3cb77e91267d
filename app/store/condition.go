package store

import (
	"slices"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/d1"
)

// Between a check and the write that follows from it, others write. So a write carries what was checked as a condition
// of its SQL: the rows that the check read must still be there, in the same batch, or nothing is written and the answer
// is auth.ErrGone. A statement that would remove what a later one of its batch has as its condition comes after it.

// condition is part of a WHERE clause, with its arguments.
type condition struct {
	sql  string
	args []any
}

// sessionStands holds while a session of the user is there.
func sessionStands(userID, sessionID string) condition {
	return condition{`EXISTS (SELECT 1 FROM session WHERE id = ? AND user_id = ?)`, []any{sessionID, userID}}
}

// sessionStandsIf is sessionStands for a session that is known; it always holds for none.
func sessionStandsIf(userID string, sessionID *string) condition {
	if sessionID == nil {
		return condition{sql: `1`}
	}
	return sessionStands(userID, *sessionID)
}

// accountStands holds while an account is the user's.
func accountStands(userID, accountID string) condition {
	return condition{`EXISTS (SELECT 1 FROM account WHERE id = ? AND user_id = ?)`, []any{accountID, userID}}
}

// passwordStands holds while a hash is that of the user's password.
func passwordStands(userID, hash string) condition {
	return condition{
		`EXISTS (SELECT 1 FROM account WHERE user_id = ? AND provider_id = 'credential' AND password = ?)`,
		[]any{userID, hash},
	}
}

// unproven holds while nobody has proven the user's address, and no user has the provider's account.
func unproven(userID, providerID, accountID string) condition {
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

// query asks whether the condition holds: one row if it does.
func (c condition) query() d1.Statement {
	return d1.SQL(`SELECT 1 AS stands WHERE `+c.sql, c.args...)
}

// changed turns a statement that changed nothing into auth.ErrGone.
func changed(result d1.Result) error {
	if result.Changes == 0 {
		return auth.ErrGone
	}
	return nil
}
