package studio

import "time"

// Balance is a number of credits of each kind.
type Balance struct{ ProductShoots, AdGraphics int64 }

// Profile is a user's kind of account and credits.
type Profile struct {
	UserID      string
	AccountType string // "free" or "paid"
	Balance     Balance
	CreatedAt   time.Time
	UpdatedAt   time.Time
}
