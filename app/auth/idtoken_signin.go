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

// SignInWithID signs the browser in as the user that an id_token names.
func (s *Service) SignInWithID(ctx context.Context, v *Visit, form IDForm) (Identity, error) {
	who, err := s.verifyIDToken(ctx, v, form)
	if err != nil {
		return Identity{}, err
	}

	identity, _, err := s.signInWithProvider(ctx, v, who, Tokens{Access: form.AccessToken})
	var refused *refusal
	if errors.As(err, &refused) {
		return Identity{}, errIDNotLinked
	}
	return identity, err
}

// LinkWithID links the provider's user that an id_token names to the caller, unless they are linked already.
func (s *Service) LinkWithID(ctx context.Context, v *Visit, caller Identity, form IDForm) error {
	who, err := s.verifyIDToken(ctx, v, form)
	if err != nil {
		return err
	}
	found, err := s.findCandidates(ctx, who, "")
	if err != nil {
		return err
	}
	if found.Account != nil && found.Account.UserID == caller.User.ID {
		return refuseUsed(s.store.UseToken(ctx, *who.idToken))
	}

	switch who.checkLinkable(caller.User.Email) {
	case errNotVerified:
		return errLinkDenied
	case errOtherEmail:
		return errLinkAddress
	}
	if found.Account != nil {
		return errLinkOccupied
	}

	tokens := Tokens{Access: form.AccessToken, Refresh: form.RefreshToken, ID: &form.Token}
	account := who.newAccount(v.Now.Truncate(time.Second), caller.User.ID)
	err = s.addAccount(ctx, account, tokens, &caller.Session.ID, who.idToken)
	if errors.Is(err, ErrGone) {
		return s.explainGone(ctx, caller, errLinkOccupied)
	}
	return err
}

// maxToken is the longest token that is taken from a client and kept, in bytes.
const maxToken = 16 << 10

// verifyIDToken returns the profile in an id_token, if it is genuine.
func (s *Service) verifyIDToken(ctx context.Context, v *Visit, form IDForm) (providerUser, error) {
	p, known := s.providers[form.Provider]
	if !known {
		return providerUser{}, errProvider
	}
	if !p.TakesIDTokens() {
		return providerUser{}, errNoIDTokens
	}
	for _, token := range []*string{&form.Token, form.AccessToken, form.RefreshToken} {
		if token != nil && len(*token) > maxToken {
			return providerUser{}, errIDToken
		}
	}

	use, err := p.VerifyIDToken(ctx, form.Token, form.Nonce)
	if err != nil {
		return providerUser{}, errIDToken.Because(err)
	}
	info, err := s.userInfo(ctx, p, Tokens{ID: &form.Token})
	if err != nil {
		return providerUser{}, errIDToken.Because(err)
	}
	if info.Email == "" {
		return providerUser{}, errNoEmail
	}
	use.Client = s.hashed("id_token " + use.Digest + "\n" + v.way())
	return providerUser{info, p.ID, &use}, nil
}

// repetition is for how long the same client may send an id_token again that has no jti: better-auth takes one any number
// of times, and some clients do send it twice at once.
const repetition = 10 * time.Second

// replays reports whether an id_token, nil for none, was used before, as the search for its user found.
func (c Candidates) replays(use *TokenUse) bool {
	return use != nil && c.FirstUse != nil && (use.Once || !c.SameClient || use.At.Sub(*c.FirstUse) > repetition)
}

// refuseUsed turns a Store's ErrUsed into the answer to the client.
func refuseUsed(err error) error {
	if errors.Is(err, ErrUsed) {
		return errIDToken.Because(err)
	}
	return err
}
