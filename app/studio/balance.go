package studio

import "time"

// Balance is a number of credits of each kind.
type Balance struct{ ProductShoots, AdGraphics int64 }

// Covers reports whether the balance is enough for a cost.
func (b Balance) Covers(cost Balance) bool {
	return b.ProductShoots >= cost.ProductShoots && b.AdGraphics >= cost.AdGraphics
}

// Credits is the number of all of them.
func (b Balance) Credits() int64 { return b.ProductShoots + b.AdGraphics }

// Profile is a user's kind of account and credits.
type Profile struct {
	UserID      string
	AccountType string // "free" or "paid"
	Balance     Balance
	CreatedAt   time.Time
	UpdatedAt   time.Time
}
