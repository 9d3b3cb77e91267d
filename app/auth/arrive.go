package auth

import (
	"context"
	"errors"
	"strings"
	"time"
)

var (
	errNotLinked     = &refusal{code: "account_not_linked"}
	errNotVerified   = &refusal{code: "unable_to_link_account"}
	errOtherEmail    = &refusal{code: "email_doesn't_match"}
	errOthersAccount = &refusal{code: "account_already_linked_to_different_user"}
)

// arrive signs a browser in as the user whom a provider's profile belongs to, and makes that user if there is none.
// A refusal leaves everything as it was.
func (s *Service) arrive(ctx context.Context, v *Visit, providerID string, who about, tokens Tokens) (identity Identity, created bool, err error) {
	email := lower(who.email)
	found, err := s.store.FindCandidates(ctx, providerID, who.id, email)
	if err != nil {
		return Identity{}, false, err
	}
	arrival := Arrival{At: v.Now.Truncate(time.Second)}
	switch {
	case found.Account != nil:
		identity.User = arrival.comeBack(found, who, tokens, email)
	case found.ByEmail != nil && !who.verified:
		return Identity{}, false, errNotLinked
	case found.ByEmail != nil:
		identity.User = arrival.join(*found.ByEmail, providerID, who, tokens)
	default:
		identity.User, created = arrival.register(providerID, who, tokens, email), true
	}
	identity.Session = v.open(identity.User.ID, true)
	arrival.Session = identity.Session
	if err := s.store.Arrive(ctx, arrival); errors.Is(err, ErrTaken) {
		return Identity{}, false, &refusal{code: "unable_to_create_user"}
	} else if err != nil {
		return Identity{}, false, err
	}
	s.enter(v, identity, !v.Jar.dontRemember())
	return identity, created, nil
}

// comeBack is for a user who came this way before.
func (a *Arrival) comeBack(found Candidates, who about, tokens Tokens, email string) User {
	user := *found.Owner
	a.Refresh = &Account{ID: found.Account.ID, Tokens: tokens}
	if who.verified && !user.EmailVerified && user.Email == email {
		a.verify(&user)
	}
	return user
}

// join links the provider to the user with the same address, which the provider has verified. If nobody had proven the
// address before, whoever made the user may be somebody else, who waits for its owner to come: that one's ways in and
// sessions end here.
func (a *Arrival) join(user User, providerID string, who about, tokens Tokens) User {
	account := newAccount(a.At, user.ID, providerID, who, tokens)
	a.NewAccount = &account
	if !user.EmailVerified {
		a.Dispossess = user.ID
		a.verify(&user)
	}
	return user
}

func (a *Arrival) register(providerID string, who about, tokens Tokens, email string) User {
	user := User{
		ID: newID(), Name: strings.ToValidUTF8(clipped(who.name, MaxProfile), ""), Email: email, EmailVerified: who.verified,
		Image: who.image, CreatedAt: a.At, UpdatedAt: a.At,
	}
	if user.Image != nil && len(*user.Image) > MaxProfile {
		user.Image = nil
	}
	if user.Name == "" {
		user.Name = who.email
	}
	account := newAccount(a.At, user.ID, providerID, who, tokens)
	a.NewUser, a.NewAccount = &user, &account
	return user
}

func (a *Arrival) verify(user *User) {
	a.Verified = user.ID
	user.EmailVerified, user.UpdatedAt = true, a.At
}

// link adds a provider to a user who asked for it while signed in.
func (s *Service) link(ctx context.Context, v *Visit, providerID string, who about, tokens Tokens, to stateLink) error {
	if err := who.mayJoin(to.Email); err != nil {
		return err
	}
	found, err := s.store.FindCandidates(ctx, providerID, who.id, "")
	if err != nil {
		return err
	}
	if found.Account == nil {
		return s.store.AddAccount(ctx, newAccount(v.Now.Truncate(time.Second), to.UserID, providerID, who, tokens))
	}
	if found.Account.UserID != to.UserID {
		return errOthersAccount
	}
	return s.store.SaveTokens(ctx, found.Account.ID, tokens, v.Now)
}

// mayJoin tells by its error why a provider's user may not be linked to the user with an address.
func (a about) mayJoin(email string) error {
	if !a.verified {
		return errNotVerified
	}
	if a.email != email {
		return errOtherEmail
	}
	return nil
}

func newAccount(at time.Time, userID, providerID string, who about, tokens Tokens) Account {
	return Account{
		ID: newID(), ProviderID: providerID, AccountID: who.id, UserID: userID, Tokens: tokens,
		CreatedAt: at, UpdatedAt: at,
	}
}
