package migrate_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate"
)

// pieces are parts of files, harmless and harmful, that work on each other's tables.
var pieces = []string{
	"CREATE TABLE n (id text PRIMARY KEY, user_id text)", "INSERT INTO n SELECT id, user_id FROM ledger",
	"INSERT INTO n SELECT id, user_id FROM session", "DROP TABLE ledger", "DROP TABLE session", "DROP TABLE user",
	"ALTER TABLE n RENAME TO ledger", "ALTER TABLE n RENAME TO session", "ALTER TABLE ledger RENAME TO n",
	"ALTER TABLE session RENAME TO x", "ALTER TABLE x RENAME TO session", "ALTER TABLE user ADD COLUMN age integer",
	"ALTER TABLE user DROP COLUMN image", "ALTER TABLE user RENAME COLUMN image TO picture", "CREATE INDEX i ON user (image)",
	"DROP INDEX i", "DROP INDEX user_email_unique", "DELETE FROM session", "UPDATE user SET image = id",
	"CREATE TRIGGER t AFTER INSERT ON user BEGIN DELETE FROM ledger; END", "DROP TRIGGER t",
	"INSERT INTO user (id, email) VALUES ('u3', 'c')", "REPLACE INTO user (id, email) VALUES ('u2', 'd')",
	"PRAGMA defer_foreign_keys = ON", "CREATE TABLE ledger (id text PRIMARY KEY, user_id text)",
}

// Whatever a file says: if it was applied without an allowance, every row and value is where it was, and the schema is as
// the rehearsal predicted. If it was not applied, nothing has changed.
func TestNothingIsLostUnlessAllowed(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		db := populated(t)
		sql := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 1, 6).Draw(r, "pieces"), ";\n")
		made := engine(t, db, started(map[string]string{"0002_x.sql": sql}), migrate.Options{})

		_, err := made.Apply(t.Context())

		var refused *migrate.Refused
		var failed *d1.Error
		if err != nil {
			require.True(r, errors.As(err, &refused) || errors.As(err, &failed), "%v", err)
		}
		drift, err := made.Drift(t.Context())
		require.NoError(r, err)
		assert.Empty(r, drift)
		assert.Subset(r, column(t, db, "SELECT id || email || coalesce(image, '') FROM user"), []string{"u1ada@example.testx", "u2bob@example.test"})
		assert.Subset(r, column(t, db, "SELECT id || user_id FROM session"), []string{"s1u1", "s2u2"})
		assert.Subset(r, column(t, db, "SELECT id || user_id FROM ledger"), []string{"l1u1"})
	})
}
