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
	SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12
	WHERE NOT EXISTS (
		SELECT 1
		FROM account
		WHERE account_id = ?2
			AND provider_id = ?3
	)`

func addAccountStatement(account auth.Account) d1.Statement {
	tokens := account.Tokens
	return d1.SQL(addAccount,
		account.ID, account.AccountID, account.ProviderID, account.UserID,
		tokens.Access, tokens.Refresh, tokens.ID, expiry(tokens), tokens.Scope,
		account.Password, seconds(account.CreatedAt), seconds(account.UpdatedAt))
}

func expiry(tokens auth.Tokens) *int64 {
	if tokens.AccessExpires == nil {
		return nil
	}
	return seconds(*tokens.AccessExpires)
}

// AddAccount links an account, unless one with its provider and account id is there already.
func (s *Store) AddAccount(ctx context.Context, account auth.Account) error {
	return s.run(ctx, addAccountStatement(account))
}

const listAccounts = `
	SELECT` + accountList + `
	FROM account a
	WHERE a.user_id = ?
	ORDER BY a.rowid`

// Accounts lists a user's accounts in the order of their making.
func (s *Store) Accounts(ctx context.Context, userID string) ([]auth.Account, error) {
	found, err := d1.Query(ctx, s.db, listAccounts, userID)
	if err != nil {
		return nil, err
	}
	accounts := make([]auth.Account, 0, len(found.Rows))
	for _, row := range found.Rows {
		accounts = append(accounts, readAccount(row))
	}
	return accounts, nil
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

// FindCandidates looks for the users of a provider's profile.
func (s *Store) FindCandidates(ctx context.Context, providerID, accountID, email string) (auth.Candidates, error) {
	results, err := s.db.Batch(ctx, d1.SQL(findOwner, accountID, providerID), d1.SQL(findUser, email))
	if err != nil {
		return auth.Candidates{}, err
	}
	var found auth.Candidates
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

// Arrive writes a sign-in through a provider; auth.ErrTaken if the new user's address was taken meanwhile.
func (s *Store) Arrive(ctx context.Context, arrival auth.Arrival) error {
	var statements []d1.Statement
	if id := arrival.Dispossess; id != "" {
		statements = append(statements, d1.SQL(dropSessions, id), d1.SQL(`DELETE FROM account WHERE user_id = ?`, id))
	}
	if arrival.NewUser != nil {
		statements = append(statements, addUserStatement(*arrival.NewUser))
	}
	if arrival.NewAccount != nil {
		statements = append(statements, addAccountStatement(*arrival.NewAccount))
	}
	if account := arrival.Refresh; account != nil {
		statements = append(statements, saveTokensStatement(account.ID, account.Tokens, arrival.At))
	}
	if id := arrival.Verified; id != "" {
		statements = append(append(statements, d1.SQL(verifyUser, seconds(arrival.At), id)), dueStatements(id, arrival.At)...)
	}
	return taken(s.run(ctx, append(statements, addSessionStatements(arrival.Session)...)...))
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
	WHERE id = ?`

func saveTokensStatement(accountID string, tokens auth.Tokens, now time.Time) d1.Statement {
	return d1.SQL(saveTokens,
		tokens.Access, tokens.Refresh, tokens.ID, expiry(tokens), tokens.Scope, seconds(now), accountID)
}

// SaveTokens updates an account's tokens.
func (s *Store) SaveTokens(ctx context.Context, accountID string, tokens auth.Tokens, now time.Time) error {
	return s.run(ctx, saveTokensStatement(accountID, tokens, now))
}

const dropAccount = `
	DELETE FROM account
	WHERE id = ?1
		AND user_id = ?2
		AND (SELECT count(*) FROM account WHERE user_id = ?2) > 1`

// DropAccount removes an account of the user, unless it is the last one; false if it did not.
func (s *Store) DropAccount(ctx context.Context, userID, accountID string) (bool, error) {
	dropped, err := d1.Query(ctx, s.db, dropAccount, accountID, userID)
	return dropped.Changes > 0, err
}
