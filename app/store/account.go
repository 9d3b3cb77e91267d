package store

import (
	"context"
	"time"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/d1"
)

const accountList = `
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

const accountColumns = 12

func readAccount(row d1.Row) auth.Account {
	account := auth.Account{
		ID:         row.Text(0),
		ProviderID: row.Text(1),
		AccountID:  row.Text(2),
		UserID:     row.Text(3),
		Password:   row.NullText(4),
		Tokens: auth.Tokens{
			Access:  row.NullText(5),
			Refresh: row.NullText(6),
			ID:      row.NullText(7),
			Scope:   row.NullText(9),
		},
		CreatedAt: instant(row, 10),
		UpdatedAt: instant(row, 11),
	}
	if expires := instant(row, 8); !expires.IsZero() {
		account.Tokens.AccessExpires = &expires
	}
	return account
}

const addAccount = `
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

// addAccountStatement inserts an account of a user who is there, unless one with its provider and account id is.
func addAccountStatement(account auth.Account) d1.Statement {
	tokens := account.Tokens
	return d1.SQL(addAccount,
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

// AddAccount links an account while the session is there, unless one with its provider and account id is there already:
// auth.ErrGone then. It uses the id_token, if there is one: auth.ErrUsed if that was used meanwhile.
func (s *Store) AddAccount(ctx context.Context, account auth.Account, sessionID *string, token *auth.TokenUse) error {
	add := sessionStandsIf(account.UserID, sessionID).on(addAccountStatement(account))
	use := useTokenStatements(token, accountStands(account.UserID, account.ID))
	results, err := s.db.Batch(ctx, append([]d1.Statement{add}, use...)...)
	if err != nil {
		return used(err)
	}
	return changed(results[0])
}

const listAccounts = `
	SELECT` + accountList + `
	FROM account a
	WHERE a.user_id = (SELECT id FROM owner)
	ORDER BY a.rowid`

// Accounts lists the claimant's accounts in the order of their making. Faults: Unauthorized.
func (s *Store) Accounts(ctx context.Context, claim auth.Claim, now time.Time) (auth.Identity, []auth.Account, error) {
	identity, results, err := s.owned(ctx, claim, now, d1.SQL(listAccounts))
	if err != nil {
		return identity, nil, err
	}
	accounts := make([]auth.Account, 0, len(results[0].Rows))
	for _, row := range results[0].Rows {
		accounts = append(accounts, readAccount(row))
	}
	return identity, accounts, nil
}

const findOwner = `
	SELECT` + accountList + `,
		u.id AS owner_id,
		u.name,
		u.email,
		u.email_verified,
		u.image,
		u.created_at AS owner_created_at,
		u.updated_at AS owner_updated_at
	FROM account a
	JOIN user u ON u.id = a.user_id
	WHERE a.account_id = ?
		AND a.provider_id = ?
	ORDER BY a.rowid
	LIMIT 1`

// FindCandidates looks for the users of a provider's profile, and for a use of the id_token that names it.
func (s *Store) FindCandidates(ctx context.Context, who auth.Profiled) (auth.Candidates, error) {
	statements := []d1.Statement{d1.SQL(findOwner, who.AccountID, who.ProviderID), d1.SQL(findUser, who.Email)}
	if who.Token != nil {
		statements = append(statements, d1.SQL(findTokenUse, who.Token.Digest))
	}
	results, err := s.db.Batch(ctx, statements...)
	if err != nil {
		return auth.Candidates{}, err
	}
	var found auth.Candidates
	if who.Token != nil && len(results[2].Rows) > 0 {
		first := time.UnixMilli(results[2].Rows[0].Int(0))
		found.FirstUse = &first
	}
	if rows := results[0].Rows; len(rows) > 0 {
		account, owner := readAccount(rows[0]), readUser(rows[0], accountColumns)
		found.Account, found.Owner = &account, &owner
	}
	if rows := results[1].Rows; len(rows) > 0 {
		user := readUser(rows[0], 0)
		found.ByEmail = &user
	}
	return found, nil
}

// saveTokens leaves as it is what the new tokens do not have.
const saveTokens = `
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

func saveTokensStatement(account auth.Account, tokens auth.Tokens, now time.Time) d1.Statement {
	return d1.SQL(saveTokens,
		tokens.Access, tokens.Refresh, tokens.ID, expiry(tokens), tokens.Scope, seconds(now), account.ID, account.UserID)
}

// SaveTokens gives an account new tokens while the session is there; auth.ErrGone if it is not, or the account is not.
func (s *Store) SaveTokens(ctx context.Context, account auth.Account, tokens auth.Tokens, sessionID *string, now time.Time) error {
	return s.change(ctx, sessionStandsIf(account.UserID, sessionID).on(saveTokensStatement(account, tokens, now)))
}

// RefreshTokens keeps what a provider gave for the account's refresh token, unless the account has got another meanwhile.
// auth.ErrGone if the account is gone, or the session: the tokens of an account that is there are kept even so, because
// the provider may not take the old ones any more.
func (s *Store) RefreshTokens(ctx context.Context, account auth.Account, tokens auth.Tokens, caller auth.Session, now time.Time) error {
	save := saveTokensStatement(account, tokens, now)
	save = condition{`refresh_token IS ?`, []any{account.Tokens.Refresh}}.on(save)
	stand := accountStands(account.UserID, account.ID).and(sessionStands(caller.UserID, caller.ID))
	results, err := s.db.Batch(ctx, stand.query(), save)
	if err != nil {
		return err
	}
	if len(results[0].Rows) == 0 {
		return auth.ErrGone
	}
	return nil
}

const dropAccount = `
	DELETE FROM account
	WHERE id = ?
		AND user_id = ?
		AND (SELECT count(*) FROM account WHERE user_id = ?) > 1`

// DropAccount removes an account of the caller's user. auth.ErrGone if it is not there, or the last one, or the caller's
// session is gone.
func (s *Store) DropAccount(ctx context.Context, caller auth.Session, accountID string) error {
	user := caller.UserID
	return s.change(ctx, sessionStands(user, caller.ID).on(d1.SQL(dropAccount, accountID, user, user)))
}
