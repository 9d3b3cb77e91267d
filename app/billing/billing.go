// Package billing sells credits: which packs there are, and what a payment, a refund or a dispute means for the buyer. It owns
// their types and what the database must do with them; it knows no route, no SQL, and nothing of Stripe, which is in package
// stripe below it.
package billing

import (
	"time"

	"github.com/addreams/addreams/app/binding"
	"github.com/addreams/addreams/app/fault"
	"github.com/addreams/addreams/app/studio"
)

// Checkout is a page on which a user can pay for a pack. What is paid counts only as far as it is what was offered here.
type Checkout struct {
	ID     string // at Stripe, or ours while Stripe has not made the page
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
	Amount    int64 // all in all
	Currency  string
	Reason    Reason
	Final     bool // no other event of the source counts any more
}

// TooManyOpen refuses a user with too many unpaid checkouts. Its fault code is fault.TooManyCheckouts.
func TooManyOpen() *studio.Later {
	const message = "You have opened too many checkouts without paying. Pay one of them, or try again in an hour."
	return &studio.Later{Fault: fault.New(fault.TooManyCheckouts, message), After: OpenTime, Quota: MaxOpen, Window: OpenTime}
}
