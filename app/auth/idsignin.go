package auth

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// IDForm is an id_token that a client got from a provider itself.
type IDForm struct {
	Provider     string
	Token        string
	Nonce        *string
	AccessToken  *string
	RefreshToken *string
	ExpiresAt    *time.Time // of AccessToken
}

var (
	errNoIDTokens   = &Error{http.StatusNotFound, "ID_TOKEN_NOT_SUPPORTED", "id_token not supported"}
	errIDToken      = Refuse(http.StatusUnauthorized, "Invalid token")
	errNoEmail      = Refuse(http.StatusUnauthorized, "User email not found")
	errIDNotLinked  = Refuse(http.StatusUnauthorized, "account not linked")
	errLinkDenied   = Refuse(http.StatusUnauthorized, "Account not linked - linking not allowed")
	errLinkAddress  = Refuse(http.StatusUnauthorized, "Account not linked - different emails not allowed")
	errLinkOccupied = Refuse(http.StatusUnauthorized, "Account already linked to different user")
)

// SignInWithID signs the browser in as the user that an id_token names.
func (s *Service) SignInWithID(ctx context.Context, v *Visit, form IDForm) (Identity, error) {
	who, err := s.verifyID(ctx, form)
	if err != nil {
		return Identity{}, err
	}
	identity, _, err := s.arrive(ctx, v, form.Provider, who, form.tokens())
	var refused *refusal
	if errors.As(err, &refused) {
		return Identity{}, errIDNotLinked
	}
	return identity, err
}

// LinkWithID links the provider's user that an id_token names to the caller.
func (s *Service) LinkWithID(ctx context.Context, v *Visit, caller Identity, form IDForm) error {
	who, err := s.verifyID(ctx, form)
	if err != nil {
		return err
	}
	err = s.link(ctx, v, form.Provider, who, form.tokens(), stateLink{caller.User.ID, caller.User.Email})
	switch {
	case errors.Is(err, errNotVerified):
		return errLinkDenied
	case errors.Is(err, errOtherEmail):
		return errLinkAddress
	case errors.Is(err, errOthersAccount):
		return errLinkOccupied
	}
	return err
}

// verifyID returns who an id_token names, if it is genuine.
func (s *Service) verifyID(ctx context.Context, form IDForm) (about, error) {
	p, known := s.providers[form.Provider]
	if !known {
		return about{}, errProvider
	}
	if p.verifyID == nil {
		return about{}, errNoIDTokens
	}
	limited, cancel := p.context(ctx)
	defer cancel()
	if err := p.verifyID(limited, p.client, form.Token, form.Nonce); err != nil {
		return about{}, errIDToken
	}
	who, err := p.identify(ctx, Tokens{ID: &form.Token})
	if err != nil {
		return about{}, errIDToken
	}
	if who.email == "" {
		return about{}, errNoEmail
	}
	return who, nil
}

// tokens are what is stored: not the id_token, which was for signing in alone.
func (f IDForm) tokens() Tokens {
	return Tokens{Access: f.AccessToken, Refresh: f.RefreshToken, AccessExpires: f.ExpiresAt}
}
