package store

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/studio"
)

// What generations have cost, of each kind of credit. The cost of a workflow is that of studio.Workflow.Cost.
const (
	spentOnProductShoots = `
		-coalesce((
			SELECT sum(delta)
			FROM credit_ledger
			WHERE user_id = user_profile.user_id
				AND workflow = 'image-from-text'
				AND reason IN ('generation_debit', 'generation_refund')
		), 0) AS spent_product_shoots`

	spentOnAdGraphics = `
		-coalesce((
			SELECT sum(delta)
			FROM credit_ledger
			WHERE user_id = user_profile.user_id
				AND workflow <> 'image-from-text'
				AND reason IN ('generation_debit', 'generation_refund')
		), 0) AS spent_ad_graphics`

	selectAccount = `
	SELECT
		account_type,
		credits_product_shoots,
		credits_ad_graphics,` + spentOnProductShoots + `,` + spentOnAdGraphics + `
	FROM user_profile
	WHERE user_id = (SELECT id FROM owner)`
)

const selectLedger = `
	SELECT
		id,
		workflow,
		delta,
		reason,
		generation_id,
		note,
		created_at
	FROM credit_ledger
	WHERE user_id = (SELECT id FROM owner)`

// Account returns the claimant's credits, and a part of their ledger, in one trip. The first time, a second trip creates the
// profile. Faults: Unauthorized.
func (s *Store) Account(ctx context.Context, claim auth.Claim, now time.Time, page studio.CursorPage) (auth.Identity, studio.Account, error) {
	where, args := behind("credit_ledger", page.After)
	identity, answer, err := s.owned(ctx, "find credits", claim, now,
		d1.SQL(selectAccount),
		d1.SQL(selectLedger+where+newestBehindCursor, append(args, page.Limit+1)...))
	if err != nil {
		return identity, studio.Account{}, err
	}
	entries, err := readLedger(answer, 1)
	if err != nil {
		return identity, studio.Account{}, err
	}
	var account studio.Account
	account.Entries, account.Next = firstPart(entries, page.Limit, func(last studio.LedgerEntry) studio.Cursor {
		return studio.Cursor{At: last.At, ID: last.ID}
	})

	if answer.rows(0) == 0 {
		if answer, err = s.createProfile(ctx, identity.User.ID, now, selectAccount); err != nil {
			return identity, studio.Account{}, err
		}
	}
	found, err := answer.first(0, &account.AccountType,
		&account.Balance.ProductShoots, &account.Balance.AdGraphics, &account.Spent.ProductShoots, &account.Spent.AdGraphics)
	if err == nil && !found {
		err = auth.Unauthenticated() // the session cache outlives its user
	}
	return identity, account, err
}

// readLedger reads the rows of a statement.
func readLedger(answer answer, statement int) ([]studio.LedgerEntry, error) {
	entries := make([]studio.LedgerEntry, answer.rows(statement))
	for i := range entries {
		entry := &entries[i]
		err := answer.scan(statement, i, &entry.ID, (*string)(&entry.Workflow), &entry.Delta, &entry.Reason, &entry.GenerationID, &entry.Note,
			d1.Seconds(&entry.At))
		if err != nil {
			return nil, err
		}
	}
	return entries, nil
}

// Ledger returns a part of a user's ledger, for an operator.
func (s *Store) Ledger(ctx context.Context, userID string, page studio.CursorPage) ([]studio.LedgerEntry, error) {
	where, args := behind("credit_ledger", page.After)
	answer, err := s.batch(ctx, "read ledger",
		ownedBy(userID, d1.SQL(selectLedger+where+newestBehindCursor, append(args, page.Limit)...)))
	if err != nil {
		return nil, err
	}
	return readLedger(answer, 0)
}

// insertGrant writes an entry of a grant if the balance stays at zero or above, in both kinds of credits: of a grant of both,
// both entries are written, or none.
const (
	insertGrant = `
	WITH given (product_shoots, ad_graphics) AS (SELECT ?, ?)
	INSERT INTO credit_ledger (
		id,
		user_id,
		workflow,
		delta,
		reason,
		created_at,
		note
	)
	SELECT ?, profile.user_id, ?, ?, 'grant', ?, ?
	FROM given
	CROSS JOIN user_profile profile ON profile.user_id = ?
	WHERE profile.credits_product_shoots + given.product_shoots >= 0
		AND profile.credits_ad_graphics + given.ad_graphics >= 0`

	selectGranted = `
	SELECT
		credits_product_shoots,
		credits_ad_graphics,
		EXISTS (SELECT 1 FROM credit_ledger WHERE id = ?) AS granted
	FROM user_profile
	WHERE user_id = ?`
)

// Grant changes a user's credits and writes why, and returns what there is then. Errors: *studio.BelowZero; auth.ErrGone if the
// user has no profile.
func (s *Store) Grant(ctx context.Context, grant studio.Grant) (studio.Balance, error) {
	given, at := grant.Credits, seconds(grant.At)
	var statements []d1.Statement
	var entry string
	var balances []d1.Statement // after both entries, which are written under conditions of the balance
	insert := func(workflow studio.Workflow, delta int64) {
		if delta != 0 {
			entry = uuid.NewString()
			statements = append(statements, d1.SQL(insertGrant,
				given.ProductShoots, given.AdGraphics, entry, string(workflow), delta, at, grant.Note, grant.UserID))
			balances = append(balances, balanceStatement(entry, grant.At))
		}
	}
	insert(studio.ImageFromText, given.ProductShoots)
	insert(studio.ImageFromReference, given.AdGraphics)
	statements = append(append(statements, balances...), d1.SQL(selectGranted, entry, grant.UserID))

	answer, err := s.batch(ctx, "grant credits", statements...)
	if err != nil {
		return studio.Balance{}, err
	}
	var balance studio.Balance
	var granted bool
	found, err := answer.first(answer.last(), &balance.ProductShoots, &balance.AdGraphics, &granted)
	switch {
	case err != nil:
		return studio.Balance{}, err
	case !found:
		return studio.Balance{}, auth.ErrGone
	case !granted:
		return balance, &studio.BelowZero{Balance: balance}
	}
	return balance, nil
}
