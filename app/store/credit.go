package store

import (
	"time"

	"github.com/google/uuid"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/studio"
)

// A credit moves in two statements: a ledger entry that is written under a condition, and the balance, which changes if
// that entry was written. The index credit_ledger_once_unique allows a generation one debit and one refund.

const insertDebit = `
	INSERT INTO credit_ledger (
		id,
		user_id,
		workflow,
		delta,
		reason,
		generation_id,
		created_at
	)
	SELECT
		?,
		user_id,
		workflow,
		-1,
		'generation_debit',
		id,
		created_at
	FROM generation
	WHERE id = ?`

const updateBalance = `
	UPDATE user_profile
	SET
		credits_product_shoots = credits_product_shoots + ?,
		credits_ad_graphics = credits_ad_graphics + ?,
		updated_at = ?
	WHERE user_id = ?
		AND EXISTS (SELECT 1 FROM credit_ledger WHERE id = ?)`

// balanceStatement adds credits to a user's balance, or takes them if they are negative, if the ledger entry has been written.
func balanceStatement(userID string, credits studio.Balance, at time.Time, entry string) d1.Statement {
	return d1.SQL(updateBalance, credits.ProductShoots, credits.AdGraphics, seconds(at), userID, entry)
}

// debitStatements take the cost of a generation if its row has been written.
func debitStatements(charge studio.Charge, at time.Time) []d1.Statement {
	entry, cost := uuid.NewString(), charge.Workflow.Cost()
	return []d1.Statement{
		d1.SQL(insertDebit, entry, charge.GenerationID),
		balanceStatement(charge.UserID, studio.Balance{ProductShoots: -cost.ProductShoots, AdGraphics: -cost.AdGraphics}, at, entry),
	}
}

// insertRefund refunds a generation that has not ended, or was deleted after its debit.
const insertRefund = `
	INSERT OR IGNORE INTO credit_ledger (
		id,
		user_id,
		workflow,
		delta,
		reason,
		generation_id,
		created_at
	)
	SELECT ?, ?, ?, 1, 'generation_refund', ?, ?
	WHERE EXISTS (SELECT 1 FROM generation WHERE id = ? AND status IN ('pending', 'running'))
		OR (
			NOT EXISTS (SELECT 1 FROM generation WHERE id = ?)
			AND EXISTS (SELECT 1 FROM credit_ledger WHERE generation_id = ? AND reason = 'generation_debit')
		)`

// refundStatementsOf are refundStatements for a caller that does not need the entry's ID.
func refundStatementsOf(charge studio.Charge, at time.Time) []d1.Statement {
	_, statements := refundStatements(charge, at)
	return statements
}

// refundStatements give the cost of a generation back, once. They write the ledger entry with the returned ID if they do.
func refundStatements(charge studio.Charge, at time.Time) (entry string, statements []d1.Statement) {
	entry, id := uuid.NewString(), charge.GenerationID
	return entry, []d1.Statement{
		d1.SQL(insertRefund, entry, charge.UserID, string(charge.Workflow), id, seconds(at), id, id, id),
		balanceStatement(charge.UserID, charge.Workflow.Cost(), at, entry),
	}
}
