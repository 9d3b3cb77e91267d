package auth

import "time"

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
	Tried    Tried // of the guess that asked
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
