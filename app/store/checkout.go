package store

import (
	"context"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/billing"
	"github.com/addreams/addreams/app/d1"
)

// A checkout is written before Stripe makes its session, under an ID of ours, so that of requests at the same time no more pass
// than the limit allows. Then it gets the session's ID.

const insertCheckout = `
	INSERT INTO credit_purchase (
		checkout_id,
		user_id,
		pack,
		product_shoots,
		ad_graphics,
		amount,
		currency,
		created_at
	)
	SELECT ?, ?, ?, ?, ?, ?, ?, ?
	WHERE (
		SELECT count(*)
		FROM credit_purchase
		WHERE user_id = ?
			AND created_at > ?
			AND paid_at IS NULL
	) < ?
		AND NOT EXISTS (SELECT 1 FROM quota WHERE key = ? AND count >= ? AND expires_at > ?)`

// checkoutsKey is the key under which a user's checkouts are counted, from the first one on, until they expire.
func checkoutsKey(userID string) string { return "checkouts:" + userID }

// upsertReserved counts a checkout that has been written.
const upsertReserved = `
	INSERT INTO quota (
		key,
		count,
		expires_at
	)
	SELECT ?, 1, ?
	WHERE EXISTS (SELECT 1 FROM credit_purchase WHERE checkout_id = ?)
	ON CONFLICT (key) DO UPDATE SET
		count = CASE WHEN expires_at > ? THEN count + 1 ELSE 1 END,
		expires_at = CASE WHEN expires_at > ? THEN expires_at ELSE excluded.expires_at END`

const selectReserved = `
	SELECT count(*) AS reserved
	FROM credit_purchase
	WHERE checkout_id = ?
		AND user_id = ?`

// ReserveCheckout writes what is offered to a user who has the session or the API key, under an ID of ours. Faults: Unauthorized,
// TooManyCheckouts (as *studio.Later).
func (s *Store) ReserveCheckout(ctx context.Context, callerID string, offer billing.Checkout) error {
	pack, caller := offer.Pack, callerExists(offer.UserID, callerID, auth.ScopeCredits)
	counter, now := checkoutsKey(offer.UserID), offer.At.UnixMilli()
	answer, err := s.batch(ctx, "reserve checkout",
		caller.on(d1.SQL(insertCheckout,
			offer.ID, offer.UserID, pack.ID, pack.ProductShoots, pack.AdGraphics, pack.Amount, pack.Currency, seconds(offer.At),
			offer.UserID, seconds(offer.At.Add(-billing.OpenTime)), billing.MaxOpen,
			counter, billing.MaxAsked, now)),
		d1.SQL(upsertReserved, counter, offer.At.Add(billing.OpenTime).UnixMilli(), offer.ID, now, now),
		d1.SQL(selectReserved, offer.ID, offer.UserID),
		caller.query())
	if err != nil {
		return err
	}

	var reserved int64
	err = answer.only(2, &reserved)
	switch {
	case err != nil || reserved == 1:
		return err
	case answer.rows(3) == 0:
		return auth.Unauthenticated()
	}
	return billing.TooManyOpen()
}

const (
	// updateCheckoutID changes nothing if an earlier request got the same session, as it does with the same Idempotency-Key.
	updateCheckoutID = `
	UPDATE OR IGNORE credit_purchase
	SET checkout_id = ?
	WHERE checkout_id = ?`

	deleteCheckout = `
	DELETE FROM credit_purchase
	WHERE checkout_id = ?`
)

// ConfirmCheckout gives a reserved checkout the ID of its session. Fault: Unauthorized, if the user was deleted meanwhile.
func (s *Store) ConfirmCheckout(ctx context.Context, reserved billing.Checkout, id string) error {
	answer, err := s.batch(ctx, "confirm checkout",
		d1.SQL(updateCheckoutID, id, reserved.ID),
		d1.SQL(deleteCheckout, reserved.ID),
		d1.SQL(selectReserved, id, reserved.UserID))
	if err != nil {
		return err
	}

	var kept int64
	err = answer.only(2, &kept)
	if err == nil && kept == 0 {
		err = auth.Unauthenticated()
	}
	return err
}

// ReleaseCheckout removes a reserved checkout for which there is no session.
func (s *Store) ReleaseCheckout(ctx context.Context, reserved billing.Checkout) error {
	return s.run(ctx, "release checkout", d1.SQL(deleteCheckout, reserved.ID))
}
