package migrate_test

import (
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate"
)

// Without a rehearsal, as in the Worker.
func TestWithoutShadow(t *testing.T) {
	bare := func(db d1.Database, files fstest.MapFS) (migrate.Report, error) {
		made, err := migrate.New(db, files, migrate.Options{Pause: time.Millisecond})
		require.NoError(t, err)
		return made.Apply(t.Context())
	}
	cases := map[string]struct {
		sql  string
		want string // refused with, or nothing
	}{
		"table and its rows":      {"CREATE TABLE a (b); INSERT INTO a VALUES (1); DELETE FROM a; CREATE INDEX i ON a (b);", ""},
		"unique, of its own":      {"CREATE TABLE a (b); CREATE UNIQUE INDEX i ON a (b);", ""},
		"unique, of another's":    {"CREATE UNIQUE INDEX i ON session (user_id)", "it is destructive, with + unique index i (on session)"},
		"unique, said to be safe": {"-- safe: unique index i: one session per user\nCREATE UNIQUE INDEX i ON ledger (user_id)", ""},
		"column that is required": {"ALTER TABLE user ADD COLUMN age integer NOT NULL", "it is destructive, with + column of user"},
		"column":                  {"ALTER TABLE user ADD COLUMN age integer", ""},
		"column, always NULL":     {"ALTER TABLE user ADD COLUMN age integer NOT NULL DEFAULT NULL", "it is destructive, with + column of user (not null, without a default)"},
		"column, at last NULL":    {"ALTER TABLE user ADD COLUMN age integer DEFAULT 0 NOT NULL DEFAULT +NULL", "it is destructive, with + column of user"},
		"column with a default":   {"ALTER TABLE user ADD COLUMN age integer NOT NULL DEFAULT -1", ""},
		"column that refers":      {"ALTER TABLE user ADD COLUMN last text DEFAULT 's1' REFERENCES session (id)", "with + column of user (its default refers to a row)"},
		"refers, also to nothing": {"ALTER TABLE user ADD COLUMN last text DEFAULT NULL REFERENCES session (id)", ""},
		"refers to no table":      {"ALTER TABLE user ADD COLUMN last text REFERENCES sessions (id)", "with + column of user (it refers to a table that does not exist)"},
		"refers to its own":       {"CREATE TABLE team (id text PRIMARY KEY); ALTER TABLE user ADD COLUMN team text REFERENCES team", ""},
		"column that is a key":    {"ALTER TABLE user ADD COLUMN n integer UNIQUE", "with + column of user (a key can't be added to a table)"},
		"default of the clock":    {"ALTER TABLE user ADD COLUMN at text DEFAULT CURRENT_TIMESTAMP", "with + column of user (its default is no constant)"},
		"strict, a text":          {"ALTER TABLE tight ADD COLUMN n integer DEFAULT 'x'", "with + column of tight (a STRICT table may refuse its type or default)"},
		"strict, no bytes":        {"ALTER TABLE tight ADD COLUMN n blob DEFAULT 'x'", "with + column of tight (a STRICT table"},
		"strict, another type":    {"ALTER TABLE tight ADD COLUMN n json", "with + column of tight (a STRICT table"},
		"strict, no type":         {"ALTER TABLE tight ADD n", "with + column of tight (a STRICT table"},
		"strict, a number":        {"ALTER TABLE main.tight ADD COLUMN n integer NOT NULL DEFAULT 1", ""},
		"strict, anything":        {"ALTER TABLE tight ADD n any DEFAULT 'x'", ""},
		"strict, of its own":      {"CREATE TABLE own (a text) STRICT; ALTER TABLE own ADD COLUMN n integer DEFAULT 'x'", ""},
		"quotes in a copy":        {`CREATE TABLE a (id text, b text); INSERT INTO a ("id", "b") SELECT "id", "b" FROM user`, "it is destructive, with ~ text (in double quotes"},
		"quotes in an index":      {`CREATE TABLE a (b text); CREATE INDEX "i" ON "a" ("c")`, "it is destructive, with ~ text (in double quotes"},
		"quotes in a CHECK":       {`CREATE TABLE a (b text CHECK (b <> "no"))`, "it is destructive, with ~ text (in double quotes"},
		"quotes around names":     {`CREATE TABLE "a" ("b" text DEFAULT 'x'); INSERT INTO "a" ("b") VALUES ('y'); CREATE INDEX "i" ON "a" (b)`, ""},
		"rows in place of others": {"INSERT INTO latest VALUES ('l1')", "it is irreversible, with - rows of latest (by its ON CONFLICT REPLACE)"},
		"perhaps not its own":     {"CREATE TABLE IF NOT EXISTS session (id); DELETE FROM session;", "it is irreversible, with - rows of session"},
		"drop":                    {"DROP TABLE ledger", "it is irreversible, with - table ledger"},
		"rebuild":                 {"DROP INDEX user_email_unique", "it is a rebuild, with ~ index"},
		"update":                  {"UPDATE user SET image = 'x'", "it is destructive, with ~ rows of user"},
		"delete":                  {"DELETE FROM session", "it is irreversible, with - rows of session"},
		"delete from a string":    {"DELETE FROM 'it''s'", "it is irreversible, with - rows of it's"},
		"column renamed":          {"ALTER TABLE user RENAME COLUMN image TO x", "it is destructive, with ~ column of user"},
		"table renamed":           {"ALTER TABLE user RENAME TO x", "it is destructive, with ~ table user, renamed to x"},
		"view dropped":            {"DROP VIEW v", "it is destructive, with - view"},
		"trigger":                 {"CREATE TRIGGER no BEFORE INSERT ON user BEGIN SELECT RAISE(ABORT, 'no'); END", "it is destructive, with + trigger"},
		"rows, by a trigger":      {"CREATE TABLE a (b); CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM user; END; INSERT INTO a VALUES (1);", "it is destructive, with + trigger"},
		"rows that a trigger may change": {
			"INSERT INTO watched VALUES (1)", "it is destructive, with ~ rows (by the trigger watches)",
		},
		"column that is checked":                {"ALTER TABLE user ADD COLUMN age integer CHECK (1 = 0)", "it is destructive, with + column of user"},
		"column that is computed":               {"ALTER TABLE user ADD COLUMN day text AS (date(email))", "it is destructive, with + column of user"},
		"default that is computed":              {"ALTER TABLE user ADD COLUMN day text DEFAULT (json('{'))", "it is destructive, with + column of user"},
		"index of an expression":                {"CREATE INDEX i ON user (json_extract(email, '$.a'))", "it is destructive, with + index"},
		"index":                                 {"CREATE INDEX i ON user (lower(email))", ""},
		"index of its own":                      {"CREATE TABLE a (b); CREATE INDEX i ON a (json_extract(b, '$.a'));", ""},
		"column that a trigger's name may mean": {"ALTER TABLE ban ADD COLUMN a text", "~ trigger sweep (the new column a may change what it means)"},
		"column that a view takes in":           {"ALTER TABLE ban ADD COLUMN since text", "it is destructive, with ~ view bans (the new column since may change what it means)"},
		"column that a trigger reads by a view": {"ALTER TABLE ban ADD COLUMN image text", "~ trigger sweep (the new column image may change what it means)"},
		"column that was a text":                {"ALTER TABLE job ADD COLUMN active text", "it is destructive, with ~ table job (the new column active may change what it means)"},
		"column that hides a truth value":       {"ALTER TABLE user ADD COLUMN [TRUE] text", "it is destructive, with + column of user (hides what statements can name without it)"},
		"table that hides a function":           {"CREATE TABLE json_each (a)", "it is destructive, with + json_each (hides a table-valued function of SQLite)"},
		"view that hides a function":            {"CREATE VIEW IF NOT EXISTS pragma_index_list AS SELECT 1 AS a", "it is destructive, with + pragma_index_list (hides"},
		"texts taken out":                       {"INSERT INTO terms (terms) VALUES ('delete-all')", "it is irreversible, with - rows of terms"},
		"texts indexed again":                   {"INSERT INTO terms (terms) VALUES ('optimize')", ""},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			db := populated(t)
			run(t, db, "CREATE TABLE watched (a)", "CREATE TRIGGER watches AFTER INSERT ON watched BEGIN DELETE FROM session; END",
				"CREATE VIRTUAL TABLE terms USING fts5(a, content='')",
				"CREATE TABLE ban (id text)", "CREATE VIEW bans AS SELECT * FROM ban", `CREATE TABLE job (status text CHECK (status <> "active"))`,
				"CREATE TRIGGER sweep AFTER INSERT ON watched BEGIN DELETE FROM session WHERE EXISTS (SELECT 1 FROM bans WHERE new.a = image); END",
				"CREATE TABLE latest (a text UNIQUE ON CONFLICT REPLACE)", "CREATE TABLE tight (a text) STRICT", "INSERT INTO tight VALUES ('x')")
			report, err := bare(db, started(map[string]string{"0002_x.sql": tc.sql}))
			if tc.want == "" {
				require.NoError(t, err)
				assert.Len(t, report.Files, 1)
				return
			}
			assert.ErrorContains(t, err, tc.want)
			assert.ErrorContains(t, err, "addreams db migrate")
		})
	}
	t.Run("a column without a name", func(t *testing.T) {
		_, err := bare(populated(t), started(map[string]string{"0002_x.sql": "ALTER TABLE user ADD"}))
		assert.ErrorContains(t, err, "migration 0002_x.sql: d1: ")
	})
	t.Run("what wrangler recorded is left to those who can prove it", func(t *testing.T) {
		db := wranglers(t, otherwise, "0000_users.sql", "0001_children.sql")
		report, err := bare(db, started(map[string]string{"0002_more.sql": "CREATE TABLE more (a)"}))

		require.NoError(t, err)
		assert.Len(t, report.Files, 1)
		assert.Equal(t, []string{"0002_more.sql"}, column(t, db, "SELECT name FROM addreams_migrations"))
	})
	t.Run("schemas can't be compared", func(t *testing.T) {
		made, err := migrate.New(memory(t), started(nil), migrate.Options{})
		require.NoError(t, err)
		_, err = made.Drift(t.Context())
		require.ErrorIs(t, err, migrate.ErrNoRehearser)

		_, err = made.Baseline(t.Context(), "")

		require.ErrorIs(t, err, migrate.ErrNoRehearser)
	})
}
