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
	) < ?`

const selectReserved = `
	SELECT count(*) AS reserved
	FROM credit_purchase
	WHERE checkout_id = ?
		AND user_id = ?`

// ReserveCheckout writes what is offered to a user who has the session or the API key, under an ID of ours. Faults: Unauthorized,
// TooManyCheckouts (as *studio.Later).
func (s *Store) ReserveCheckout(ctx context.Context, callerID string, offer billing.Checkout) error {
	pack, caller := offer.Pack, callerExists(offer.UserID, callerID)
	answer, err := s.batch(ctx, "reserve checkout",
		caller.on(d1.SQL(insertCheckout,
			offer.ID, offer.UserID, pack.ID, pack.ProductShoots, pack.AdGraphics, pack.Amount, pack.Currency, seconds(offer.At),
			offer.UserID, seconds(offer.At.Add(-billing.OpenTime)), billing.MaxOpen)),
		d1.SQL(selectReserved, offer.ID, offer.UserID),
		caller.query())
	if err != nil {
		return err
	}

	var reserved int64
	err = answer.only(1, &reserved)
	switch {
	case err != nil || reserved == 1:
		return err
	case answer.rows(2) == 0:
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
