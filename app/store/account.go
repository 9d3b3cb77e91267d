package store

import (
	"context"
	"time"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/d1"
)

// accountColumns are what accountFields reads.
const accountColumns = `
		a.id,
		a.provider_id,
		a.account_id,
		a.user_id,
		a.password,
		a.access_token,
		a.refresh_token,
		a.id_token,
		a.access_token_expires_at,
		a.scope,
		a.created_at,
		a.updated_at`

// accountFields returns the destinations for accountColumns.
func accountFields(account *auth.Account) []any {
	return []any{
		&account.ID,
		&account.ProviderID,
		&account.AccountID,
		&account.UserID,
		&account.Password,
		&account.Tokens.Access,
		&account.Tokens.Refresh,
		&account.Tokens.ID,
		d1.NullSeconds(&account.Tokens.AccessExpires),
		&account.Tokens.Scope,
		d1.Seconds(&account.CreatedAt),
		d1.Seconds(&account.UpdatedAt),
	}
}

const insertAccount = `
	INSERT INTO account (
		id,
		account_id,
		provider_id,
		user_id,
		access_token,
		refresh_token,
		id_token,
		access_token_expires_at,
		scope,
		password,
		created_at,
		updated_at
	)
	SELECT ?, ?, ?, id, ?, ?, ?, ?, ?, ?, ?, ?
	FROM user
	WHERE id = ?
		AND NOT EXISTS (
			SELECT 1
			FROM account
			WHERE account_id = ?
				AND provider_id = ?
		)`

// insertAccountStatement inserts an account if its user exists and no account has its provider and account ID.
func insertAccountStatement(account auth.Account) d1.Statement {
	tokens := account.Tokens
	return d1.SQL(insertAccount,
		account.ID, account.AccountID, account.ProviderID,
		tokens.Access, tokens.Refresh, tokens.ID, expiry(tokens), tokens.Scope,
		account.Password, seconds(account.CreatedAt), seconds(account.UpdatedAt),
		account.UserID, account.AccountID, account.ProviderID)
}

func expiry(tokens auth.Tokens) *int64 {
	if tokens.AccessExpires == nil {
		return nil
	}
	return seconds(*tokens.AccessExpires)
}

// AddAccount links an account while the session exists; auth.ErrGone if it does not, or if an account has its provider and
// account ID already. It uses up the id_token, if there is one; auth.ErrUsed if that has been used meanwhile.
func (s *Store) AddAccount(ctx context.Context, account auth.Account, sessionID *string, token *auth.TokenUse) error {
	add := sessionExistsIf(account.UserID, sessionID).on(insertAccountStatement(account))
	use := useTokenStatements(token, accountExists(account.UserID, account.ID))

	answer, err := s.batch(ctx, "add account", append([]d1.Statement{add}, use...)...)
	if err != nil {
		return used(err)
	}
	return answer.changed(0)
}

const selectAccounts = `
	SELECT` + accountColumns + `
	FROM account a
	WHERE a.user_id = (SELECT id FROM owner)
	ORDER BY a.rowid`

// Accounts lists the claimant's accounts, oldest first. Faults: Unauthorized.
func (s *Store) Accounts(ctx context.Context, claim auth.Claim, now time.Time) (auth.Identity, []auth.Account, error) {
	identity, answer, err := s.owned(ctx, "list accounts", claim, now, d1.SQL(selectAccounts))
	if err != nil {
		return identity, nil, err
	}
	accounts := make([]auth.Account, answer.rows(0))
	for i := range accounts {
		if err := answer.scan(0, i, accountFields(&accounts[i])...); err != nil {
			return identity, nil, err
		}
	}
	return identity, accounts, nil
}

// updateTokens keeps a stored value for which there is no new one.
const updateTokens = `
	UPDATE account
	SET
		access_token = COALESCE(?, access_token),
		refresh_token = COALESCE(?, refresh_token),
		id_token = COALESCE(?, id_token),
		access_token_expires_at = COALESCE(?, access_token_expires_at),
		scope = COALESCE(?, scope),
		updated_at = ?
	WHERE id = ?
		AND user_id = ?`

func updateTokensStatement(account auth.Account, tokens auth.Tokens, now time.Time) d1.Statement {
	return d1.SQL(updateTokens,
		tokens.Access, tokens.Refresh, tokens.ID, expiry(tokens), tokens.Scope, seconds(now), account.ID, account.UserID)
}

// SaveTokens gives an account new tokens while the session exists; auth.ErrGone if the session or the account is gone.
func (s *Store) SaveTokens(ctx context.Context, account auth.Account, tokens auth.Tokens, sessionID *string, now time.Time) error {
	update := updateTokensStatement(account, tokens, now)
	return s.change(ctx, "save tokens", sessionExistsIf(account.UserID, sessionID).on(update))
}

// RefreshTokens stores what a provider returned for the account's refresh token, unless the account has another refresh
// token meanwhile. auth.ErrGone if the account or the session is gone. If only the session is gone, the tokens are stored
// all the same, because the provider may no longer accept the old ones.
func (s *Store) RefreshTokens(ctx context.Context, account auth.Account, tokens auth.Tokens, caller auth.Session, now time.Time) error {
	save := condition{`refresh_token IS ?`, []any{account.Tokens.Refresh}}.on(updateTokensStatement(account, tokens, now))
	exist := accountExists(account.UserID, account.ID).and(sessionExists(caller.UserID, caller.ID))

	answer, err := s.batch(ctx, "refresh tokens", exist.query(), save)
	if err != nil {
		return err
	}
	if answer.rows(0) == 0 {
		return auth.ErrGone
	}
	return nil
}

const deleteAccount = `
	DELETE FROM account
	WHERE id = ?
		AND user_id = ?
		AND (SELECT count(*) FROM account WHERE user_id = ?) > 1`

// DropAccount removes an account of the caller's user. auth.ErrGone if there is no such account, if it is the user's last
// one, or if the caller's session is gone.
func (s *Store) DropAccount(ctx context.Context, caller auth.Session, accountID string) error {
	user := caller.UserID
	return s.change(ctx, "drop account", sessionExists(user, caller.ID).on(d1.SQL(deleteAccount, accountID, user, user)))
}
