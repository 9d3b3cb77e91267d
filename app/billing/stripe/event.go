package stripe

import (
	"encoding/json"
	"errors"
	"strings"

	"github.com/addreams/addreams/app/billing"
	"github.com/addreams/addreams/app/safejson"
)

var errEvent = errors.New("the body is not an event, or lacks a field that its type has")

// session is a Checkout session: https://docs.stripe.com/api/checkout/sessions/object.
type session struct {
	ID            string            `json:"id"`
	Mode          string            `json:"mode"`
	URL           string            `json:"url"`
	PaymentStatus string            `json:"payment_status"`
	PaymentIntent string            `json:"payment_intent"`
	UserID        string            `json:"client_reference_id"`
	Metadata      map[string]string `json:"metadata"`
	Amount        int64             `json:"amount_total"`
	Currency      string            `json:"currency"`
}

// charge is https://docs.stripe.com/api/charges/object.
type charge struct {
	ID            string `json:"id"`
	PaymentIntent string `json:"payment_intent"`
	Currency      string `json:"currency"`
	Refunded      int64  `json:"amount_refunded"`
}

// dispute is https://docs.stripe.com/api/disputes/object.
type dispute struct {
	ID            string `json:"id"`
	PaymentIntent string `json:"payment_intent"`
	Currency      string `json:"currency"`
	Amount        int64  `json:"amount"`
	Status        string `json:"status"`
	Moved         []struct {
		Amount int64 `json:"amount"`
	} `json:"balance_transactions"` // of our account: what was withdrawn is negative, what was reinstated positive
}

// withdrawn reports whether the disputed money is not with us.
func (d dispute) withdrawn() bool {
	var moved int64
	for _, transaction := range d.Moved {
		moved += transaction.Amount
	}
	return moved < 0
}

// ReadEvent reads what an event means for credits: https://docs.stripe.com/api/events/types. Types that mean nothing, and
// sessions and charges that are not of a payment, have neither a payment nor a reversal.
func ReadEvent(body []byte) (billing.Event, error) {
	var event struct {
		ID   string `json:"id"`
		Type string `json:"type"`
		Data struct {
			Object json.RawMessage `json:"object"`
		} `json:"data"`
	}
	if safejson.Unmarshal(body, &event) != nil || event.ID == "" || event.Type == "" {
		return billing.Event{}, errEvent
	}

	read := billing.Event{ID: event.ID}
	var err error
	switch event.Type {
	case "checkout.session.completed", "checkout.session.async_payment_succeeded":
		read.Payment, err = readPayment(event.Data.Object)
	case "charge.refunded":
		read.Reversal, err = readRefund(event.Data.Object)
	case "charge.dispute.created", "charge.dispute.updated", "charge.dispute.closed":
		read.Reversal, err = readDispute(event.Data.Object)
	}
	return read, err
}

// readPayment returns nil for a session that is not paid yet: another event follows when it is.
func readPayment(object []byte) (*billing.Payment, error) {
	var paid session
	if safejson.Unmarshal(object, &paid) != nil || paid.ID == "" {
		return nil, errEvent
	}
	if paid.Mode != "payment" || paid.PaymentStatus != "paid" {
		return nil, nil
	}
	if paid.PaymentIntent == "" {
		return nil, errEvent
	}

	return &billing.Payment{
		CheckoutID: paid.ID, PaymentID: paid.PaymentIntent, UserID: paid.UserID, PackID: paid.Metadata["pack"],
		Amount: paid.Amount, Currency: paid.Currency,
	}, nil
}

func readRefund(object []byte) (*billing.Reversal, error) {
	var refunded charge
	if safejson.Unmarshal(object, &refunded) != nil || refunded.ID == "" || refunded.Refunded < 0 {
		return nil, errEvent
	}
	if refunded.PaymentIntent == "" {
		return nil, nil
	}
	return &billing.Reversal{
		Source: refunded.ID, PaymentID: refunded.PaymentIntent, Amount: refunded.Refunded, Currency: refunded.Currency,
		Reason: billing.Refunded,
	}, nil
}

// readDispute counts a dispute's amount from its beginning until it is won. An inquiry, whose status begins with warning_, takes
// nothing. A dispute that was prevented was blocked, or ended by a refund, without our doing.
func readDispute(object []byte) (*billing.Reversal, error) {
	var disputed dispute
	if safejson.Unmarshal(object, &disputed) != nil || disputed.ID == "" || disputed.Amount < 0 {
		return nil, errEvent
	}
	if disputed.PaymentIntent == "" {
		return nil, nil
	}

	reversal := &billing.Reversal{
		Source: disputed.ID, PaymentID: disputed.PaymentIntent, Amount: disputed.Amount, Currency: disputed.Currency,
		Reason: billing.Disputed,
	}
	switch disputed.Status {
	case "won", "warning_closed":
		reversal.Amount, reversal.Final = 0, true
	case "prevented":
		if reversal.Final = true; !disputed.withdrawn() {
			reversal.Amount = 0
		}
	case "lost":
		reversal.Final = true
	default:
		if strings.HasPrefix(disputed.Status, "warning_") {
			reversal.Amount = 0
		}
	}
	return reversal, nil
}
