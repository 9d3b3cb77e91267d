package auth

import (
	"context"
	"errors"
	"time"
)

// ErrTaken is a Store's answer if an e-mail address already belongs to another user.
var ErrTaken = errors.New("auth: e-mail address taken")

// ErrGone is a Store's answer if what a write depends on is gone, or changed: the caller's session, an account, a password
// that was checked. Nothing is written then.
var ErrGone = errors.New("auth: what the write depends on is gone")

// ErrUsed is a Store's answer to the second use of an id_token that may be used once. Nothing is written then.
var ErrUsed = errors.New("auth: id_token was used before")

// Store stores users, sessions and accounts. Each method is all or nothing, and makes one round trip to the database.
type Store interface {
	// Sessions.

	// FindSession returns a session with its user, expired or not; nil if there is none.
	FindSession(ctx context.Context, token string) (*Identity, error)
	// ExtendSession moves the end of a session; ErrGone if it is not there.
	ExtendSession(ctx context.Context, token string, expires, now time.Time) error
	// AddSession inserts a session and forgives the guess that was right; ErrGone if the hash is no longer that of the
	// user's password.
	AddSession(ctx context.Context, session Session, hash string, right Guess) error
	DropSession(ctx context.Context, token string) error
	// DropExpiredSession removes a session unless it has been rolled on.
	DropExpiredSession(ctx context.Context, token string, now time.Time) error
	// DropSessionOf removes a session if it belongs to the caller's user. ErrGone if the caller's own is gone, here and
	// below.
	DropSessionOf(ctx context.Context, caller Session, token string) error
	DropSessions(ctx context.Context, caller Session) error
	// DropOtherSessions removes the unexpired sessions of the caller's user except the caller's.
	DropOtherSessions(ctx context.Context, caller Session, now time.Time) error
	// Sessions lists the claimant's unexpired sessions, oldest first. Faults: Unauthorized.
	Sessions(ctx context.Context, claim Claim, now time.Time) (Identity, []Session, error)

	// API keys.

	// Keys lists the claimant's keys, oldest first. Faults: Unauthorized.
	Keys(ctx context.Context, claim Claim, now time.Time) (Identity, []APIKey, error)
	// AddKey inserts a key; false if the user has too many. ErrGone if the caller's session is gone, here and below.
	AddKey(ctx context.Context, caller Session, key NewKey) (bool, error)
	// UpdateKey changes a key of the caller's user, and returns it; false if there is no such key.
	UpdateKey(ctx context.Context, caller Session, id string, patch KeyPatch, now time.Time) (APIKey, bool, error)
	// DropKey removes a key of the caller's user; false if there is no such key.
	DropKey(ctx context.Context, caller Session, id string) (bool, error)
	// UseKey returns the user of a claim with a key, with a session that has the ID of the key, and counts the use. Faults:
	// those of APIKey.Check, APIKeyInvalid.
	UseKey(ctx context.Context, claim Claim, now time.Time) (Identity, error)

	// Users.

	// FindLogin counts a guess, and returns what is known of the address.
	FindLogin(ctx context.Context, email string, guess Guess) (Login, error)
	// AddUser inserts a user with an account and a first session; ErrTaken if another has the address.
	AddUser(ctx context.Context, user User, account Account, session Session) error
	// UpdateUser changes the caller's user; ErrGone if the caller's session is gone.
	UpdateUser(ctx context.Context, caller Session, patch UserPatch, now time.Time) (User, error)
	// VerifyEmail marks an address as verified; ErrGone if no user has it.
	VerifyEmail(ctx context.Context, email string, now time.Time) error

	// Passwords.

	// FindPassword counts a guess, and returns a user's password account; nil if there is none.
	FindPassword(ctx context.Context, userID string, guess Guess) (*Account, Tried, error)
	// Uncount takes back that a guess was counted, if it could not be checked.
	Uncount(ctx context.Context, guess Guess, tried Tried) error
	// Forgive takes back that a guess was counted as wrong, and the wrong ones of its way before it.
	Forgive(ctx context.Context, right Guess) error
	// SetPassword changes a password that is still the one that was checked, for a session that is still there, and
	// forgives the guess that was right; ErrGone otherwise.
	SetPassword(ctx context.Context, change NewPassword) error
	// ResetPassword uses up the verification, if it is still there, and gives its user the password, in a new account
	// with the id accountID if there is none yet; false if the verification is gone.
	ResetPassword(ctx context.Context, verification Verification, accountID, hash string, now time.Time) (bool, error)

	// Accounts.

	// Accounts lists the claimant's accounts, oldest first. Faults: Unauthorized.
	Accounts(ctx context.Context, claim Claim, now time.Time) (Identity, []Account, error)
	// FindCandidates looks for the users of a provider's profile, and for a use of the id_token that names it.
	FindCandidates(ctx context.Context, who Profiled) (Candidates, error)
	// SaveProviderSignIn writes a sign-in through a provider, and returns the user as it is then. ErrTaken if the new
	// user's address was taken meanwhile, ErrGone if the candidates have changed since FindCandidates, ErrUsed if
	// its id_token was used meanwhile.
	SaveProviderSignIn(ctx context.Context, signIn ProviderSignIn) (User, error)
	// AddAccount links an account while the session is there, if there is one to be, and no account with its provider and
	// account id is: ErrGone otherwise. It uses up the id_token, if there is one; ErrUsed if that was used meanwhile.
	AddAccount(ctx context.Context, account Account, sessionID *string, token *TokenUse) error
	// UseToken uses up an id_token for nothing else; ErrUsed if it was used already.
	UseToken(ctx context.Context, token TokenUse) error
	// SaveTokens gives an account new tokens while the session is there, if there is one to be; ErrGone if it is not, or
	// the account is not.
	SaveTokens(ctx context.Context, account Account, tokens Tokens, sessionID *string, now time.Time) error
	// RefreshTokens stores the tokens that a provider issued for the account's refresh token, unless the account has got another
	// meanwhile. ErrGone if the account is gone, or the caller's session.
	RefreshTokens(ctx context.Context, account Account, tokens Tokens, caller Session, now time.Time) error
	// DropAccount removes an account of the caller's user. ErrGone if it is not there, or the last one, or the caller's
	// session is gone.
	DropAccount(ctx context.Context, caller Session, accountID string) error

	// Verifications.

	// AddVerification inserts a verification; ErrGone if it has a session that is gone.
	AddVerification(ctx context.Context, verification Verification, now time.Time) error
	// FindVerification returns the newest row of an identifier, expired or not, and removes all expired ones.
	FindVerification(ctx context.Context, identifier string, now time.Time) (*Verification, error)
	// TakeVerification does the same, and removes the row: of several callers one gets it.
	TakeVerification(ctx context.Context, identifier string, now time.Time) (*Verification, error)
}
