package store

import (
	"context"
	"time"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/d1"
)

const selectAccountOwner = `
	SELECT` + accountColumns + `,
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
	statements := []d1.Statement{
		d1.SQL(selectAccountOwner, who.AccountID, who.ProviderID),
		d1.SQL(selectUserByEmail, who.Email),
	}
	if who.Token != nil {
		statements = append(statements, d1.SQL(selectTokenUse, who.Token.Client, who.Token.Digest))
	}

	answer, err := s.batch(ctx, "find candidates", statements...)
	if err != nil {
		return auth.Candidates{}, err
	}
	return readCandidates(answer)
}

func readCandidates(answer answer) (auth.Candidates, error) {
	var account auth.Account
	var owner, byEmail auth.User
	var firstUse time.Time
	var sameClient bool
	destinations := [][]any{
		append(accountFields(&account), userFields(&owner)...),
		userFields(&byEmail),
		{d1.Milliseconds(&firstUse), &sameClient},
	}
	var found [3]bool
	for i := range answer.results {
		var err error
		if found[i], err = answer.first(i, destinations[i]...); err != nil {
			return auth.Candidates{}, err
		}
	}

	var candidates auth.Candidates
	if found[0] {
		candidates.Account, candidates.Owner = &account, &owner
	}
	if found[1] {
		candidates.ByEmail = &byEmail
	}
	if found[2] {
		candidates.FirstUse, candidates.SameClient = &firstUse, sameClient
	}
	return candidates, nil
}
