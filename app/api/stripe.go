package api

import (
	"net/http"

	"github.com/uptrace/bunrouter"

	"github.com/addreams/addreams/app/api/httpio"
	"github.com/addreams/addreams/app/billing"
	"github.com/addreams/addreams/app/billing/stripe"
	"github.com/addreams/addreams/app/binding"
	"github.com/addreams/addreams/app/fault"
)

// maxEvent is the longest event that is read, in bytes. Stripe's are some kilobytes long.
const maxEvent = 128 << 10

// paymentEvent marks the log lines to alert on: docs/operations.md.
const paymentEvent = "payment_needs_operator"

// receiveStripe takes what Stripe says has happened. It proves who sent it by the signature, over the body as it came. Whatever it
// answers but 200, Stripe sends again, for days.
func (a *App) receiveStripe(w http.ResponseWriter, r bunrouter.Request) error {
	if r.ContentLength > maxEvent {
		return errTooLarge()
	}
	signature, err := stripe.ReadSignature(r.Header.Get("Stripe-Signature"), a.platform.Now())
	if err != nil {
		return unsigned(err)
	}
	body, err := readBody(r.Request, maxEvent)
	if err != nil {
		return err
	}
	if err := signature.Verify(body, a.platform.Env(binding.StripeWebhookSecret)); err != nil {
		return unsigned(err)
	}

	event, err := stripe.ReadEvent(body)
	if err != nil {
		return fault.Wrap(fault.InvalidRequest, "This is no event that the API can read.", err)
	}
	if err := a.record(r, event); err != nil {
		return err
	}
	return httpio.WriteJSON(w, http.StatusOK, map[string]bool{"received": true})
}

// unsigned is the same for all that is wrong with a signature.
func unsigned(cause error) error {
	return fault.Wrap(fault.InvalidRequest, "The signature is missing, wrong or too old.", cause)
}

func (a *App) record(r bunrouter.Request, event billing.Event) error {
	switch now := a.platform.Now(); {
	case event.Payment != nil:
		offered, err := a.store.RecordPayment(r.Context(), event.ID, *event.Payment, now)
		if err == nil && !offered {
			a.log(r.Context()).Error().Str("event", paymentEvent).Str("stripe_event", event.ID).Str("checkout", event.Payment.CheckoutID).
				Msg("a payment is none for what was offered, and gives no credits: look at it in Stripe's dashboard, and refund it or grant the credits")
		}
		return err
	case event.Reversal != nil:
		return a.store.RecordReversal(r.Context(), event.ID, *event.Reversal, now)
	}
	return nil
}
