package auth

import (
	"context"
	"errors"
	"time"
)

// ErrTaken is answered by a Store that would have to give an e-mail address to a second user.
var ErrTaken = errors.New("auth: e-mail address taken")

// ErrGone is answered by a Store that finds what a write rests on gone, or changed: the caller's session, an account, a
// password that was checked. Nothing is written then.
var ErrGone = errors.New("auth: what the write rests on is gone")

// ErrUsed is answered by a Store that would have to note a second use of an id_token that is used once. Nothing is written
// then.
var ErrUsed = errors.New("auth: id_token was used before")

// Store keeps what this package knows. Each method is all or nothing, and one trip to the database.
type Store interface {
	// Sessions.

	// FindSession returns a session with its user, expired or not; nil if there is none.
	FindSession(ctx context.Context, token string) (*Identity, error)
	// ExtendSession moves the end of a session; ErrGone if it is not there.
	ExtendSession(ctx context.Context, token string, expires, now time.Time) error
	// AddSession inserts a session while a hash is that of its user's password, and forgives the guess that was right;
	// ErrGone if it is not.
	AddSession(ctx context.Context, session Session, hash string, right Guess) error
	DropSession(ctx context.Context, token string) error
	// DropExpiredSession removes a session unless it has been rolled on.
	DropExpiredSession(ctx context.Context, token string, now time.Time) error
	// DropSessionOf removes a session if it is the caller's user's. ErrGone if the caller's own is gone, here and below.
	DropSessionOf(ctx context.Context, caller Session, token string) error
	DropSessions(ctx context.Context, caller Session) error
	// DropOtherSessions removes the unexpired sessions of the caller's user but the caller's.
	DropOtherSessions(ctx context.Context, caller Session, now time.Time) error
	// Sessions lists the claimant's unexpired sessions in the order of their making. Faults: Unauthorized.
	Sessions(ctx context.Context, claim Claim, now time.Time) (Identity, []Session, error)

	// Users.

	// FindLogin counts a guess, and returns what is known of the address.
	FindLogin(ctx context.Context, email string, guess Guess) (Login, error)
	// AddUser inserts a user with an account and a first session; ErrTaken if another has the address.
	AddUser(ctx context.Context, user User, account Account, session Session) error
	// UpdateUser changes the caller's user; ErrGone if the caller's session is gone.
	UpdateUser(ctx context.Context, caller Session, patch UserPatch, now time.Time) (User, error)
	// VerifyEmail notes that an address is proven; ErrGone if no user has it.
	VerifyEmail(ctx context.Context, email string, now time.Time) error

	// Passwords.

	// FindPassword counts a guess, and returns a user's password account; nil if there is none.
	FindPassword(ctx context.Context, userID string, guess Guess) (*Account, Tried, error)
	// Uncount takes back that a guess was counted, which nobody could look at.
	Uncount(ctx context.Context, guess Guess, tried Tried) error
	// Forgive takes back that a guess was counted as wrong, and those that its way had wrong before.
	Forgive(ctx context.Context, right Guess) error
	// SetPassword changes a password that is still the one that was checked, for a session that is still there, and forgives
	// the guess that was right; ErrGone otherwise.
	SetPassword(ctx context.Context, change NewPassword) error
	// ResetPassword uses up the verification, if it is still there, and gives its user the password, in a new account
	// with the id accountID if there is none yet; false if the verification is gone.
	ResetPassword(ctx context.Context, verification Verification, accountID, hash string, now time.Time) (bool, error)

	// Accounts.

	// Accounts lists the claimant's accounts in the order of their making. Faults: Unauthorized.
	Accounts(ctx context.Context, claim Claim, now time.Time) (Identity, []Account, error)
	// FindCandidates looks for the users of a provider's profile, and for a use of the id_token that names it.
	FindCandidates(ctx context.Context, who Profiled) (Candidates, error)
	// Arrive writes a sign-in through a provider, and returns the user as it is then. ErrTaken if the new user's address
	// was taken meanwhile, ErrGone if what was found is not there any more, or what was not found is, ErrUsed if
	// its id_token was used meanwhile.
	Arrive(ctx context.Context, arrival Arrival) (User, error)
	// AddAccount links an account while the session is there, if there is one to be, and no account with its provider and
	// account id is: ErrGone otherwise. It uses up the id_token, if there is one; ErrUsed as with Arrive.
	AddAccount(ctx context.Context, account Account, sessionID *string, token *TokenUse) error
	// UseToken uses up an id_token for nothing else; ErrUsed as with Arrive.
	UseToken(ctx context.Context, token TokenUse) error
	// SaveTokens gives an account new tokens while the session is there, if there is one to be; ErrGone if it is not, or
	// the account is not.
	SaveTokens(ctx context.Context, account Account, tokens Tokens, sessionID *string, now time.Time) error
	// RefreshTokens keeps what a provider gave for the account's refresh token, unless the account has got another
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
