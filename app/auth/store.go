package auth

import (
	"context"
	"errors"
	"time"
)

// ErrTaken is answered by a Store that would have to give an e-mail address to a second user.
var ErrTaken = errors.New("auth: e-mail address taken")

// Account is one way in for a user: a password, or an identity at a provider.
type Account struct {
	ID         string // 32 of a-zA-Z0-9
	ProviderID string // Credential, "google" or "github"
	AccountID  string // the user's id at the provider; with Credential, the user id
	UserID     string
	Password   *string // as hashPassword writes it; nil unless Credential
	Tokens     Tokens
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

// Credential is the provider id of password accounts.
const Credential = "credential"

// Tokens is what a provider gave us. What is nil is not known: it is stored as NULL, and leaves a stored value as it is.
type Tokens struct {
	Access        *string
	Refresh       *string
	ID            *string    // the id_token
	AccessExpires *time.Time // whole seconds
	Scope         *string    // scopes joined by commas
}

// Login is what is known of an address: its user, and the hash of its password. Nil where there is none.
type Login struct {
	Tally    Tally // of the attempt that asked
	User     *User
	Password *string
}

// Verification is a row that is used once: an OAuth state or a password reset.
type Verification struct {
	ID         string
	Identifier string
	Value      string
	ProviderID *string // of an OAuth state; nil in rows of the TypeScript service
	ExpiresAt  time.Time
}

// Candidates are the users that a provider's profile may belong to.
type Candidates struct {
	Account *Account // with the profile's provider and id
	Owner   *User    // of Account
	ByEmail *User
}

// Arrival is the outcome of a sign-in through a provider, written as one.
type Arrival struct {
	At         time.Time // whole seconds
	NewUser    *User     // to be inserted
	NewAccount *Account  // to be inserted
	Refresh    *Account  // an account that is there: its id and new tokens
	Verified   string    // id of the user whose address the provider vouches for
	Dispossess string    // id of the user who loses the accounts and sessions there were: none of them proved the address
	Session    Session
}

// Profile is what update-user changes. Nil leaves a field as it is; an Image of nil clears it.
type Profile struct {
	Name  *string
	Image **string
}

// Store keeps what this package knows. Each method is all or nothing, and one trip to the database.
type Store interface {
	// FindSession returns a session with its user, expired or not; nil if there is none.
	FindSession(ctx context.Context, token string) (*Identity, error)
	// ExtendSession moves the end of a session.
	ExtendSession(ctx context.Context, token string, expires, now time.Time) error
	AddSession(ctx context.Context, session Session) error
	DropSession(ctx context.Context, token string) error
	// DropSessionOf removes a session if it is the user's.
	DropSessionOf(ctx context.Context, userID, token string) error
	DropSessions(ctx context.Context, userID string) error
	// DropOtherSessions removes the user's unexpired sessions but one.
	DropOtherSessions(ctx context.Context, userID, token string, now time.Time) error
	// Sessions lists a user's unexpired sessions in the order of their making.
	Sessions(ctx context.Context, userID string, now time.Time) ([]Session, error)

	// FindLogin counts an attempt, and returns what is known of the address.
	FindLogin(ctx context.Context, email string, attempt Attempt) (Login, error)
	// AddUser inserts a user with an account and a first session; ErrTaken if another has the address.
	AddUser(ctx context.Context, user User, account Account, session Session) error
	FindUser(ctx context.Context, email string) (*User, error)
	UpdateUser(ctx context.Context, userID string, profile Profile, now time.Time) (User, error)
	// VerifyUser notes that the user's address is proven.
	VerifyUser(ctx context.Context, userID string, now time.Time) error

	// FindPassword returns the hash of a user's password; nil if the user has no password account.
	FindPassword(ctx context.Context, userID string) (*Account, error)
	// SetPassword changes a password; with a session, that one takes the place of all the user's sessions.
	SetPassword(ctx context.Context, userID, hash string, session *Session, now time.Time) error
	// ResetPassword uses up the verification, if it is still there, and gives its user the password, in a new account
	// with the id accountID if there is none yet; false if the verification is gone.
	ResetPassword(ctx context.Context, verification Verification, accountID, hash string, now time.Time) (bool, error)

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

	AddVerification(ctx context.Context, verification Verification, now time.Time) error
	// FindVerification returns the newest row of an identifier, expired or not, and removes all expired ones.
	FindVerification(ctx context.Context, identifier string, now time.Time) (*Verification, error)
	// TakeVerification does the same, and removes the row: of several callers one gets it.
	TakeVerification(ctx context.Context, identifier string, now time.Time) (*Verification, error)
}
