package auth

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"
)

var (
	errNoAccount   = Refuse(http.StatusBadRequest, "Account not found")
	errLastAccount = Refuse(http.StatusBadRequest, "You can't unlink your last account")
	errAccessToken = Refuse(http.StatusBadRequest, "Failed to get a valid access token")
	errNoAccess    = Refuse(http.StatusBadRequest, "Access token not found")
	errNoRefresh   = Refuse(http.StatusBadRequest, "Refresh token not found")
	errRefresh     = Refuse(http.StatusBadRequest, "Failed to refresh access token")
)

// Holder is a caller with the accounts that a guard has listed.
type Holder struct {
	Identity
	Accounts []Account
}

// attempts is how often a write is tried, each time on what is there then, that finds gone what it rests on.
const attempts = 3

// Unlink removes one of the caller's accounts, but never the last. An empty accountID means any of the provider.
func (s *Service) Unlink(ctx context.Context, v *Visit, caller Holder, providerID, accountID string) error {
	for range attempts {
		if len(caller.Accounts) == 1 {
			return errLastAccount
		}
		account, err := caller.account(func(a Account) bool {
			return a.ProviderID == providerID && (accountID == "" || a.AccountID == accountID)
		})
		if err != nil {
			return err
		}
		if err = s.store.DropAccount(ctx, caller.Session, account.ID); !errors.Is(err, ErrGone) {
			return err
		}
		if caller.Identity, caller.Accounts, err = s.GuardAccounts(ctx, v); err != nil {
			return err
		}
	}
	return errNoAccount
}

// almostOver is how near the end of an access token is too near to hand it out.
const almostOver = 5 * time.Second

// AccessToken returns the caller's account at a provider with an access token that holds. accountID is the id of the
// account's row; empty means any of the provider.
func (s *Service) AccessToken(ctx context.Context, v *Visit, caller Holder, providerID, accountID string) (Account, error) {
	p, known := s.providers[providerID]
	if !known {
		return Account{}, Refuse(http.StatusBadRequest, "Provider "+providerID+" is not supported.")
	}
	account, err := caller.account(func(a Account) bool {
		return a.ProviderID == providerID && (accountID == "" || a.ID == accountID)
	})
	if err != nil {
		return Account{}, err
	}
	return s.freshen(ctx, v, p, caller.Identity, account)
}

// RefreshToken asks the provider for new tokens of the caller's account, whatever the age of the ones there are. It
// returns the account with them, and what of them the provider sent.
func (s *Service) RefreshToken(ctx context.Context, v *Visit, caller Holder, providerID, accountID string) (Account, Tokens, error) {
	p, known := s.providers[providerID]
	if !known {
		return Account{}, Tokens{}, Refuse(http.StatusBadRequest, "Provider "+providerID+" not found.")
	}
	account, err := caller.account(func(a Account) bool {
		return a.ProviderID == providerID && (accountID == "" || a.ID == accountID)
	})
	if err != nil {
		return Account{}, Tokens{}, err
	}
	tokens, err := s.vault.open(account)
	if err != nil {
		return Account{}, Tokens{}, err
	}
	if tokens.Refresh == nil {
		return Account{}, Tokens{}, errNoRefresh
	}

	sent, err := s.refresh(ctx, v, p, caller.Identity, account, tokens, errRefresh)
	if err != nil {
		return Account{}, Tokens{}, err
	}
	account.Tokens = tokens.updated(sent)
	return account, sent, nil
}

// AccountInfo is what a provider says of the caller now.
type AccountInfo struct {
	ID            json.RawMessage // as the provider writes it: a text or a number
	Name, Email   string
	Image         *string
	EmailVerified bool
	Profile       json.RawMessage
}

// AccountInfo asks the provider of the caller's account, which is named by the id that it has there; ErrNoInfo if the
// provider does not tell.
func (s *Service) AccountInfo(ctx context.Context, v *Visit, caller Holder, accountID string) (*AccountInfo, error) {
	account, err := caller.account(func(a Account) bool { return a.AccountID == accountID })
	if err != nil {
		return nil, err
	}
	p, known := s.providers[account.ProviderID]
	if !known {
		return nil, errNoAccount
	}
	if account, err = s.freshen(ctx, v, p, caller.Identity, account); err != nil {
		return nil, err
	}
	if account.Tokens.Access == nil {
		return nil, errNoAccess
	}
	who, err := p.identify(ctx, account.Tokens)
	if err != nil {
		return nil, errors.Join(ErrNoInfo, err)
	}
	return &AccountInfo{who.rawID, who.name, who.email, who.image, who.verified, who.profile}, nil
}

// account finds one of the caller's accounts.
func (h Holder) account(matches func(Account) bool) (Account, error) {
	for _, account := range h.Accounts {
		if matches(account) {
			return account, nil
		}
	}
	return Account{}, errNoAccount
}

// freshen returns an account with its tokens open, and asks for a new access token if the one there is has come to its end.
func (s *Service) freshen(ctx context.Context, v *Visit, p provider, caller Identity, account Account) (Account, error) {
	tokens, err := s.vault.open(account)
	if err != nil {
		return Account{}, err
	}
	if tokens.Refresh == nil || tokens.AccessExpires == nil || tokens.AccessExpires.Sub(v.Now) >= almostOver {
		account.Tokens = tokens
		return account, nil
	}
	sent, err := s.refresh(ctx, v, p, caller, account, tokens, errAccessToken)
	if err != nil {
		return Account{}, err
	}
	account.Tokens = tokens.updated(sent)
	return account, nil
}

// refresh asks for new tokens, stores and returns them. If the provider does not give any, it fails with the refusal. The
// account is as it is stored, the tokens are open.
func (s *Service) refresh(
	ctx context.Context, v *Visit, p provider, caller Identity, account Account, tokens Tokens, refusal *Error,
) (Tokens, error) {
	sent, err := p.refresh(ctx, *tokens.Refresh)
	if err != nil {
		return Tokens{}, refusal.Because(err)
	}
	if sent.Scope != nil && *sent.Scope == "" {
		sent.Scope = nil // an answer without scopes changes none
	}

	written := sent
	if s.vault.seals() {
		written = tokens.updated(sent) // what stays is sealed too, with the key of today
	}
	if written, err = s.vault.seal(account.ID, written); err != nil {
		return Tokens{}, err
	}
	err = s.store.RefreshTokens(ctx, account, written, caller.Session, v.Now)
	if errors.Is(err, ErrGone) {
		return Tokens{}, s.whyGone(ctx, caller, errNoAccount)
	}
	return sent, err
}

// updated lays new tokens over old ones.
func (t Tokens) updated(with Tokens) Tokens {
	return Tokens{
		Access: or(with.Access, t.Access), Refresh: or(with.Refresh, t.Refresh), ID: or(with.ID, t.ID),
		AccessExpires: or(with.AccessExpires, t.AccessExpires), Scope: or(with.Scope, t.Scope),
	}
}

func or[T any](first, second *T) *T {
	if first != nil {
		return first
	}
	return second
}
