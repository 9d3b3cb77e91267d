package auth

import (
	"context"
	"errors"
	"time"
)

var (
	errNotVerified   = &refusal{code: "unable_to_link_account"}
	errOtherEmail    = &refusal{code: "email_doesn't_match"}
	errOthersAccount = &refusal{code: "account_already_linked_to_different_user"}
)

// link adds a provider to a user who asked for it while signed in. The session that asked must still be there.
func (s *Service) link(ctx context.Context, v *Visit, who providerUser, tokens Tokens, state issuedState) error {
	to := state.Link
	if err := who.checkLinkable(to.Email); err != nil {
		return err
	}
	for range attempts {
		found, err := s.findCandidates(ctx, who, "")
		switch {
		case err != nil:
			return err
		case found.Account == nil:
			account := who.newAccount(v.Now.Truncate(time.Second), to.UserID)
			err = s.addAccount(ctx, account, tokens, state.sessionID, nil)
		case found.Account.UserID != to.UserID:
			return errOthersAccount
		default:
			err = s.saveTokens(ctx, *found.Account, tokens, state.sessionID, v.Now)
		}
		if !errors.Is(err, ErrGone) {
			return err
		}
	}
	return errNotVerified
}

// checkLinkable returns why a provider's user may not be linked to the user with an address; nil if that is allowed.
func (u providerUser) checkLinkable(email string) error {
	if !u.EmailVerified {
		return errNotVerified
	}
	if u.Email != email {
		return errOtherEmail
	}
	return nil
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
