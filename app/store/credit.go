package store

import (
	"time"

	"github.com/google/uuid"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/studio"
)

// Credits move in two statements: a ledger entry that is written under a condition, and the balance, which changes by what the
// entry says if it was written. The index credit_ledger_once_unique allows a generation one debit and one refund.

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
		?,
		'generation_debit',
		id,
		created_at
	FROM generation
	WHERE id = ?`

// updateBalance reads which kind of credit an entry is of from its workflow, as studio.Workflow.Cost has it.
const updateBalance = `
	UPDATE user_profile
	SET
		credits_product_shoots = credits_product_shoots + iif(entry.workflow = 'image-from-text', entry.delta, 0),
		credits_ad_graphics = credits_ad_graphics + iif(entry.workflow = 'image-from-text', 0, entry.delta),
		updated_at = ?
	FROM credit_ledger entry
	WHERE entry.id = ?
		AND user_profile.user_id = entry.user_id`

// balanceStatement changes the balance of an entry's user if the entry has been written.
func balanceStatement(entry string, at time.Time) d1.Statement {
	return d1.SQL(updateBalance, seconds(at), entry)
}

// debitStatements take the cost of a generation if its row has been written.
func debitStatements(draft studio.PendingGeneration) []d1.Statement {
	entry := uuid.NewString()
	return []d1.Statement{
		d1.SQL(insertDebit, entry, -draft.Cost.Credits(), draft.GenerationID),
		balanceStatement(entry, draft.At),
	}
}

// insertRefund refunds what was taken for a generation that has not ended, or was deleted after its debit. A generation without a
// debit is one of the service before, which took one credit.
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
	SELECT
		?,
		?,
		?,
		coalesce((SELECT -delta FROM credit_ledger WHERE generation_id = ? AND reason = 'generation_debit'), 1),
		'generation_refund',
		?,
		?
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
		d1.SQL(insertRefund, entry, charge.UserID, string(charge.Workflow), id, id, seconds(at), id, id, id),
		balanceStatement(entry, at),
	}
}
