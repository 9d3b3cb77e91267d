package store

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/addreams/addreams/app/billing"
	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/studio"
)

// The statements about an event follow insertPaymentEvent or insertReversalEvent, which write a row with the ID of this delivery
// if the event is new, and of a checkout that is not paid yet: of many deliveries, one finds its own row.
const (
	insertPaymentEvent = `
	INSERT OR IGNORE INTO stripe_event (
		id,
		delivery,
		received_at
	)
	SELECT ?, ?, ?
	FROM credit_purchase
	WHERE checkout_id = ?
		AND user_id = ?
		AND pack = ?
		AND amount = ?
		AND currency = ?
		AND paid_at IS NULL`

	isNew = `EXISTS (SELECT 1 FROM stripe_event WHERE id = ? AND delivery = ?)`

	insertPurchase = `
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
		iif(? = 'image-from-text', product_shoots, ad_graphics) AS credits,
		'purchase',
		?,
		'Pack ' || pack
	FROM credit_purchase
	WHERE checkout_id = ?
		AND credits > 0
		AND ` + isNew

	updatePurchasePaid = `
	UPDATE credit_purchase
	SET
		payment_id = ?,
		paid_at = ?
	WHERE checkout_id = ?
		AND ` + isNew

	updateProfilePaid = `
	UPDATE user_profile
	SET account_type = 'paid'
	WHERE user_id = ?
		AND ` + isNew

	selectPurchased = `
	SELECT count(*) AS purchased
	FROM credit_purchase
	WHERE checkout_id = ?
		AND user_id = ?
		AND pack = ?
		AND amount = ?
		AND currency = ?
		AND payment_id = ?`
)

// RecordPayment gives a paid checkout's credits, once, and takes back what was returned before. It reports whether the payment is
// one for what was offered; otherwise it writes nothing.
func (s *Store) RecordPayment(ctx context.Context, event string, paid billing.Payment, at time.Time) (bool, error) {
	delivery, entries := uuid.NewString(), newEntries()
	offered := []any{paid.CheckoutID, paid.UserID, paid.PackID, paid.Amount, paid.Currency}
	statements := []d1.Statement{d1.SQL(insertPaymentEvent, append([]any{event, delivery, seconds(at)}, offered...)...)}
	for _, statement := range s.profileStatements(paid.UserID, at) {
		statements = append(statements, condition{isNew, []any{event, delivery}}.on(statement))
	}
	for workflow, entry := range entries.each {
		statements = append(statements,
			d1.SQL(insertPurchase, entry, string(workflow), string(workflow), seconds(at), paid.CheckoutID, event, delivery))
	}
	statements = append(statements,
		entries.balanceStatement(at),
		d1.SQL(updateProfilePaid, paid.UserID, event, delivery),
		d1.SQL(updatePurchasePaid, paid.PaymentID, seconds(at), paid.CheckoutID, event, delivery))
	statements = append(statements, settleStatements(paid.PaymentID, billing.Refunded, at)...)

	answer, err := s.batch(ctx, "record payment", append(statements, d1.SQL(selectPurchased, append(offered, paid.PaymentID)...))...)
	if err != nil {
		return false, err
	}
	var purchased int64
	err = answer.only(answer.last(), &purchased)
	return purchased == 1, err
}

// entries are the IDs of two entries of the ledger, one per kind of credit.
type entries struct{ productShoots, adGraphics string }

func newEntries() entries { return entries{uuid.NewString(), uuid.NewString()} }

// each yields the entries with the workflows whose credits they change.
func (e entries) each(yield func(studio.Workflow, string) bool) {
	_ = yield(studio.ImageFromText, e.productShoots) && yield(studio.ImageFromReference, e.adGraphics)
}

// updateBalanceByEntries changes a balance by what the entries say that have been written.
const updateBalanceByEntries = `
	UPDATE user_profile
	SET
		credits_product_shoots = credits_product_shoots + coalesce((SELECT delta FROM credit_ledger WHERE id = ?), 0),
		credits_ad_graphics = credits_ad_graphics + coalesce((SELECT delta FROM credit_ledger WHERE id = ?), 0),
		updated_at = ?
	WHERE user_id = (SELECT user_id FROM credit_ledger WHERE id IN (?, ?) LIMIT 1)`

func (e entries) balanceStatement(at time.Time) d1.Statement {
	return d1.SQL(updateBalanceByEntries, e.productShoots, e.adGraphics, seconds(at), e.productShoots, e.adGraphics)
}

// Checkouts that nobody paid are removed once no method of payment takes as long; events once Stripe repeats none that old.
const (
	checkoutsLive = 60 * 24 * time.Hour
	eventsLive    = 60 * 24 * time.Hour

	deleteUnpaidCheckouts = `
	DELETE FROM credit_purchase
	WHERE rowid IN (
		SELECT rowid
		FROM credit_purchase
		WHERE paid_at IS NULL
			AND created_at < ?
		ORDER BY created_at
		LIMIT ?
	)`

	deleteOldEvents = `
	DELETE FROM stripe_event
	WHERE rowid IN (
		SELECT rowid
		FROM stripe_event
		WHERE received_at < ?
		ORDER BY received_at
		LIMIT ?
	)`
)
