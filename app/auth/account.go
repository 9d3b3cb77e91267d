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
	SessionID  *string // that began to link an account; nil if none did
	ExpiresAt  time.Time
}

// NewPassword takes the place of a password that was checked.
type NewPassword struct {
	Caller   Session  // that asks for it
	Old, New string   // hashes
	Session  *Session // in the place of all the user's sessions; nil leaves them
	Right    Guess    // to be forgiven
	At       time.Time
}

// Profiled is whom a provider's profile names: an id there, and an address.
type Profiled struct {
	ProviderID, AccountID string
	Email                 string // "" for none
	Token                 *TokenUse
}

// TokenUse is the use of an id_token that a client brought.
type TokenUse struct {
	Digest      string
	Expires, At time.Time
	Once        bool // the token names itself: it is never used twice
}

// Candidates are the users that a provider's profile may belong to.
type Candidates struct {
	Account *Account // with the profile's provider and id
	Owner   *User    // of Account
	ByEmail *User

	FirstUse *time.Time // of the id_token, if it was used before
}

// Arrival is the outcome of a sign-in through a provider, written as one. The account is inserted, with the user if that
// is new too, or is there and gets new tokens. A user who gets an account, and whose address nobody has proven when that
// is written, was made by somebody else perhaps, who waits for the owner to come: accounts and sessions go, name and
// picture become the owner's, and the address is proven.
type Arrival struct {
	At         time.Time // whole seconds
	Now        time.Time // when it is written
	NewUser    *User     // to be inserted
	NewAccount bool      // Account is to be inserted
	Account    Account   // with the tokens to be stored
	Proves     bool      // the provider vouches for the address of the account's user
	Name       string    // what the provider says of the owner
	Image      *string
	Session    Session
	Token      *TokenUse // of the id_token that it uses up; nil for none
}

// UserPatch is a change of a user.
type UserPatch struct {
	Name     *string // nil leaves the name as it is
	SetImage bool    // Image takes the place of the picture, or is left alone
	Image    *string // nil for no picture
}
