package store

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/addreams/addreams/app/billing"
	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/studio"
)

// What was returned to a buyer is kept per refunded charge and per dispute, whether the purchase is known yet or not. Events come
// in any order, so that a row only grows, until its source is closed. The credits follow from the rows: settleStatements.
const (
	insertReversalEvent = `
	INSERT OR IGNORE INTO stripe_event (
		id,
		delivery,
		received_at
	)
	VALUES (?, ?, ?)`

	// An amount in another currency than the payment's can't be compared with it, and counts as all of it.
	upsertReversal = `
	WITH told (source, payment_id, amount, currency, final, updated_at) AS (SELECT ?, ?, ?, ?, ?, ?)
	INSERT INTO credit_reversal (
		source,
		payment_id,
		amount,
		final,
		updated_at
	)
	SELECT
		told.source,
		told.payment_id,
		iif(told.amount > 0 AND told.currency NOT IN ('', p.currency), p.amount, told.amount),
		told.final,
		told.updated_at
	FROM told
	LEFT JOIN credit_purchase p ON p.payment_id = told.payment_id
	WHERE ` + isNew + `
	ON CONFLICT (source) DO UPDATE SET
		amount = iif(excluded.final, excluded.amount, max(amount, excluded.amount)),
		final = excluded.final,
		updated_at = excluded.updated_at
	WHERE NOT final`
)

// returned is how much of a purchase p was returned, in money.
const returned = `
			min(p.amount, (SELECT coalesce(sum(r.amount), 0) FROM credit_reversal r WHERE r.payment_id = p.payment_id))`

// insertSettled writes an entry for one kind of credit, whose column takes the place of KIND, if more was returned than before, or
// less. If more was, as many credits are taken as the money bought, and as there are; if less, of those that were taken as many
// are given back as are too many. Only a user who still exists has a profile.
const insertSettled = `
	WITH standing (user_id, taken, balance, settled, due) AS (
		SELECT
			p.user_id,
			p.taken_KIND,
			profile.credits_KIND,
			p.KIND * p.returned_amount / p.amount,
			p.KIND * ` + returned + ` / p.amount
		FROM credit_purchase p
		JOIN user_profile profile ON profile.user_id = p.user_id
		WHERE p.payment_id = ?
			AND p.paid_at IS NOT NULL
	),
	change (user_id, wanted, delta) AS (
		SELECT
			user_id,
			due - settled,
			iif(due > settled, -min(due - settled, balance), taken - min(taken, due))
		FROM standing
		WHERE due <> settled
	)
	INSERT INTO credit_ledger (
		id,
		user_id,
		workflow,
		delta,
		reason,
		created_at,
		note
	)
	SELECT
		?,
		user_id,
		?,
		delta,
		iif(wanted > 0, ?, ?),
		?,
		iif(wanted + delta > 0, (wanted + delta) || ' more were already spent', NULL)
	FROM change
	WHERE wanted > 0 OR delta > 0`

const updatePurchaseSettled = `
	UPDATE credit_purchase AS p
	SET
		taken_product_shoots = taken_product_shoots - coalesce((SELECT delta FROM credit_ledger WHERE id = ?), 0),
		taken_ad_graphics = taken_ad_graphics - coalesce((SELECT delta FROM credit_ledger WHERE id = ?), 0),
		returned_amount = ` + returned + `
	WHERE payment_id = ?
		AND paid_at IS NOT NULL`

// settleStatements change the credits of a purchase as far as what was returned has changed.
func settleStatements(paymentID string, reason billing.Reason, at time.Time) []d1.Statement {
	entries := newEntries()
	insert := func(kind string, workflow studio.Workflow, entry string) d1.Statement {
		return d1.SQL(strings.ReplaceAll(insertSettled, "KIND", kind),
			paymentID, entry, string(workflow), string(reason), string(billing.DisputeWon), seconds(at))
	}
	return []d1.Statement{
		insert("product_shoots", studio.ImageFromText, entries.productShoots),
		insert("ad_graphics", studio.ImageFromReference, entries.adGraphics),
		entries.balanceStatement(at),
		d1.SQL(updatePurchaseSettled, entries.productShoots, entries.adGraphics, paymentID),
	}
}

// RecordReversal takes back what was returned to the buyer of a purchase, as far as the balance reaches, or gives back what a
// dispute took that was won. A purchase that is not known yet is settled with its payment.
func (s *Store) RecordReversal(ctx context.Context, event string, reversal billing.Reversal, at time.Time) error {
	delivery := uuid.NewString()
	return s.run(ctx, "record reversal", append([]d1.Statement{
		d1.SQL(insertReversalEvent, event, delivery, seconds(at)),
		d1.SQL(upsertReversal,
			reversal.Source, reversal.PaymentID, reversal.Amount, reversal.Currency, reversal.Final, seconds(at), event, delivery),
	}, settleStatements(reversal.PaymentID, reversal.Reason, at)...)...)
}
