package store

import (
	"context"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/d1"
)

// SaveProviderSignIn writes a sign-in through a provider, and returns the user as it is then. auth.ErrTaken if another user has
// taken the new user's address meanwhile, auth.ErrGone if an account or user that was found no longer exists, or one that was
// not found now does, auth.ErrUsed if the id_token has been used meanwhile.
func (s *Store) SaveProviderSignIn(ctx context.Context, signIn auth.ProviderSignIn) (auth.User, error) {
	userID := signIn.Session.UserID
	exists := accountExists(userID, signIn.Account.ID)
	statements := append(providerSignInStatements(signIn), s.giveDueStatements(userID, signIn.At)...)
	statements = append(statements, useTokenStatements(signIn.Token, exists)...)
	statements = append(statements,
		exists.on(insertSessionStatement(signIn.Session)),
		trimSessionsStatement(userID),
		d1.SQL(selectUserByID, userID))

	answer, err := s.batch(ctx, "sign in through a provider", statements...)
	if err != nil {
		return auth.User{}, taken(used(err))
	}
	if err := answer.changed(answer.last() - 2); err != nil {
		return auth.User{}, err
	}
	var user auth.User
	err = answer.only(answer.last(), userFields(&user)...)
	return user, err
}

// providerSignInStatements are what a sign-in changes before its session is inserted, which needs the account.
func providerSignInStatements(signIn auth.ProviderSignIn) []d1.Statement {
	account, at := signIn.Account, signIn.At
	switch {
	case signIn.NewUser != nil:
		unknown := condition{
			`NOT EXISTS (SELECT 1 FROM account WHERE account_id = ? AND provider_id = ?)`,
			[]any{account.AccountID, account.ProviderID},
		}
		return []d1.Statement{unknown.on(insertUserStatement(*signIn.NewUser)), insertAccountStatement(account)}

	case !signIn.NewAccount && signIn.Proves:
		return []d1.Statement{
			updateTokensStatement(account, account.Tokens, at),
			accountExists(account.UserID, account.ID).on(d1.SQL(updateUserVerified, seconds(at), account.UserID)),
		}

	case !signIn.NewAccount:
		return []d1.Statement{updateTokensStatement(account, account.Tokens, at)}
	}

	return append(revokeUnverified(signIn), insertAccountStatement(account))
}

const (
	updateUserVerified = `
	UPDATE user
	SET
		email_verified = 1,
		updated_at = ?
	WHERE id = ?`

	updateUserClaimed = `
	UPDATE user
	SET
		name = ?,
		image = ?,
		email_verified = 1,
		updated_at = ?
	WHERE id = ?`

	deleteAccountsOfUser = `
	DELETE FROM account
	WHERE user_id = ?`
)

// revokeUnverified hands a user over to the owner of its address: the person who registered it never verified the address, and
// may be an attacker who waits for the owner to sign in. Accounts, sessions and API keys are deleted, and name and picture
// become the owner's. It does nothing if the address is verified.
func revokeUnverified(signIn auth.ProviderSignIn) []d1.Statement {
	account, at := signIn.Account, signIn.At
	preregistered := unverified(account.UserID, account.ProviderID, account.AccountID)
	return []d1.Statement{
		preregistered.on(d1.SQL(deleteSessionsOfUser, account.UserID)),
		preregistered.on(d1.SQL(deleteKeysOfUser, account.UserID)),
		preregistered.on(d1.SQL(deleteAccountsOfUser, account.UserID)),
		cutOffStatement(account.UserID, signIn.Now, preregistered),
		preregistered.on(d1.SQL(updateUserClaimed, signIn.Name, signIn.Image, seconds(at), account.UserID)),
	}
}
