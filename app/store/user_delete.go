package store

import (
	"context"
	"time"

	"github.com/addreams/addreams/app/d1"
)

// DeletedUser is what was deleted with a user, and what stays.
type DeletedUser struct {
	Sessions    int64 `json:"sessions"`
	Accounts    int64 `json:"accounts"`
	APIKeys     int64 `json:"apiKeys"`
	Generations int64 `json:"generations"`
	LedgerStays bool  `json:"ledgerStays"`
}

const (
	// insertDiscardsOfUser leaves the objects to the schedule: at once those of generations that ended, and those of the others
	// once nobody works on them any more.
	insertDiscardsOfUser = `
	INSERT OR IGNORE INTO generation_discard (
		generation_id,
		user_id,
		due_at
	)
	SELECT
		id,
		user_id,
		iif(status IN ('succeeded', 'failed'), ?, ?)
	FROM generation
	WHERE user_id = ?`

	deleteGenerationsOfUser = `
	DELETE FROM generation
	WHERE user_id = ?`

	deleteVerificationsOfUser = `
	DELETE FROM verification
	WHERE value = ?
		OR session_id IN (SELECT id FROM session WHERE user_id = ?)`

	deleteOrderKeysOfUser = `
	DELETE FROM idempotency_key
	WHERE user_id = ?`

	deleteProfile = `
	DELETE FROM user_profile
	WHERE user_id = ?`

	deleteUnpaidCheckoutsOfUser = `
	DELETE FROM credit_purchase
	WHERE user_id = ?
		AND paid_at IS NULL`

	deleteCreditsDueOfUser = `
	DELETE FROM free_credits_due
	WHERE user_id = ?`

	deleteQuota = `
	DELETE FROM quota
	WHERE key = ?`

	updateLedgerAnonymous = `
	UPDATE credit_ledger
	SET note = NULL
	WHERE user_id = ?
		AND reason = 'grant'`

	updateUserAnonymous = `
	UPDATE user
	SET
		name = '',
		email = 'deleted-' || id || '@deleted.invalid',
		email_verified = 0,
		image = NULL,
		updated_at = ?
	WHERE id = ?`

	deleteUserWithoutLedger = `
	DELETE FROM user
	WHERE id = ?
		AND NOT EXISTS (SELECT 1 FROM credit_ledger WHERE user_id = user.id)`

	selectOwnedCounts = `
	SELECT
		(SELECT count(*) FROM session WHERE user_id = owner.id) AS sessions,
		(SELECT count(*) FROM account WHERE user_id = owner.id) AS accounts,
		(SELECT count(*) FROM apikey WHERE user_id = owner.id) AS api_keys,
		(SELECT count(*) FROM generation WHERE user_id = owner.id) AS generations,
		EXISTS (SELECT 1 FROM credit_ledger WHERE user_id = owner.id) AS ledger_stays
	FROM owner`
)

// DeleteUser removes a user with everything that is kept about them, except the ledger and the payments, which the accounts
// need. Their entries then belong to a user without name and address, and grants lose their notes. Objects are left to the
// schedule. A request of the user that is at work meanwhile finds neither its session nor its generation, and writes at most a
// refund.
func (s *Store) DeleteUser(ctx context.Context, userID string, at time.Time) (DeletedUser, error) {
	answer, err := s.batch(ctx, "delete user",
		ownedBy(userID, d1.SQL(selectOwnedCounts)),
		d1.SQL(deleteVerificationsOfUser, userID, userID),
		cutOffStatement(userID, at, always),
		d1.SQL(deleteSessionsOfUser, userID),
		d1.SQL(deleteAccountsOfUser, userID),
		d1.SQL(deleteKeysOfUser, userID),
		d1.SQL(insertDiscardsOfUser, seconds(at), discardAt(at), userID),
		d1.SQL(deleteGenerationsOfUser, userID),
		d1.SQL(deleteOrderKeysOfUser, userID),
		d1.SQL(deleteProfile, userID),
		d1.SQL(deleteUnpaidCheckoutsOfUser, userID),
		d1.SQL(deleteCreditsDueOfUser, userID),
		d1.SQL(deleteQuota, failuresKey(userID)),
		d1.SQL(deleteQuota, checkoutsKey(userID)),
		d1.SQL(updateLedgerAnonymous, userID),
		d1.SQL(updateUserAnonymous, seconds(at), userID),
		d1.SQL(deleteUserWithoutLedger, userID))
	if err != nil {
		return DeletedUser{}, err
	}

	var deleted DeletedUser
	err = answer.only(0, &deleted.Sessions, &deleted.Accounts, &deleted.APIKeys, &deleted.Generations, &deleted.LedgerStays)
	return deleted, err
}
