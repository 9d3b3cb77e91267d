package store

import (
	"time"

	"github.com/google/uuid"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/studio"
)

// A credit moves in two statements: a ledger entry that stands under a condition, and the balance, which follows if that
// entry was written. The index credit_ledger_once_unique lets a generation have one debit and one refund.

const insertDebit = `
	INSERT INTO credit_ledger (id, user_id, workflow, delta, reason, generation_id, created_at)
	SELECT ?, user_id, workflow, -1, 'generation_debit', id, created_at
	FROM generation
	WHERE id = ?`

const debitBalance = `
	UPDATE user_profile
	SET
		credits_product_shoots = credits_product_shoots - ?,
		credits_ad_graphics = credits_ad_graphics - ?,
		updated_at = ?
	WHERE user_id = ? AND EXISTS (SELECT 1 FROM credit_ledger WHERE id = ?)`

// debit takes the cost of a generation, if its row has been written.
func debit(charge studio.Charge, at time.Time) []d1.Statement {
	entry, cost := uuid.NewString(), charge.Workflow.Cost()
	return []d1.Statement{
		d1.SQL(insertDebit, entry, charge.GenerationID),
		d1.SQL(debitBalance, cost.ProductShoots, cost.AdGraphics, seconds(at), charge.UserID, entry),
	}
}

// A refund is due while the generation is pending, or when it was deleted after its debit.
const insertRefund = `
	INSERT OR IGNORE INTO credit_ledger (id, user_id, workflow, delta, reason, generation_id, created_at)
	SELECT ?, ?, ?, 1, 'generation_refund', ?, ?
	WHERE EXISTS (SELECT 1 FROM generation WHERE id = ? AND status = 'pending')
		OR (NOT EXISTS (SELECT 1 FROM generation WHERE id = ?)
			AND EXISTS (SELECT 1 FROM credit_ledger WHERE generation_id = ? AND reason = 'generation_debit'))`

const refundBalance = `
	UPDATE user_profile
	SET
		credits_product_shoots = credits_product_shoots + ?,
		credits_ad_graphics = credits_ad_graphics + ?,
		updated_at = ?
	WHERE user_id = ? AND EXISTS (SELECT 1 FROM credit_ledger WHERE id = ?)`

// refund gives the cost of a generation back, once: then the ledger has the entry.
func refund(charge studio.Charge, at time.Time) (entry string, statements []d1.Statement) {
	entry, cost, id := uuid.NewString(), charge.Workflow.Cost(), charge.GenerationID
	return entry, []d1.Statement{
		d1.SQL(insertRefund, entry, charge.UserID, string(charge.Workflow), id, seconds(at), id, id, id),
		d1.SQL(refundBalance, cost.ProductShoots, cost.AdGraphics, seconds(at), charge.UserID, entry),
	}
}
