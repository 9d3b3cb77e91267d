// Package billing sells credits: which packs there are, and what a payment, a refund or a dispute means for the buyer. It owns
// their types and what the database must do with them; it knows no route, no SQL, and nothing of Stripe, which is in package
// stripe below it.
package billing

import (
	"context"
	"time"

	"github.com/addreams/addreams/app/binding"
	"github.com/addreams/addreams/app/fault"
	"github.com/addreams/addreams/app/studio"
)

// Checkout is a page on which a user can pay for a pack. What is paid counts only as far as it is what was offered here.
type Checkout struct {
	ID     string // at Stripe
	UserID string
	Pack   binding.Pack
	At     time.Time
}

// In OpenTime a user may leave MaxOpen checkouts unpaid, and ask for MaxAsked of them in all, which is what Stripe is called for.
const (
	MaxOpen  = 20
	MaxAsked = 60
	OpenTime = time.Hour
)

// Event is what Stripe tells. Of Payment and Reversal one is set, or none in events that mean nothing to us.
type Event struct {
	ID       string
	Type     string
	Payment  *Payment
	Reversal *Reversal
}

// Payment says that a checkout was paid.
type Payment struct {
	CheckoutID string
	PaymentID  string
	UserID     string
	PackID     string
	Amount     int64
	Currency   string
}

// Reason is why credits of a payment are taken back, as the ledger has it.
type Reason string

// The reasons. Credits that a dispute took come back as DisputeWon.
const (
	Refunded   Reason = "purchase_refund"
	Disputed   Reason = "purchase_dispute"
	DisputeWon Reason = "dispute_won"
)

// Reversal says how much of a payment was returned to the buyer, by refunds or by one dispute.
type Reversal struct {
	Source    string // the charge whose refunds these are, or the dispute
	PaymentID string
	Amount    int64 // all in all, in the payment's currency
	Reason    Reason
	Final     bool // no other event of the source counts any more
}

// Store keeps checkouts and payments. Each method is all or nothing.
type Store interface {
	// BeginCheckout counts a checkout that a user asks for; false, if there are MaxAsked, or MaxOpen that were not paid.
	BeginCheckout(ctx context.Context, userID string, at time.Time) (bool, error)
	// AddCheckout records what was offered. Doing so again changes nothing.
	AddCheckout(ctx context.Context, checkout Checkout) error
	// RecordPayment gives a paid checkout's credits, once, and takes back what was returned before. It reports whether the
	// payment is one for what was offered.
	RecordPayment(ctx context.Context, event string, payment Payment, at time.Time) (bool, error)
	// RecordReversal takes back what was returned to the buyer, and leaves no balance below zero.
	RecordReversal(ctx context.Context, event string, reversal Reversal, at time.Time) error
}

// TooManyOpen refuses a user with too many unpaid checkouts. Its fault code is fault.TooManyCheckouts.
func TooManyOpen() *studio.Later {
	const message = "You have opened too many checkouts without paying. Pay one of them, or try again in an hour."
	return &studio.Later{Fault: fault.New(fault.TooManyCheckouts, message), After: OpenTime, Quota: MaxOpen, Window: OpenTime}
}
