package store

import (
	"context"
	"errors"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/d1"
)

const (
	// insertTokenUse fails for an id_token that was used before, and with it its whole batch.
	insertTokenUse = `
	INSERT INTO used_id_token (
		digest,
		uses,
		first_used_at,
		expires_at
	)
	SELECT ?, 1, ?, ?
	WHERE 1`

	countingReuse = `
	ON CONFLICT (digest) DO UPDATE SET uses = uses + 1`

	selectTokenUse = `
	SELECT
		first_used_at,
		EXISTS (SELECT 1 FROM used_id_token WHERE digest = ?) AS same_client
	FROM used_id_token
	WHERE digest = ?`

	deleteExpiredTokenUses = `
	DELETE FROM used_id_token
	WHERE expires_at < ?`
)

// useTokenStatements record the use of an id_token, if there is one, on the condition that its batch has written what the
// token is used for. One that the same client may use again has a second row, for that client: without it, the first row of
// another client's use makes the batch fail.
func useTokenStatements(use *auth.TokenUse, written condition) []d1.Statement {
	if use == nil {
		return nil
	}
	insert := func(digest string) d1.Statement {
		return d1.SQL(insertTokenUse, digest, use.At.UnixMilli(), secondsUp(use.Expires))
	}
	if use.Once {
		return []d1.Statement{written.on(insert(use.Digest))}
	}

	first := condition{`NOT EXISTS (SELECT 1 FROM used_id_token WHERE digest = ?)`, []any{use.Client}}
	byClient := written.on(insert(use.Client))
	byClient.SQL += countingReuse
	return []d1.Statement{written.and(first).on(insert(use.Digest)), byClient}
}

// used marks the refusal of an id_token that has been used meanwhile as auth.ErrUsed.
func used(err error) error {
	if d1.Violates(err, "used_id_token.digest") {
		return errors.Join(auth.ErrUsed, err)
	}
	return err
}

// UseToken records the use of an id_token that changes nothing; auth.ErrUsed if it has been used meanwhile.
func (s *Store) UseToken(ctx context.Context, use auth.TokenUse) error {
	return used(s.run(ctx, "use id_token", useTokenStatements(&use, always)...))
}
