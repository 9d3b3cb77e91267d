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
}

var (
	errNoIDTokens   = refuseAs(http.StatusNotFound, "ID_TOKEN_NOT_SUPPORTED", "id_token not supported")
	errIDToken      = Refuse(http.StatusUnauthorized, "Invalid token")
	errNoEmail      = Refuse(http.StatusUnauthorized, "User email not found")
	errIDNotLinked  = Refuse(http.StatusUnauthorized, "account not linked")
	errLinkDenied   = Refuse(http.StatusUnauthorized, "Account not linked - linking not allowed")
	errLinkAddress  = Refuse(http.StatusUnauthorized, "Account not linked - different emails not allowed")
	errLinkOccupied = Refuse(http.StatusUnauthorized, "Account already linked to different user")
)

// maxToken is the longest token that is taken from a client and kept, in bytes.
const maxToken = 16 << 10

// SignInWithID signs the browser in as the user that an id_token names.
func (s *Service) SignInWithID(ctx context.Context, v *Visit, form IDForm) (Identity, error) {
	who, err := s.verifyID(ctx, form)
	if err != nil {
		return Identity{}, err
	}
	identity, _, err := s.arrive(ctx, v, form.Provider, who, Tokens{Access: form.AccessToken})
	var refused *refusal
	if errors.As(err, &refused) {
		return Identity{}, errIDNotLinked
	}
	return identity, err
}

// LinkWithID links the provider's user that an id_token names to the caller. One who is linked already stays so.
func (s *Service) LinkWithID(ctx context.Context, v *Visit, caller Identity, form IDForm) error {
	who, err := s.verifyID(ctx, form)
	if err != nil {
		return err
	}
	found, err := s.findCandidates(ctx, form.Provider, who, "")
	if err != nil {
		return err
	}
	if found.Account != nil && found.Account.UserID == caller.User.ID {
		return refuseUsed(s.store.UseToken(ctx, *who.token))
	}
	switch who.mayJoin(caller.User.Email) {
	case errNotVerified:
		return errLinkDenied
	case errOtherEmail:
		return errLinkAddress
	}
	if found.Account != nil {
		return errLinkOccupied
	}
	tokens := Tokens{Access: form.AccessToken, Refresh: form.RefreshToken, ID: &form.Token}
	account := newAccount(v.Now.Truncate(time.Second), caller.User.ID, form.Provider, who)
	err = s.addAccount(ctx, account, tokens, &caller.Session.ID, who.token)
	if errors.Is(err, ErrGone) {
		return s.whyGone(ctx, caller, errLinkOccupied)
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
	for _, kept := range []*string{&form.Token, form.AccessToken, form.RefreshToken} {
		if kept != nil && len(*kept) > maxToken {
			return about{}, errIDToken
		}
	}
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	use, err := p.verifyID(limited, p.caller, form.Token, form.Nonce)
	if err != nil {
		return about{}, errIDToken.Because(err)
	}
	who, err := p.identify(ctx, Tokens{ID: &form.Token})
	if err != nil {
		return about{}, errIDToken.Because(err)
	}
	if who.email == "" {
		return about{}, errNoEmail
	}
	who.token = &use
	return who, nil
}
