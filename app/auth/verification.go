package auth

import "time"

// Verification is a row that is used once: an OAuth state or a password reset.
type Verification struct {
	ID         string
	Identifier string
	Value      string
	ProviderID *string // of an OAuth state; nil in rows of the TypeScript service
	SessionID  *string // that began to link an account; nil if none did
	ExpiresAt  time.Time
}
