package migrations_test

import (
	"io/fs"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/sqlite"
	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/migrate/rehearse"
	"github.com/addreams/addreams/migrations"
)

func memory(t *testing.T) *sqlite.Database {
	t.Helper()
	db, err := sqlite.Open(sqlite.Memory)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

func engine(t *testing.T, db d1.Database, files fs.FS) *migrate.Engine {
	t.Helper()
	made, err := migrate.New(db, files, migrate.Options{Rehearser: rehearse.InMemory{}})
	require.NoError(t, err)
	return made
}

// The old Worker keeps serving until the new one is uploaded, so nothing that it reads or writes may change.
func TestFilesOnlyAdd(t *testing.T) {
	plan, err := engine(t, memory(t), migrations.FS).Plan(t.Context())
	require.NoError(t, err)
	require.NoError(t, plan.Err())
	for _, step := range plan.Pending() {
		assert.Equal(t, migrate.RiskAdditive.String(), step.Effect.Risk.String(), step.Name)
	}
}

// What the old Worker writes, with the columns that it knows.
func TestOldWritesStillWork(t *testing.T) {
	db := memory(t)
	_, err := engine(t, db, migrations.FS).Apply(t.Context())
	require.NoError(t, err)
	for _, write := range []string{
		"INSERT INTO user (id, name, email, created_at, updated_at) VALUES ('u', 'Ada', 'ada@example.test', 1, 1)",
		"INSERT INTO session (id, expires_at, token, created_at, updated_at, user_id) VALUES ('s', 1, 't', 1, 1, 'u')",
		"INSERT INTO account (id, account_id, provider_id, user_id, created_at, updated_at) VALUES ('a', 'u', 'credential', 'u', 1, 1)",
		"INSERT INTO verification (id, identifier, value, expires_at) VALUES ('v', 'i', 'x', 1)",
		"INSERT INTO user_profile (user_id) VALUES ('u')",
		"INSERT INTO credit_ledger (id, user_id, workflow, delta, reason, created_at) VALUES ('l', 'u', 'image-from-text', -1, 'generation_debit', 1)",
		"INSERT INTO generation (id, user_id, workflow, status, input_json, created_at, updated_at) VALUES ('g', 'u', 'image-from-text', 'pending', '{}', 1, 1)",
		"DELETE FROM generation WHERE id = 'g'",
	} {
		_, err := d1.Query(t.Context(), db, write)
		assert.NoError(t, err, write)
	}

	profile, err := d1.Query(t.Context(), db, "SELECT account_type, credits_product_shoots, credits_ad_graphics, created_at > 1700000000 FROM user_profile")

	require.NoError(t, err)
	assert.Equal(t, d1.Row{"free", int64(1), int64(1), int64(1)}, profile.Rows[0])
}

// The first three files are the TypeScript service's: a database that wrangler made with them is adopted as it is.
func TestTakesOverWranglersDatabase(t *testing.T) {
	old := []string{"0000_windy_nicolaos.sql", "0001_true_risque.sql", "0002_good_sue_storm.sql"}
	db := memory(t)
	_, err := engine(t, db, only(old)).Apply(t.Context())
	require.NoError(t, err)
	_, err = d1.Query(t.Context(), db, "DROP TABLE addreams_migrations") // wrangler keeps only its own ledger
	require.NoError(t, err)

	report, err := engine(t, db, migrations.FS).Apply(t.Context())
	require.NoError(t, err)
	for i, done := range report.Files {
		if i < len(old) {
			assert.Equal(t, migrate.Done{Name: old[i], Outcome: migrate.DidAdopt}, done)
		} else {
			assert.Equal(t, migrate.DidApply, done.Outcome)
		}
	}
	drift, err := engine(t, db, migrations.FS).Drift(t.Context())
	require.NoError(t, err)
	assert.Empty(t, drift)
}

// only returns the folder with only these files.
type only []string

func (o only) Open(name string) (fs.File, error) { return migrations.FS.Open(name) }

func (o only) Glob(string) ([]string, error) { return o, nil }
