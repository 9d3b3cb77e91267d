package store_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/fault"
	"github.com/addreams/addreams/app/store"
	"github.com/addreams/addreams/app/studio"
	"github.com/addreams/addreams/migrations/migrated"
)

// now is the time of every test, and the seed is from before it.
var now = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

const (
	ada  = "user-ada"
	eve  = "user-eve"
	hash = "hash-ada"
)

// seed is what every test's database holds: Ada with a password, a Google account, two sessions and two generations that are
// done and one that is pending; and Eve, who has only signed up.
var seed = []string{
	`INSERT INTO user (id, name, email, email_verified, image, created_at, updated_at) VALUES
		('user-ada', 'Ada', 'ada@example.test', 1, 'https://example.test/ada.png', 1770000000, 1770000000),
		('user-eve', 'Eve', 'eve@example.test', 0, NULL, 1770000000, 1770000000)`,
	`INSERT INTO account (id, account_id, provider_id, user_id, password, created_at, updated_at) VALUES
		('account-ada', 'user-ada', 'credential', 'user-ada', 'hash-ada', 1770000000, 1770000000),
		('account-eve', 'user-eve', 'credential', 'user-eve', 'hash-eve', 1770000000, 1770000000)`,
	`INSERT INTO account (id, account_id, provider_id, user_id, access_token, refresh_token, id_token, access_token_expires_at, scope, created_at, updated_at)
		VALUES ('account-google', 'google-ada', 'google', 'user-ada', 'access', 'refresh', 'id', 1770000000, 'openid', 1770000000, 1770000000)`,
	`INSERT INTO session (id, token, user_id, ip_address, user_agent, expires_at, created_at, updated_at) VALUES
		('session-ada', 'token-ada', 'user-ada', '192.0.2.1', 'Firefox', 1800000000, 1770000000, 1770000000),
		('session-tab', 'token-tab', 'user-ada', NULL, NULL, 1800000000, 1770000000, 1770000000),
		('session-eve', 'token-eve', 'user-eve', NULL, NULL, 1800000000, 1770000000, 1770000000)`,
	`INSERT INTO apikey (id, name, start, prefix, key, user_id, enabled, remaining, last_request, expires_at, created_at, updated_at, permissions) VALUES
		('key-ada', 'ci', 'adr_abcdef', 'adr_', 'hash-ada', 'user-ada', 1, 5, 1770000000, 1800000000, 1770000000, 1770000000, '{"api":["read"]}')`,
	`INSERT INTO verification (id, identifier, value, provider_id, session_id, expires_at) VALUES
		('verification-ada', 'reset-password:ada', 'user-ada', 'google', 'session-ada', 1800000000)`,
	`INSERT INTO user_profile (user_id, account_type, credits_product_shoots, credits_ad_graphics, created_at, updated_at) VALUES
		('user-ada', 'free', 1, 1, 1770000000, 1770000000)`,
	`INSERT INTO used_id_token (digest, uses, first_used_at, expires_at) VALUES ('digest-used', 1, 1770000000000, 1800000000), ('client-used', 1, 1770000000000, 1800000000)`,
	`INSERT INTO generation (id, user_id, workflow, status, input_json, output_json, provider_request_id, provider_model, r2_key, error_code, error_message, created_at, updated_at) VALUES
		('made', 'user-ada', 'image-from-reference', 'succeeded', '{"prompt":"a shoe","referenceKey":"objects/reference","moreReferences":[{"image":"https://x.test"},{"image":"/r","key":"objects/reference-1"}]}',
			'{"images":["https://example.test/1.png"]}', 'request', 'model', 'objects/1', 'code', 'message', 1770000000, 1770000000),
		('linked', 'user-ada', 'image-from-text', 'succeeded', '{"prompt":"a hat"}',
			'{"images":["https://example.test/2.png"]}', NULL, NULL, NULL, NULL, NULL, 1770000001, 1770000001),
		('pending', 'user-ada', 'image-from-text', 'pending', '{"prompt":"a bag","referenceKey":"objects/bag"}',
			NULL, NULL, NULL, NULL, NULL, NULL, 1770000002, 1770000002)`,
	`INSERT INTO credit_ledger (id, user_id, workflow, delta, reason, generation_id, created_at) VALUES
		('debit-pending', 'user-ada', 'image-from-text', -1, 'generation_debit', 'pending', 1770000002)`,
	`INSERT INTO idempotency_key (user_id, key, digest, generation_id, request_id, answer_status, answer_header, answer_body, expires_at)
		VALUES ('user-ada', 'k', 'd', 'made', 'r', 200, '{}', '{}', 2000000000000)`,
	`INSERT INTO generation_asset (generation_id, position, source_url, r2_key, content_type, attempts, next_attempt_at) VALUES
		('made', 0, 'https://example.test/1.png', 'objects/1', 'image/png', 1, NULL),
		('made', 1, 'https://example.test/1b.png', 'objects/1b', 'image/png', 1, NULL),
		('linked', 0, 'https://example.test/2.png', NULL, NULL, 1, 1770000000),
		('linked', 1, 'https://example.test/2b.png', NULL, NULL, 1, 1770000000)`,
}

func seeded(t testing.TB) d1.Database {
	t.Helper()
	db := migrated.Open(t)
	exec(t, db, seed...)
	return db
}

func exec(t testing.TB, db d1.Database, statements ...string) {
	t.Helper()
	for _, statement := range strings.Split(strings.Join(statements, ";\n"), ";\n") {
		_, err := d1.Query(t.Context(), db, statement)
		require.NoError(t, err)
	}
}

// snapshot returns all rows of all tables.
func snapshot(t testing.TB, db d1.Database) map[string][]d1.Row {
	t.Helper()
	tables, err := d1.Query(t.Context(), db, `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`)
	require.NoError(t, err)
	rows := map[string][]d1.Row{}
	for _, table := range tables.Rows {
		name := table[0].(string)
		result, err := d1.Query(t.Context(), db, "SELECT * FROM `"+name+"` ORDER BY rowid")
		require.NoError(t, err)
		rows[name] = result.Rows
	}
	return rows
}

var (
	adasSession = auth.Session{ID: "session-ada", Token: "token-ada", UserID: ada, ExpiresAt: time.Unix(1800000000, 0)}
	adasUser    = auth.User{ID: ada, Name: "Ada", Email: "ada@example.test", EmailVerified: true}
	adasGoogle  = auth.Account{
		ID: "account-google", ProviderID: "google", AccountID: "google-ada", UserID: ada,
		Tokens: auth.Tokens{Refresh: new("refresh")},
	}

	byToken = auth.Claim{Token: "token-ada"}
	byCache = auth.Claim{
		Token: "token-ada", CachedSince: now, Cached: &auth.Identity{Session: adasSession, User: adasUser},
	}
)

func newSession(id, userID string) auth.Session {
	return auth.Session{ID: id, Token: "token-" + id, UserID: userID, ExpiresAt: now.Add(time.Hour), CreatedAt: now, UpdatedAt: now}
}

func newAccount(providerID, accountID, userID string) auth.Account {
	return auth.Account{ID: "account-new", ProviderID: providerID, AccountID: accountID, UserID: userID, CreatedAt: now, UpdatedAt: now}
}

func newGuess() auth.Guess {
	rule := auth.Rule{Max: 3, Window: time.Minute}
	return auth.Guess{
		OnPath: auth.Attempt{Key: "path", Rule: rule}, Overall: auth.Attempt{Key: "overall", Rule: rule},
		Account: "guess-account", Way: "guess-way", At: now,
		FreeTries: 2, FreeByAccount: 2, FirstWait: time.Second, LongestWait: time.Minute, LongestByAccount: time.Minute,
		Life: time.Hour,
	}
}

func newDraft(id string) studio.PendingGeneration {
	return studio.PendingGeneration{
		Charge:    studio.Charge{GenerationID: id, UserID: ada, Workflow: studio.ImageFromText},
		Cost:      studio.Balance{ProductShoots: 1},
		InputJSON: `{"prompt":"a shoe"}`, At: now, SessionID: "session-ada", DailyLimit: new(int64(5)),
	}
}

var pending = studio.Charge{GenerationID: "pending", UserID: ada, Workflow: studio.ImageFromText}

func completion() studio.SucceededGeneration {
	return studio.SucceededGeneration{
		Result: studio.Result{
			ProviderRequestID: "r", Model: "m", Images: []studio.Image{{URL: "https://example.test/3.png"}}, Charge: pending,
			Copies: []studio.Copy{{SourceURL: "https://example.test/3.png", Key: "objects/3", ContentType: "image/png", Attempts: 1}},
		},
		OutputJSON: `{"images":["https://example.test/3.png"]}`, At: now, NextAttempt: now.Add(time.Minute),
	}
}

func dueCopy() studio.DueCopy {
	return studio.DueCopy{
		Charge: studio.Charge{GenerationID: "linked", UserID: ada, Workflow: studio.ImageFromText},
		Copy:   studio.Copy{SourceURL: "https://example.test/2.png"},
	}
}

func newProviderSignIn() auth.ProviderSignIn {
	return auth.ProviderSignIn{
		At: now, Now: now, NewAccount: true, Account: newAccount("google", "google-eve", eve), Name: "Eve", Proves: true,
		Session: newSession("session-new", eve), Token: &auth.TokenUse{Digest: "digest-new", At: now, Expires: now, Once: true},
	}
}

// operation is one call of a method of the store.
type operation struct {
	name   string // in the errors
	before string // SQL
	call   func(context.Context, *store.Store) error
	unread []string // columns that the call does not need
}

func found[T any](_ T, err error) error { return err }

// keyColumns are those of a key, which an order that has begun does not read.
var keyColumns = []string{"generation_id", "digest", "answer_status", "answer_header", "answer_body", "running"}

// known returns nil for a key that was used before.
func known(err error) error {
	var repeated *studio.Repeated
	if errors.As(err, &repeated) {
		return nil
	}
	return err
}

func listed[T, U any](_ T, _ U, err error) error { return err }
func fail(ctx context.Context, s *store.Store) error {
	return found(s.FailGeneration(ctx, pending, fault.Internal, "m", now, nil))
}
