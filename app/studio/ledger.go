package studio

import (
	"fmt"
	"time"
)

// Account is a user's kind of account, credits, and a part of the ledger.
type Account struct {
	Profile
	Spent   Balance // on generations that were not refunded, ever
	Entries []LedgerEntry
	Next    *Cursor // of the next part; nil for none
}

// Received are the credits that the user ever had, including the free ones of the sign-up, which are in no ledger.
func (a *Account) Received() Balance {
	return Balance{a.Balance.ProductShoots + a.Spent.ProductShoots, a.Balance.AdGraphics + a.Spent.AdGraphics}
}

// LedgerEntry is a change of a user's credits.
type LedgerEntry struct {
	ID           string
	Workflow     Workflow // whose credits changed
	Delta        int64
	Reason       string
	GenerationID *string
	Note         *string // of a grant
	At           time.Time
}

// Cursor is a place in a list that is sorted by time, newest first: behind the row with this ID.
type Cursor struct {
	At time.Time // whole seconds
	ID string
}

// CursorPage is a part of such a list.
type CursorPage struct {
	Limit int
	After *Cursor // nil for the beginning
}

// Grant gives a user credits, or takes some back if a number is negative.
type Grant struct {
	UserID  string
	Credits Balance
	Note    string
	At      time.Time
}

// BelowZero refuses a Grant that takes more than there is.
type BelowZero struct{ Balance Balance }

func (e *BelowZero) Error() string {
	return fmt.Sprintf("the user has %d product shoots and %d ad graphics: neither may become negative",
		e.Balance.ProductShoots, e.Balance.AdGraphics)
}
