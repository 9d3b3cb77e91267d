package migrations_test

import (
	"io/fs"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/d1test"
	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/migrate/rehearse"
	"github.com/addreams/addreams/migrations"
)

// with is the folder with one more file.
func with(t *testing.T, sql string) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{"0999_x.sql": {Data: []byte(sql)}}
	entries, err := fs.ReadDir(migrations.FS, ".")
	require.NoError(t, err)
	for _, entry := range entries {
		if !entry.IsDir() {
			content, err := fs.ReadFile(migrations.FS, entry.Name())
			require.NoError(t, err)
			files[entry.Name()] = &fstest.MapFile{Data: content}
		}
	}
	return files
}

// lived returns a database in use: a row or two in every table that matters here.
func lived(t *testing.T) d1.Database {
	t.Helper()
	db := memory(t)
	_, err := engine(t, db, migrations.FS).Apply(t.Context())
	require.NoError(t, err)

	_, err = db.Batch(t.Context(),
		d1.SQL("INSERT INTO user (id, name, email, created_at, updated_at) VALUES ('u1', 'Ada', 'ada@example.test', 1, 1), ('u2', 'Bob', 'bob@example.test', 2, 2)"),
		d1.SQL("INSERT INTO session (id, expires_at, token, created_at, updated_at, user_id) VALUES ('s', 1, 't', 1, 1, 'u1')"),
		d1.SQL("INSERT INTO generation (id, user_id, workflow, status, input_json, created_at, updated_at) VALUES ('g1', 'u1', 'image-from-text', 'succeeded', '{}', 1, 1)"),
		d1.SQL("INSERT INTO generation_asset (generation_id, position, source_url) VALUES ('g1', 0, 'https://x.test/1'), ('g1', 1, 'https://x.test/2')"),
		d1.SQL("INSERT INTO credit_ledger (id, user_id, workflow, delta, reason, generation_id, created_at) VALUES ('l1', 'u1', 'image-from-text', -1, 'generation_debit', 'g1', 1)"),
		d1.SQL("INSERT INTO rate_limit VALUES ('k', 1, 1)"))
	require.NoError(t, err)
	return db
}

// Files that would break what the running Worker relies on.
func TestTheWorkersSchemaIsGuarded(t *testing.T) {
	cases := map[string]struct{ sql, want string }{
		"a credit is given back once":     {"DROP INDEX credit_ledger_once_unique", "it is destructive, with - unique index credit_ledger_once_unique"},
		"one account per address":         {"DROP INDEX user_email_unique", "it is destructive, with - unique index user_email_unique"},
		"counters without a primary key":  {"CREATE TABLE n (key text NOT NULL, count integer NOT NULL, last_request integer NOT NULL); INSERT INTO n SELECT key, count, last_request FROM rate_limit; DROP TABLE rate_limit; ALTER TABLE n RENAME TO rate_limit; CREATE INDEX rate_limit_last_request_idx ON rate_limit (last_request);", "~ column rate_limit.key (text not null primary key 1 → text not null)"},
		"the pictures of a generation":    {"CREATE TABLE n AS SELECT * FROM generation; DROP TABLE generation; ALTER TABLE n RENAME TO generation;", "is cascading"},
		"the sessions of a user":          {"ALTER TABLE user RENAME TO old_user; CREATE TABLE user AS SELECT * FROM old_user; DROP TABLE old_user;", "is cascading"},
		"a state that the Worker writes":  {"CREATE TRIGGER t BEFORE UPDATE ON generation BEGIN SELECT RAISE(ABORT, 'no'); END;", "it is destructive, with + trigger t"},
		"a column that it does not write": {"ALTER TABLE generation ADD COLUMN cost integer NOT NULL", "NOT NULL"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := engine(t, lived(t), with(t, tc.sql)).Apply(t.Context())
			assert.ErrorContains(t, err, tc.want)
		})
	}
}

// "generation" has a child that cascades, and can be rebuilt all the same, by the recipe in README.md: here with a CHECK on
// its status.
func TestAGenerationIsRebuilt(t *testing.T) {
	db := lived(t)
	made, err := migrate.New(db, with(t, rebuildGeneration), migrate.Options{Rehearser: rehearse.InMemory{}, Allow: []string{"0999_x"}})
	require.NoError(t, err)
	plan, err := made.Plan(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []string{"0999_x.sql  destructive  ~ table generation (rebuilt), ~ table generation_asset (rebuilt), " +
		"+ constraint of generation (check ( status in ( 'pending' , 'succeeded' , 'failed' ) ))"}, plan.Lines())

	_, err = made.Apply(t.Context())

	require.NoError(t, err)
	found, err := d1.Query(t.Context(), db, "SELECT g.id, a.source_url FROM generation AS g JOIN generation_asset AS a ON a.generation_id = g.id ORDER BY a.position")
	require.NoError(t, err)
	assert.Equal(t, []d1.Row{{"g1", "https://x.test/1"}, {"g1", "https://x.test/2"}}, found.Rows)
	_, err = d1.Query(t.Context(), db, "DELETE FROM generation WHERE id = 'g1'")
	require.NoError(t, err)
	left, err := d1.Query(t.Context(), db, "SELECT count(*) FROM generation_asset")
	require.NoError(t, err)
	assert.Zero(t, d1test.Rows(t, left)[0].Int(0), "the cascade is there again")
}

const rebuildGeneration = `PRAGMA defer_foreign_keys = ON;
CREATE TABLE assets_kept AS SELECT * FROM generation_asset;
DROP TABLE generation_asset;
CREATE TABLE generation_kept AS SELECT * FROM generation;
DROP TABLE generation;
CREATE TABLE generation (
	id text PRIMARY KEY NOT NULL,
	user_id text NOT NULL,
	workflow text NOT NULL,
	status text NOT NULL CHECK (status IN ('pending', 'succeeded', 'failed')),
	input_json text NOT NULL,
	output_json text,
	provider_request_id text,
	provider_model text,
	r2_key text,
	error_code text,
	error_message text,
	created_at integer NOT NULL,
	updated_at integer NOT NULL,
	FOREIGN KEY (user_id) REFERENCES user(id) ON UPDATE no action ON DELETE no action
);
INSERT INTO generation SELECT * FROM generation_kept;
DROP TABLE generation_kept;
CREATE INDEX generation_user_created_idx ON generation (user_id, created_at);
CREATE INDEX generation_user_status_created_idx ON generation (user_id, status, created_at);
CREATE INDEX generation_created_idx ON generation (created_at);
CREATE INDEX generation_pending_idx ON generation (created_at) WHERE status = 'pending';
CREATE TABLE generation_asset (
	generation_id text NOT NULL REFERENCES generation(id) ON UPDATE no action ON DELETE cascade,
	position integer NOT NULL,
	source_url text NOT NULL,
	r2_key text,
	content_type text,
	attempts integer DEFAULT 0 NOT NULL,
	next_attempt_at integer,
	created_at integer DEFAULT (unixepoch()) NOT NULL,
	updated_at integer DEFAULT (unixepoch()) NOT NULL,
	PRIMARY KEY (generation_id, position)
);
INSERT INTO generation_asset SELECT * FROM assets_kept;
DROP TABLE assets_kept;
CREATE INDEX generation_asset_due_idx ON generation_asset (next_attempt_at) WHERE r2_key IS NULL AND next_attempt_at IS NOT NULL;`
