package store

import (
	"context"
	"errors"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/d1"
)

// Arrive writes a sign-in through a provider, and returns the user as it is then. auth.ErrTaken if the new user's address
// was taken meanwhile, auth.ErrGone if an account or a user that was found is not there any more, or one that was not
// found is, auth.ErrUsed if its id_token was used meanwhile.
func (s *Store) Arrive(ctx context.Context, arrival auth.Arrival) (auth.User, error) {
	userID := arrival.Session.UserID
	statements := append(arrivalStatements(arrival), giveDueStatements(userID, arrival.At)...)
	statements = append(statements, useTokenStatements(arrival.Token, accountStands(userID, arrival.Account.ID))...)
	statements = append(statements,
		accountStands(userID, arrival.Account.ID).on(addSessionStatement(arrival.Session)),
		trimSessionsStatement(userID),
		d1.SQL(findUserByID, userID))
	results, err := s.db.Batch(ctx, statements...)
	if err != nil {
		return auth.User{}, taken(used(err))
	}
	last := len(results) - 1
	if err := changed(results[last-2]); err != nil {
		return auth.User{}, err
	}
	return readUser(results[last].Rows[0], 0), nil
}

// arrivalStatements are what a sign-in changes before its session begins, which it does only with the account.
func arrivalStatements(arrival auth.Arrival) []d1.Statement {
	account, at := arrival.Account, arrival.At
	switch {
	case arrival.NewUser != nil:
		unknown := condition{`NOT EXISTS (SELECT 1 FROM account WHERE account_id = ? AND provider_id = ?)`, []any{account.AccountID, account.ProviderID}}
		return []d1.Statement{unknown.on(addUserStatement(*arrival.NewUser)), addAccountStatement(account)}
	case !arrival.NewAccount && arrival.Proves:
		return []d1.Statement{
			saveTokensStatement(account, account.Tokens, at),
			accountStands(account.UserID, account.ID).on(d1.SQL(proveUser, seconds(at), account.UserID)),
		}
	case !arrival.NewAccount:
		return []d1.Statement{saveTokensStatement(account, account.Tokens, at)}
	}
	return append(dispossess(arrival), addAccountStatement(account))
}

const (
	proveUser = `
	UPDATE user
	SET
		email_verified = 1,
		updated_at = ?
	WHERE id = ?`

	takeUser = `
	UPDATE user
	SET
		name = ?,
		image = ?,
		email_verified = 1,
		updated_at = ?
	WHERE id = ?`
)

// dispossess takes a user from whoever made it without proving its address: accounts and sessions go, name and picture
// are the owner's. It does nothing if the address has been proven.
func dispossess(arrival auth.Arrival) []d1.Statement {
	account, at := arrival.Account, arrival.At
	squatted := unproven(account.UserID, account.ProviderID, account.AccountID)
	return []d1.Statement{
		squatted.on(d1.SQL(dropSessions, account.UserID)),
		squatted.on(d1.SQL(`DELETE FROM account WHERE user_id = ?`, account.UserID)),
		cutOffStatement(account.UserID, arrival.Now, squatted),
		squatted.on(d1.SQL(takeUser, arrival.Name, arrival.Image, seconds(at), account.UserID)),
	}
}

const (
	// useToken fails for an id_token that was used before, and with it all of its batch.
	useToken = `
	INSERT INTO used_id_token (
		digest,
		uses,
		first_used_at,
		expires_at
	)
	SELECT ?, 1, ?, ?
	WHERE 1`

	useTokenAgain = `
	ON CONFLICT (digest) DO UPDATE SET uses = uses + 1`

	findTokenUse = `
	SELECT first_used_at
	FROM used_id_token
	WHERE digest = ?`

	dropUsedTokens = `DELETE FROM used_id_token WHERE expires_at < ?`
)

// useTokenStatements note the use of an id_token, if there is one, in the batch that writes what it is used for, which is
// written on a condition.
func useTokenStatements(use *auth.TokenUse, written condition) []d1.Statement {
	if use == nil {
		return nil
	}
	statement := written.on(d1.SQL(useToken, use.Digest, use.At.UnixMilli(), secondsUp(use.Expires)))
	if !use.Once {
		statement.SQL += useTokenAgain
	}
	return []d1.Statement{statement}
}

// used names the error of an id_token that was used meanwhile.
func used(err error) error {
	if d1.Violates(err, "used_id_token.digest") {
		return errors.Join(auth.ErrUsed, err)
	}
	return err
}

// UseToken notes the use of an id_token that changes nothing; auth.ErrUsed if it was used meanwhile.
func (s *Store) UseToken(ctx context.Context, use auth.TokenUse) error {
	return used(s.run(ctx, useTokenStatements(&use, condition{sql: `1`})...))
}
