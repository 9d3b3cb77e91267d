package auth

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/addreams/addreams/app/auth/oauth"
)

var (
	errAccessToken = Refuse(http.StatusBadRequest, "Failed to get a valid access token")
	errNoRefresh   = Refuse(http.StatusBadRequest, "Refresh token not found")
	errRefresh     = Refuse(http.StatusBadRequest, "Failed to refresh access token")
)

// minValidity is how long an access token must still be valid to be handed out.
const minValidity = 5 * time.Second

// AccessToken returns the caller's account at a provider with a valid access token. accountID is the id of the account's
// row; empty means any of the provider.
func (s *Service) AccessToken(ctx context.Context, v *Visit, caller Holder, providerID, accountID string) (Account, error) {
	p, known := s.providers[providerID]
	if !known {
		return Account{}, Refuse(http.StatusBadRequest, "Provider "+providerID+" is not supported.")
	}
	account, err := caller.find(func(a Account) bool {
		return a.ProviderID == providerID && (accountID == "" || a.ID == accountID)
	})
	if err != nil {
		return Account{}, err
	}
	return s.withValidAccess(ctx, v, p, caller.Identity, account)
}

// RefreshToken asks the provider for new tokens of the caller's account, whatever the age of the stored ones. It returns
// the account with them, and those that the provider sent.
func (s *Service) RefreshToken(ctx context.Context, v *Visit, caller Holder, providerID, accountID string) (Account, Tokens, error) {
	p, known := s.providers[providerID]
	if !known {
		return Account{}, Tokens{}, Refuse(http.StatusBadRequest, "Provider "+providerID+" not found.")
	}
	account, err := caller.find(func(a Account) bool {
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
	account.Tokens = tokens.Updated(sent)
	return account, sent, nil
}

// withValidAccess returns an account with its tokens open, and asks for a new access token if the stored one is about to
// expire.
func (s *Service) withValidAccess(ctx context.Context, v *Visit, p oauth.Provider, caller Identity, account Account) (Account, error) {
	tokens, err := s.vault.open(account)
	if err != nil {
		return Account{}, err
	}
	if tokens.Refresh == nil || tokens.AccessExpires == nil || tokens.AccessExpires.Sub(v.Now) >= minValidity {
		account.Tokens = tokens
		return account, nil
	}

	sent, err := s.refresh(ctx, v, p, caller, account, tokens, errAccessToken)
	if err != nil {
		return Account{}, err
	}
	account.Tokens = tokens.Updated(sent)
	return account, nil
}

// refresh asks for new tokens, stores and returns them. If the provider gives none, it fails with the refusal. The account
// is as it is stored, the tokens are open.
func (s *Service) refresh(
	ctx context.Context, v *Visit, p oauth.Provider, caller Identity, account Account, tokens Tokens, refusal *Error,
) (Tokens, error) {
	sent, err := p.Refresh(ctx, *tokens.Refresh)
	if err != nil {
		return Tokens{}, refusal.Because(err)
	}
	if sent.Scope != nil && *sent.Scope == "" {
		sent.Scope = nil // an answer without scopes changes none
	}

	written := sent
	if s.vault.seals() {
		written = tokens.Updated(sent) // what stays is sealed again, with the first key
	}
	if written, err = s.vault.seal(account.ID, written); err != nil {
		return Tokens{}, err
	}

	err = s.store.RefreshTokens(ctx, account, written, caller.Session, v.Now)
	if errors.Is(err, ErrGone) {
		return Tokens{}, s.explainGone(ctx, caller, errNoAccount)
	}
	return sent, err
}
