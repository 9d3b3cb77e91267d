package auth

import (
	"context"
	"errors"
	"time"
)

// ErrTaken is answered by a Store that would have to give an e-mail address to a second user.
var ErrTaken = errors.New("auth: e-mail address taken")

// Store keeps what this package knows. Each method is all or nothing, and one trip to the database.
type Store interface {
	sessionStore
	userStore
	passwordStore
	accountStore
	verificationStore
}

type sessionStore interface {
	// FindSession returns a session with its user, expired or not; nil if there is none.
	FindSession(ctx context.Context, token string) (*Identity, error)
	// ExtendSession moves the end of a session.
	ExtendSession(ctx context.Context, token string, expires, now time.Time) error
	// AddSession inserts a session, and forgives the guess that was right. The zero Guess is none.
	AddSession(ctx context.Context, session Session, right Guess) error
	DropSession(ctx context.Context, token string) error
	// DropSessionOf removes a session if it is the user's.
	DropSessionOf(ctx context.Context, userID, token string) error
	DropSessions(ctx context.Context, userID string) error
	// DropOtherSessions removes the user's unexpired sessions but one.
	DropOtherSessions(ctx context.Context, userID, token string, now time.Time) error
	// Sessions lists a user's unexpired sessions in the order of their making.
	Sessions(ctx context.Context, userID string, now time.Time) ([]Session, error)
}

type userStore interface {
	// FindLogin counts a guess, and returns what is known of the address.
	FindLogin(ctx context.Context, email string, guess Guess) (Login, error)
	// AddUser inserts a user with an account and a first session; ErrTaken if another has the address.
	AddUser(ctx context.Context, user User, account Account, session Session) error
	// FindUser returns the user with an address; nil if there is none.
	FindUser(ctx context.Context, email string) (*User, error)
	UpdateUser(ctx context.Context, userID string, profile Profile, now time.Time) (User, error)
	// VerifyUser notes that the user's address is proven.
	VerifyUser(ctx context.Context, userID string, now time.Time) error
}

type passwordStore interface {
	// FindPassword counts a guess, and returns a user's password account; nil if there is none.
	FindPassword(ctx context.Context, userID string, guess Guess) (*Account, Tried, error)
	// Forgive takes back that a guess was counted as wrong, and those that its way had wrong before.
	Forgive(ctx context.Context, right Guess) error
	// SetPassword changes a password, and forgives the guess that was right; with a session, that one takes the place of
	// all the user's sessions.
	SetPassword(ctx context.Context, userID, hash string, session *Session, right Guess, now time.Time) error
	// ResetPassword uses up the verification, if it is still there, and gives its user the password, in a new account
	// with the id accountID if there is none yet; false if the verification is gone.
	ResetPassword(ctx context.Context, verification Verification, accountID, hash string, now time.Time) (bool, error)
}

type accountStore interface {
	// Accounts lists a user's accounts in the order of their making.
	Accounts(ctx context.Context, userID string) ([]Account, error)
	// FindCandidates looks for the users of a provider's profile.
	FindCandidates(ctx context.Context, providerID, accountID, email string) (Candidates, error)
	// Arrive writes a sign-in through a provider; ErrTaken if the new user's address was taken meanwhile.
	Arrive(ctx context.Context, arrival Arrival) error
	// AddAccount links an account, unless one with its provider and account id is there already.
	AddAccount(ctx context.Context, account Account) error
	// SaveTokens updates an account's tokens.
	SaveTokens(ctx context.Context, accountID string, tokens Tokens, now time.Time) error
	// DropAccount removes an account of the user, unless it is the last one; false if it did not.
	DropAccount(ctx context.Context, userID, accountID string) (bool, error)
}

type verificationStore interface {
	AddVerification(ctx context.Context, verification Verification, now time.Time) error
	// FindVerification returns the newest row of an identifier, expired or not, and removes all expired ones.
	FindVerification(ctx context.Context, identifier string, now time.Time) (*Verification, error)
	// TakeVerification does the same, and removes the row: of several callers one gets it.
	TakeVerification(ctx context.Context, identifier string, now time.Time) (*Verification, error)
}
