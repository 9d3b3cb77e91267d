package auth

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/addreams/addreams/app/auth/oauth"
)

// Account is one way in for a user: a password, or an identity at a provider.
type Account struct {
	ID         string // 32 of a-zA-Z0-9
	ProviderID string // Credential, "google" or "github"
	AccountID  string // the user's id at the provider; with Credential, the user id
	UserID     string
	Password   *string // as HashPassword writes it; nil unless Credential
	Tokens     Tokens
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

// Credential is the provider id of password accounts.
const Credential = "credential"

// Tokens are a provider's, open or sealed. What is nil is not known: it is stored as NULL, and leaves a stored value as it
// is.
type Tokens = oauth.Tokens

// Holder is a caller with the accounts that a guard has listed.
type Holder struct {
	Identity
	Accounts []Account
}

var (
	errNoAccount   = Refuse(http.StatusBadRequest, "Account not found")
	errLastAccount = Refuse(http.StatusBadRequest, "You can't unlink your last account")
)

// find returns one of the caller's accounts.
func (h Holder) find(matches func(Account) bool) (Account, error) {
	for _, account := range h.Accounts {
		if matches(account) {
			return account, nil
		}
	}
	return Account{}, errNoAccount
}

// attempts is how often a write is tried. It is retried, on a fresh reading, if what it depends on was gone.
const attempts = 3

// Unlink removes one of the caller's accounts, but never the last. An empty accountID means any of the provider.
func (s *Service) Unlink(ctx context.Context, v *Visit, caller Holder, providerID, accountID string) error {
	for range attempts {
		if len(caller.Accounts) == 1 {
			return errLastAccount
		}
		account, err := caller.find(func(a Account) bool {
			return a.ProviderID == providerID && (accountID == "" || a.AccountID == accountID)
		})
		if err != nil {
			return err
		}

		if err = s.store.DropAccount(ctx, caller.Session, account.ID); !errors.Is(err, ErrGone) {
			return err
		}
		if caller.Identity, caller.Accounts, err = s.SessionWithAccounts(ctx, v); err != nil {
			return err
		}
	}
	return errNoAccount
}
