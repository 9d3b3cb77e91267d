package store_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/fault"
	"github.com/addreams/addreams/app/store"
	"github.com/addreams/addreams/app/studio"
)

// interrupted adds a statement that fails to its nth batch, behind so many others.
type interrupted struct {
	d1.Database
	batch, after int
	failed       bool
}

func (i *interrupted) Batch(ctx context.Context, statements ...d1.Statement) ([]d1.Result, error) {
	if i.batch--; i.batch == -1 && i.after <= len(statements) {
		i.failed = true
		statements = slices.Insert(slices.Clone(statements), i.after, d1.SQL("SELECT * FROM absent"))
	}
	return i.Database.Batch(ctx, statements...)
}

// Wherever an operation is interrupted, it leaves the database as it was.
func TestOperationsAreAllOrNothing(t *testing.T) {
	for name, op := range operations {
		t.Run(name, func(t *testing.T) {
			db := seeded(t)
			if op.before != "" {
				exec(t, db, op.before)
			}
			before := snapshot(t, db)

			for batch := range 2 {
				for after := 0; ; after++ {
					interruption := &interrupted{Database: db, batch: batch, after: after}
					err := op.call(t.Context(), store.New(interruption))
					if !interruption.failed {
						break
					}
					require.Error(t, err)
					require.Equal(t, before, snapshot(t, db), "interrupted behind %d statements", after)
				}
				if batch == 0 && name != "Profile, the first time" {
					break
				}
			}
		})
	}
}

// A write for a session that is gone changes nothing, and says so.
func TestWritesNeedTheSession(t *testing.T) {
	needing := []string{
		"AddAccount", "SaveTokens", "DropAccount", "UpdateUser", "SetPassword", "DropSessionOf", "DropSessions", "DropOtherSessions",
		"AddVerification", "BeginGeneration", "DeleteGeneration",
	}
	for _, name := range needing {
		t.Run(name, func(t *testing.T) {
			db := seeded(t)
			exec(t, db, "DELETE FROM session WHERE id = 'session-ada'")
			before := snapshot(t, db)

			err := operations[name].call(t.Context(), store.New(db))

			var refused *fault.Error
			if errors.As(err, &refused) {
				assert.Equal(t, fault.Unauthorized, refused.Code)
			} else {
				require.ErrorIs(t, err, auth.ErrGone)
			}
			assert.Equal(t, before, snapshot(t, db))
		})
	}
}

// Of several purchases at once, as many succeed as are paid for, and the ledger agrees with the balance.
func TestBeginGenerationTakesEachCreditOnce(t *testing.T) {
	db := seeded(t)
	exec(t, db, "UPDATE user_profile SET credits_product_shoots = 2")
	s := store.New(db)

	var wait sync.WaitGroup
	failures := make([]error, 5)
	for i := range failures {
		wait.Go(func() {
			_, failures[i] = s.BeginGeneration(t.Context(), newDraft(string(rune('a'+i))))
		})
	}
	wait.Wait()

	begun := 0
	for _, err := range failures {
		var unpaid *studio.OutOfCredits
		if err == nil {
			begun++
		} else {
			require.ErrorAs(t, err, &unpaid)
		}
	}
	assert.Equal(t, 2, begun)
	assert.Equal(t, []any{int64(0), int64(-3), int64(3)}, balance(t, db), "with the pending one of the seed")
}

// balance returns Ada's credits, the sum of the ledger, and the number of pending generations.
func balance(t *testing.T, db d1.Database) []any {
	t.Helper()
	result, err := d1.Query(t.Context(), db, `SELECT
		(SELECT credits_product_shoots FROM user_profile WHERE user_id = 'user-ada'),
		(SELECT sum(delta) FROM credit_ledger WHERE user_id = 'user-ada'),
		(SELECT count(*) FROM generation WHERE status = 'pending')`)
	require.NoError(t, err)
	return result.Rows[0]
}

func TestFailGenerationRefundsOnce(t *testing.T) {
	cases := map[string]struct {
		before func(context.Context, *store.Store) error
		want   []any
	}{
		"pending":        {nil, []any{int64(2), int64(0), int64(0)}},
		"failed already": {fail, []any{int64(2), int64(0), int64(0)}},
		"succeeded": {func(ctx context.Context, s *store.Store) error { return found(s.CompleteGeneration(ctx, completion())) },
			[]any{int64(1), int64(-1), int64(0)}},
		"deleted": {func(ctx context.Context, s *store.Store) error {
			return found(s.DeleteGeneration(ctx, adasSession, "pending", now, studio.TaskEnd{}))
		}, []any{int64(2), int64(0), int64(0)}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			db := seeded(t)
			s := store.New(db)
			if tc.before != nil {
				require.NoError(t, tc.before(t.Context(), s))
			}

			require.NoError(t, fail(t.Context(), s))

			assert.Equal(t, tc.want, balance(t, db))
		})
	}
}

func TestSetPasswordOfAnotherPassword(t *testing.T) {
	db := seeded(t)
	before := snapshot(t, db)
	replacement := newSession("session-new", ada)

	err := store.New(db).SetPassword(t.Context(), auth.NewPassword{
		Caller: adasSession, Old: "hash-stale", New: "hash-new", Session: &replacement, At: now,
	})

	require.ErrorIs(t, err, auth.ErrGone)
	assert.Equal(t, before, snapshot(t, db))
}

func TestResetPasswordTwice(t *testing.T) {
	db := seeded(t)
	s, verification := store.New(db), auth.Verification{ID: "verification-ada", Value: ada}
	done, err := s.ResetPassword(t.Context(), verification, "account-new", "hash-one", now)
	require.NoError(t, err)
	require.True(t, done)
	before := snapshot(t, db)

	done, err = s.ResetPassword(t.Context(), verification, "account-new", "hash-two", now)

	require.NoError(t, err)
	assert.False(t, done)
	assert.Equal(t, before, snapshot(t, db))
}

// Someone who registers an address without verifying it loses the user to the owner of the address.
func TestSaveProviderSignInRevokesWhatWasNotVerified(t *testing.T) {
	db := seeded(t)

	user, err := store.New(db).SaveProviderSignIn(t.Context(), newProviderSignIn())

	require.NoError(t, err)
	assert.True(t, user.EmailVerified)
	left := snapshot(t, db)
	assert.Len(t, left["account"], 3, "Ada's two and the new one")
	assert.Len(t, left["session"], 3, "Ada's two and the new one")
	assert.Len(t, left["user_cutoff"], 1)
	assert.Len(t, left["used_id_token"], 3, "the two of the seed and the new one")
}

func TestSaveProviderSignInWithAUsedToken(t *testing.T) {
	db := seeded(t)
	before := snapshot(t, db)
	again := newProviderSignIn()
	again.Token.Digest = "digest-used"

	_, err := store.New(db).SaveProviderSignIn(t.Context(), again)

	require.ErrorIs(t, err, auth.ErrUsed)
	assert.Equal(t, before, snapshot(t, db))
}

// A token that may be used again may not be by another client, even if both have looked for a use before either wrote one.
func TestUseTokenOfAnotherClient(t *testing.T) {
	for name, once := range map[string]bool{"once": true, "repeatedly": false} {
		t.Run(name, func(t *testing.T) {
			db := seeded(t)
			before := snapshot(t, db)

			err := store.New(db).UseToken(t.Context(), auth.TokenUse{Digest: "digest-used", Client: "client-new", At: now, Expires: now, Once: once})

			require.ErrorIs(t, err, auth.ErrUsed)
			assert.Equal(t, before, snapshot(t, db))
		})
	}
}

func TestAddUserWithATakenAddress(t *testing.T) {
	db := seeded(t)
	before := snapshot(t, db)
	double := adasUser
	double.ID, double.CreatedAt, double.UpdatedAt = "user-double", now, now

	err := store.New(db).AddUser(t.Context(), double, newAccount("credential", double.ID, double.ID), newSession("session-new", double.ID))

	require.ErrorIs(t, err, auth.ErrTaken)
	assert.Equal(t, before, snapshot(t, db))
}
