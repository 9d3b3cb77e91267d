package auth

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"time"

	"github.com/addreams/addreams/app/js"
)

var (
	errNotLinked     = &refusal{code: "account_not_linked"}
	errNotVerified   = &refusal{code: "unable_to_link_account"}
	errOtherEmail    = &refusal{code: "email_doesn't_match"}
	errOthersAccount = &refusal{code: "account_already_linked_to_different_user"}
)

// arrive signs a browser in as the user whom a provider's profile belongs to, and makes that user if there is none.
// A refusal leaves everything as it was.
func (s *Service) arrive(
	ctx context.Context, v *Visit, providerID string, who about, tokens Tokens,
) (identity Identity, created bool, err error) {
	for range attempts {
		identity, created, err = s.tryArrive(ctx, v, providerID, who, tokens)
		if !errors.Is(err, ErrGone) && !errors.Is(err, ErrTaken) {
			return identity, created, err
		}
	}
	return Identity{}, false, &refusal{"unable_to_create_user", err}
}

func (s *Service) tryArrive(
	ctx context.Context, v *Visit, providerID string, who about, tokens Tokens,
) (identity Identity, created bool, err error) {
	email := js.ToLower(who.email)
	found, err := s.findCandidates(ctx, providerID, who, email)
	if err != nil {
		return Identity{}, false, err
	}
	arrival := Arrival{At: v.Now.Truncate(time.Second), Token: who.token}
	switch {
	case found.Account != nil:
		arrival.comeBack(found, who, email)
	case found.ByEmail != nil && !who.verified:
		return Identity{}, false, errNotLinked
	case found.ByEmail != nil:
		arrival.join(found.ByEmail.ID, providerID, who)
	default:
		arrival.register(providerID, who, email)
		created = true
	}

	if arrival.Account.Tokens, err = s.vault.seal(arrival.Account.ID, tokens); err != nil {
		return Identity{}, false, err
	}
	arrival.Session = v.open(arrival.Account.UserID, true)
	arrival.Now = s.now()
	user, err := s.store.Arrive(ctx, arrival)
	if err != nil {
		return Identity{}, false, refuseUsed(err)
	}
	identity = Identity{arrival.Session, user}
	s.enter(v, identity, !v.Jar.dontRemember())
	return identity, created, nil
}

// findCandidates looks for the users of a profile, and refuses an id_token that was used before.
func (s *Service) findCandidates(ctx context.Context, providerID string, who about, email string) (Candidates, error) {
	found, err := s.store.FindCandidates(ctx, Profiled{providerID, who.id, email, who.token})
	if err == nil && who.token != nil && who.token.replayed(found) {
		err = errIDToken.Because(ErrUsed)
	}
	return found, err
}

// comeBack is for a user who came this way before.
func (a *Arrival) comeBack(found Candidates, who about, email string) {
	a.Account = Account{ID: found.Account.ID, UserID: found.Owner.ID}
	a.Proves = who.verified && !found.Owner.EmailVerified && found.Owner.Email == email
}

// join links the provider to the user with the same address, which the provider has verified.
func (a *Arrival) join(userID, providerID string, who about) {
	a.Account, a.NewAccount = newAccount(a.At, userID, providerID, who), true
	a.Name, a.Image = who.called(), who.picture()
}

func (a *Arrival) register(providerID string, who about, email string) {
	user := User{
		ID: newID(), Name: who.called(), Email: email, EmailVerified: who.verified, Image: who.picture(),
		CreatedAt: a.At, UpdatedAt: a.At,
	}
	a.NewUser = &user
	a.Account, a.NewAccount = newAccount(a.At, user.ID, providerID, who), true
}

// called is the name of a user whom a provider names, or else the address.
func (a about) called() string {
	return cmp.Or(strings.ToValidUTF8(clipped(a.name, MaxProfile), ""), a.email)
}

// picture is the URL of a user's image, unless it is longer than a user's may be.
func (a about) picture() *string {
	if a.image != nil && len(*a.image) > MaxProfile {
		return nil
	}
	return a.image
}

// link adds a provider to a user who asked for it while signed in. The session that asked must still be there.
func (s *Service) link(ctx context.Context, v *Visit, providerID string, who about, tokens Tokens, to stateLink) error {
	if err := who.mayJoin(to.Email); err != nil {
		return err
	}
	for range attempts {
		found, err := s.findCandidates(ctx, providerID, who, "")
		switch {
		case err != nil:
			return err
		case found.Account == nil:
			err = s.addAccount(ctx, newAccount(v.Now.Truncate(time.Second), to.UserID, providerID, who), tokens, to.sessionID, nil)
		case found.Account.UserID != to.UserID:
			return errOthersAccount
		default:
			err = s.saveTokens(ctx, *found.Account, tokens, to.sessionID, v.Now)
		}
		if !errors.Is(err, ErrGone) {
			return err
		}
	}
	return errNotVerified
}

// addAccount stores a new account with its tokens, and uses up the id_token that brought it, if one did.
func (s *Service) addAccount(
	ctx context.Context, account Account, tokens Tokens, sessionID *string, use *TokenUse,
) (err error) {
	if account.Tokens, err = s.vault.seal(account.ID, tokens); err != nil {
		return err
	}
	return refuseUsed(s.store.AddAccount(ctx, account, sessionID, use))
}

// saveTokens stores new tokens of an account.
func (s *Service) saveTokens(ctx context.Context, account Account, tokens Tokens, sessionID *string, now time.Time) error {
	sealed, err := s.vault.seal(account.ID, tokens)
	if err != nil {
		return err
	}
	return s.store.SaveTokens(ctx, account, sealed, sessionID, now)
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

// newAccount is a provider's account of a user, without its tokens.
func newAccount(at time.Time, userID, providerID string, who about) Account {
	return Account{
		ID: newID(), ProviderID: providerID, AccountID: who.id, UserID: userID, CreatedAt: at, UpdatedAt: at,
	}
}
