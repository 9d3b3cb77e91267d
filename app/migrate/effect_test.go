package migrate_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/migrate"
)

// plan rehearses one file on the populated database.
func plan(t *testing.T, sql string, options migrate.Options) migrate.Plan {
	t.Helper()
	found, err := engine(t, populated(t), started(map[string]string{"0002_x.sql": sql}), options).Plan(t.Context())
	require.NoError(t, err)
	return found
}

// rebuildLedger is SQLite's recipe for a table that nothing refers to.
const rebuildLedger = `CREATE TABLE __new_ledger (id text PRIMARY KEY, user_id text NOT NULL REFERENCES user(id), note text);
INSERT INTO __new_ledger (id, user_id) SELECT id, user_id FROM ledger;
DROP TABLE ledger;
ALTER TABLE __new_ledger RENAME TO ledger;`

func TestEffects(t *testing.T) {
	cases := map[string]struct {
		sql     string
		risk    migrate.Risk
		changes []string
	}{
		"table": {
			"CREATE TABLE asset (id text, n integer NOT NULL DEFAULT 1, UNIQUE (id, n))", migrate.RiskAdditive,
			[]string{"+ table asset (2 columns)"},
		},
		"column": {
			"ALTER TABLE user ADD COLUMN age integer DEFAULT (1) NOT NULL", migrate.RiskAdditive,
			[]string{"+ column user.age (integer not null default 1)"},
		},
		"index": {
			"CREATE UNIQUE INDEX s ON session (user_id, id) WHERE id IS NOT NULL", migrate.RiskAdditive,
			[]string{"+ unique index s (on session(user_id, id) where id is not null)"},
		},
		"view and trigger": {
			"CREATE VIEW v AS SELECT 1; CREATE TRIGGER t AFTER INSERT ON user BEGIN DELETE FROM session; END;", migrate.RiskDestructive,
			[]string{"+ trigger t (on user)", "+ view v"},
		},
		"full-text table": {"CREATE VIRTUAL TABLE search USING fts5(prompt)", migrate.RiskAdditive, []string{"+ table search (3 columns)"}},
		"rows":            {"INSERT INTO user SELECT 'u3', 'c', NULL WHERE 0", migrate.RiskAdditive, []string{"+ rows of user"}},
		"rows of its own": {
			"CREATE TABLE n (a); INSERT INTO n VALUES (1); UPDATE n SET a = 2; DELETE FROM n;", migrate.RiskAdditive,
			[]string{"+ table n (1 column)"},
		},
		"nothing":          {"SELECT 1; ANALYZE;", migrate.RiskAdditive, []string{}},
		"index dropped":    {"DROP INDEX user_email_unique", migrate.RiskDestructive, []string{"- unique index user_email_unique (on user(email))"}},
		"index changed":    {"DROP INDEX user_email_unique; CREATE INDEX user_email_unique ON user (email);", migrate.RiskDestructive, []string{"~ index user_email_unique (on user(email))"}},
		"rebuild":          {rebuildLedger, migrate.RiskRebuild, []string{"~ table ledger (rebuilt)", "+ column ledger.note (text)"}},
		"values":           {"UPDATE user SET image = NULL", migrate.RiskDestructive, []string{"~ rows of user"}},
		"values by upsert": {"INSERT INTO user VALUES ('u1', 'x', NULL) ON CONFLICT (id) DO UPDATE SET email = 'x'", migrate.RiskDestructive, []string{"~ rows of user"}},
		"column renamed":   {"ALTER TABLE user RENAME COLUMN image TO picture", migrate.RiskDestructive, []string{"~ column user.image (renamed to picture)"}},
		"column renamed, short": {
			"ALTER TABLE main.user RENAME `image` TO picture", migrate.RiskDestructive,
			[]string{"~ column user.image (renamed to picture)"},
		},
		"table renamed": {"ALTER TABLE ledger RENAME TO book", migrate.RiskDestructive, []string{"~ table ledger (renamed to book)"}},
		"view dropped":  {"CREATE VIEW v AS SELECT 1; DROP VIEW v;", migrate.RiskAdditive, []string{}},
		"column dropped": {
			"ALTER TABLE user DROP COLUMN image", migrate.RiskIrreversible, []string{"- column user.image (text)"},
		},
		"column lost in a rebuild": {
			"CREATE TABLE n (id text PRIMARY KEY); INSERT INTO n SELECT id FROM ledger; DROP TABLE ledger; ALTER TABLE n RENAME TO ledger;",
			migrate.RiskIrreversible,
			[]string{"~ table ledger (rebuilt)", "- column ledger.user_id (text not null)", "- foreign key of ledger ((user_id) → user(id) on update no action on delete no action)"},
		},
		"table dropped": {"DROP TABLE IF EXISTS `Ledger`", migrate.RiskIrreversible, []string{"- table ledger (2 columns)"}},
		"another takes its name": {
			"DROP TABLE session; ALTER TABLE ledger RENAME TO session;", migrate.RiskIrreversible,
			[]string{"~ table ledger (renamed to session)", "- table session (2 columns)"},
		},
		"two swap names": {
			"ALTER TABLE session RENAME TO x; ALTER TABLE ledger RENAME TO session; ALTER TABLE x RENAME TO ledger;", migrate.RiskDestructive,
			[]string{"~ table session (renamed to ledger)", "~ table ledger (renamed to session)"},
		},
		"rows deleted":    {"WITH old AS (SELECT 'l1' AS id) DELETE FROM ledger WHERE id IN old", migrate.RiskIrreversible, []string{"- rows of ledger"}},
		"rows replaced":   {"REPLACE INTO ledger VALUES ('l1', 'u2')", migrate.RiskIrreversible, []string{"- rows of ledger"}},
		"rows or replace": {"INSERT OR REPLACE INTO ledger VALUES ('l1', 'u2')", migrate.RiskIrreversible, []string{"- rows of ledger"}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			found := plan(t, tc.sql, migrate.Options{Allow: []string{migrate.All}})
			require.NoError(t, found.Err())
			effect := found.Pending()[0].Effect
			changes := []string{}

			for _, change := range effect.Changes {
				changes = append(changes, change.String())
			}

			assert.Equal(t, tc.changes, changes)
			assert.Equal(t, tc.risk.String(), effect.Risk.String())
		})
	}
}

func TestPlanReadsLikeAReview(t *testing.T) {
	found := plan(t, "CREATE TABLE asset (id text, n integer); CREATE INDEX asset_n ON asset (n);", migrate.Options{})
	assert.Equal(t, []string{"0002_x.sql  additive  + table asset (2 columns), + index asset_n (on asset(n))"}, found.Lines())

	found = plan(t, "DROP TABLE ledger", migrate.Options{})
	assert.Equal(t, []string{"0002_x.sql  irreversible  - table ledger (2 columns)"}, found.Lines())
	assert.EqualError(t, found.Err(), "0002_x.sql is destructive: it is irreversible, with - table ledger (2 columns). "+
		"If that is intended, allow this file by name: --allow 0002_x.sql, or the stack's setting for it.")
}

func TestDestructionNeedsToBeAllowed(t *testing.T) {
	cases := map[string]struct {
		sql     string
		allow   []string
		allowed bool
	}{
		"additive":       {"CREATE TABLE a (b)", nil, true},
		"rebuild":        {rebuildLedger, nil, true},
		"destructive":    {"ALTER TABLE ledger RENAME TO book", nil, false},
		"irreversible":   {"DROP TABLE ledger", nil, false},
		"other file":     {"DROP TABLE ledger", []string{"0001_children.sql"}, false},
		"by name":        {"DROP TABLE ledger", []string{"0002_x.sql"}, true},
		"by name, short": {"DROP TABLE ledger", []string{"0002_x"}, true},
		"all":            {"DELETE FROM ledger", []string{migrate.All}, true},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			db := populated(t)
			_, err := engine(t, db, started(map[string]string{"0002_x.sql": tc.sql}), migrate.Options{Allow: tc.allow}).Apply(t.Context())
			if tc.allowed {
				require.NoError(t, err)
				return
			}

			var refused *migrate.Refused

			require.ErrorAs(t, err, &refused)
			assert.Equal(t, migrate.KindDestructive, refused.Refusals[0].Kind)
			assert.Equal(t, []string{"l1"}, column(t, db, "SELECT id FROM ledger"))
		})
	}
}

func TestRefusalOfManyChanges(t *testing.T) {
	found := plan(t, "DROP TABLE session; DROP TABLE ledger; ALTER TABLE user DROP COLUMN image; DELETE FROM user; UPDATE user SET email = id;", migrate.Options{})
	require.Len(t, found.Refusals, 1)
	assert.Equal(t, "it is irreversible, with - rows of user, ~ rows of user, - table ledger (2 columns), and 2 more", found.Refusals[0].What)
}

func TestCascades(t *testing.T) {
	rebuildUser := `CREATE TABLE __new_user (id text PRIMARY KEY NOT NULL, email text NOT NULL, image text);
INSERT INTO __new_user SELECT * FROM user;
DROP TABLE user;
ALTER TABLE __new_user RENAME TO user;`
	cases := map[string]struct {
		sql  string
		want []string // places and reasons; none if the file may run
	}{
		"rebuild of a parent": {rebuildUser, []string{
			"0002_x.sql line 3 is cascading: DROP TABLE user would fail, since rows of ledger refer to it",
			"0002_x.sql line 3 is cascading: DROP TABLE user would run ON DELETE CASCADE on the rows of session",
		}},
		"drop of a parent": {"DROP TABLE user", []string{"rows of ledger", "rows of session"}},
		"deferred":         {"PRAGMA defer_foreign_keys = ON;\n" + rebuildUser, []string{"line 4", "line 4"}},
		"renamed first": {
			"ALTER TABLE user RENAME TO old_user; CREATE TABLE user AS SELECT * FROM old_user; DROP TABLE old_user;",
			[]string{"DROP TABLE old_user would fail", "DROP TABLE old_user would run ON DELETE CASCADE"},
		},
		"children first": {"DROP TABLE session; DROP TABLE ledger; " + rebuildUser, nil},
		"a copied child": {
			"CREATE TABLE session2 (id, user_id text REFERENCES user(id) ON DELETE SET NULL); INSERT INTO session2 SELECT * FROM session;" +
				"DROP TABLE session; DROP TABLE ledger; DROP TABLE user;",
			[]string{"ON DELETE SET NULL on the rows of session2"},
		},
		"no rows refer": {"DROP TABLE session; DELETE FROM ledger; DROP TABLE user", []string{"rows of ledger"}},
		"a child":       {"DROP TABLE session", nil},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			db := populated(t)
			_, err := engine(t, db, started(map[string]string{"0002_x.sql": tc.sql}), migrate.Options{Allow: []string{migrate.All}}).Apply(t.Context())
			if tc.want == nil {
				require.NoError(t, err)
				return
			}

			var refused *migrate.Refused

			require.ErrorAs(t, err, &refused)
			require.Len(t, refused.Refusals, len(tc.want))
			for i, want := range tc.want {
				assert.Equal(t, migrate.KindCascading, refused.Refusals[i].Kind)
				assert.Contains(t, refused.Refusals[i].String(), want)
			}
			assert.Len(t, column(t, db, "SELECT id FROM session"), 2)
		})
	}
}

func TestAChildOfAPendingFile(t *testing.T) {
	db := populated(t)
	run(t, db, "DROP TABLE session", "DROP TABLE ledger")
	files := folder(map[string]string{
		"0000_users.sql": usersFile, "0001_children.sql": childrenFile,
		"0002_child.sql": "CREATE TABLE child (user_id REFERENCES user(id))", "0003_drop.sql": "DROP TABLE user",
	})

	_, err := engine(t, db, files, migrate.Options{Allow: []string{migrate.All}}).Apply(t.Context())

	assert.ErrorContains(t, err, "0003_drop.sql line 1 is cascading: DROP TABLE user would fail, since rows of child refer to it")
}

func TestAnEmptyChildDoesNotHoldItsParent(t *testing.T) {
	db := populated(t)
	run(t, db, "DELETE FROM ledger")

	_, err := engine(t, db, started(map[string]string{"0002_x.sql": "DROP TABLE session; DROP TABLE user;"}),
		migrate.Options{Allow: []string{migrate.All}}).Apply(t.Context())

	require.NoError(t, err)
}

func TestRowsAreCounted(t *testing.T) {
	cases := map[string]struct {
		sql   string
		allow []string
		want  string
	}{
		"rebuild that forgets rows": {
			`CREATE TABLE __new_ledger (id text PRIMARY KEY, user_id text NOT NULL);
INSERT INTO __new_ledger SELECT id, user_id FROM ledger WHERE user_id = 'nobody';
DROP TABLE ledger;
ALTER TABLE __new_ledger RENAME TO ledger;`, nil, "the table ledger would have lost rows",
		},
		"delete that cascades further": {"DELETE FROM user WHERE id = 'u2'", []string{migrate.All}, "the table session would have lost rows"},
		"update through a trigger": {
			"CREATE TRIGGER t AFTER UPDATE ON user BEGIN DELETE FROM ledger; END; UPDATE user SET image = 'y';",
			[]string{migrate.All}, "the table ledger would have lost rows",
		},
		"renamed, and short of rows": {
			"CREATE TRIGGER t AFTER UPDATE ON user BEGIN DELETE FROM ledger; END; UPDATE user SET image = 'y'; DROP TRIGGER t; ALTER TABLE ledger RENAME TO book;",
			[]string{migrate.All}, "the table ledger would have lost rows",
		},
		"rebuild that keeps rows": {rebuildLedger, nil, ""},
		"more rows":               {rebuildLedger + "INSERT INTO ledger VALUES ('l9', 'u1', NULL);", nil, ""},
		"insert through a trigger": {
			"CREATE TRIGGER t AFTER INSERT ON user BEGIN DELETE FROM ledger; END; INSERT INTO user VALUES ('u3', 'c', NULL);",
			nil, "the table ledger would have lost rows",
		},
		"meant": {"DELETE FROM session", []string{migrate.All}, ""},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			db := populated(t)
			_, err := engine(t, db, started(map[string]string{"0002_x.sql": tc.sql}), migrate.Options{Allow: tc.allow}).Apply(t.Context())

			assert.Empty(t, column(t, db, "SELECT name FROM sqlite_master WHERE name = 'addreams_migration_rows'"), "the counts are gone")
			if tc.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, tc.want)
			assert.Equal(t, []string{"l1"}, column(t, db, "SELECT id FROM ledger"), "nothing was changed")
			assert.Len(t, column(t, db, "SELECT name FROM d1_migrations"), 2)
		})
	}
}
