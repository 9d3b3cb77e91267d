package auth

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"time"

	"github.com/addreams/addreams/app/auth/oauth"
	"github.com/addreams/addreams/app/js"
)

// providerUser is a user as a provider names one.
type providerUser struct {
	oauth.UserInfo
	providerID string
	idToken    *TokenUse // that a client brought, to be used up; nil if none did
}

// TokenUse is the use of an id_token that a client brought.
type TokenUse = oauth.TokenUse

// Profiled is whom a provider's profile names: an id there, and an address.
type Profiled struct {
	ProviderID, AccountID string
	Email                 string // "" for none
	Token                 *TokenUse
}

// Candidates are the users that a provider's profile may belong to.
type Candidates struct {
	Account *Account // with the profile's provider and id
	Owner   *User    // of Account
	ByEmail *User

	FirstUse   *time.Time // of the id_token, if it was used before
	SameClient bool       // that client has used it
}

// ProviderSignIn is the outcome of a sign-in through a provider, written in one batch. The account is inserted, with the
// user if that is new too, or is there and gets new tokens. If a user gets an account, and the user's address has not been verified
// when that is written, the user may have been registered by an attacker who waits for the owner. Then the user's accounts
// and sessions are deleted, name and picture become the owner's, and the address counts as verified.
type ProviderSignIn struct {
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

var errNotLinked = &refusal{code: "account_not_linked"}

// signInWithProvider signs a browser in as the user whom a provider's profile belongs to, and makes that user if there is
// none. A refusal leaves everything as it was.
func (s *Service) signInWithProvider(
	ctx context.Context, v *Visit, who providerUser, tokens Tokens,
) (identity Identity, created bool, err error) {
	for range attempts {
		identity, created, err = s.trySignInWithProvider(ctx, v, who, tokens)
		if !errors.Is(err, ErrGone) && !errors.Is(err, ErrTaken) {
			return identity, created, err
		}
	}
	return Identity{}, false, &refusal{"unable_to_create_user", err}
}

func (s *Service) trySignInWithProvider(
	ctx context.Context, v *Visit, who providerUser, tokens Tokens,
) (identity Identity, created bool, err error) {
	email := who.lowerEmail()
	found, err := s.findCandidates(ctx, who, email)
	if err != nil {
		return Identity{}, false, err
	}

	signIn := ProviderSignIn{At: v.Now.Truncate(time.Second), Token: who.idToken}
	switch {
	case found.Account != nil:
		signIn.useAccount(found, who, email)
	case found.ByEmail != nil && !who.EmailVerified:
		return Identity{}, false, errNotLinked
	case found.ByEmail != nil:
		signIn.addAccount(found.ByEmail.ID, who)
	default:
		signIn.addUser(who, email)
		created = true
	}
	if signIn.Account.Tokens, err = s.vault.seal(signIn.Account.ID, tokens); err != nil {
		return Identity{}, false, err
	}

	signIn.Session = v.newSession(signIn.Account.UserID, true)
	signIn.Now = s.now()
	user, err := s.store.SaveProviderSignIn(ctx, signIn)
	if err != nil {
		return Identity{}, false, refuseUsed(err)
	}
	identity = Identity{signIn.Session, user}
	s.setSessionCookies(v, identity, !v.Jar.DontRemember())
	return identity, created, nil
}

// findCandidates looks for the users of a profile, and refuses an id_token that was used before. Without an e-mail address
// it looks by the provider's id alone.
func (s *Service) findCandidates(ctx context.Context, who providerUser, email string) (Candidates, error) {
	found, err := s.store.FindCandidates(ctx, Profiled{who.providerID, who.ID, email, who.idToken})
	if err == nil && found.replays(who.idToken) {
		err = errIDToken.Because(ErrUsed)
	}
	return found, err
}

// useAccount signs in a user who has used this account before.
func (p *ProviderSignIn) useAccount(found Candidates, who providerUser, email string) {
	p.Account = Account{ID: found.Account.ID, UserID: found.Owner.ID}
	p.Proves = who.EmailVerified && !found.Owner.EmailVerified && found.Owner.Email == email
}

// addAccount links the provider to the user with the same address, which the provider has verified.
func (p *ProviderSignIn) addAccount(userID string, who providerUser) {
	p.Account, p.NewAccount = who.newAccount(p.At, userID), true
	p.Name, p.Image = who.displayName(), who.imageURL()
}

// addUser registers a user with an account.
func (p *ProviderSignIn) addUser(who providerUser, email string) {
	user := User{
		ID: newID(), Name: who.displayName(), Email: email, EmailVerified: who.EmailVerified, Image: who.imageURL(),
		CreatedAt: p.At, UpdatedAt: p.At,
	}
	p.NewUser = &user
	p.Account, p.NewAccount = who.newAccount(p.At, user.ID), true
}

// newAccount makes a provider's account of a user, without its tokens.
func (u providerUser) newAccount(at time.Time, userID string) Account {
	return Account{
		ID: newID(), ProviderID: u.providerID, AccountID: u.ID, UserID: userID, CreatedAt: at, UpdatedAt: at,
	}
}

// kelvin is the one letter beyond ASCII whose lower case is an ASCII letter, a k.
const kelvin = "\u212a"

// lowerEmail is the user's address as addresses are stored. A Kelvin sign stays: the address with a k in its place may be
// another person's.
func (u providerUser) lowerEmail() string {
	parts := strings.Split(u.Email, kelvin)
	for i, part := range parts {
		parts[i] = js.ToLower(part)
	}
	return strings.Join(parts, kelvin)
}

// displayName is the provider's name of a user, or else the address.
func (u providerUser) displayName() string {
	return cmp.Or(strings.ToValidUTF8(truncated(u.Name, MaxProfile), ""), u.Email)
}

// imageURL is the URL of the user's picture; nil if there is none, or it is longer than a user's may be.
func (u providerUser) imageURL() *string {
	if u.Image != nil && len(*u.Image) > MaxProfile {
		return nil
	}
	return u.Image
}
