package migrate_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/d1/sqlite"
	"github.com/addreams/addreams/app/migrate"
)

// wranglers returns a database as wrangler leaves it: the schema, and its own ledger.
func wranglers(t *testing.T, schema string, names ...string) *sqlite.Database {
	t.Helper()
	db := memory(t)
	for _, statement := range strings.Split(schema, ";") {
		if strings.TrimSpace(strings.ReplaceAll(statement, "--> statement-breakpoint", "")) != "" {
			run(t, db, statement)
		}
	}
	if len(names) > 0 {
		run(t, db, "CREATE TABLE d1_migrations(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)")
	}
	for _, name := range names {
		run(t, db, "INSERT INTO d1_migrations (name) VALUES ('"+name+"')")
	}

	return db
}

// otherwise is the schema of the two files written differently: quotes, case, an index by another name, a constraint
// instead of an index, an action that is not named.
const otherwise = "CREATE TABLE \"user\" (`id` TEXT PRIMARY KEY not null, [email] TEXT NOT NULL UNIQUE, image TEXT);" +
	"CREATE TABLE Session (id text, user_id text NOT NULL, PRIMARY KEY (id), FOREIGN KEY (user_id) REFERENCES user (id) ON UPDATE no action ON DELETE cascade);" +
	"CREATE TABLE ledger (id text PRIMARY KEY, user_id text NOT NULL REFERENCES user(id))"

func TestAdoptsWhatWranglerRecorded(t *testing.T) {
	db := wranglers(t, otherwise, "0000_users.sql", "0001_children.sql")
	run(t, db, "INSERT INTO user VALUES ('u1', 'a', NULL)")
	files := started(map[string]string{"0002_more.sql": "CREATE TABLE more (a)"})

	found, err := engine(t, db, files, migrate.Options{}).Plan(t.Context())
	require.NoError(t, err)
	require.NoError(t, found.Err())
	const adopted = "  recorded by wrangler, to be adopted with its checksum; it is not run again"
	assert.Equal(t, []string{"0000_users.sql" + adopted, "0001_children.sql" + adopted, "0002_more.sql  additive  + table more (1 column)"}, found.Lines())

	assert.Equal(t, map[string]migrate.Outcome{
		"0000_users.sql": migrate.DidAdopt, "0001_children.sql": migrate.DidAdopt, "0002_more.sql": migrate.DidApply,
	}, outcomes(apply(t, db, files)))
	assert.Equal(t, []string{"u1"}, column(t, db, "SELECT id FROM user"))
	assert.Len(t, column(t, db, "SELECT name FROM d1_migrations"), 3)

	edited := started(map[string]string{"0000_users.sql": usersFile + " -- edited", "0002_more.sql": "CREATE TABLE more (a)"})
	_, err = engine(t, db, edited, migrate.Options{}).Apply(t.Context())
	assert.ErrorContains(t, err, "0000_users.sql is edited")
}

func TestAdoptsNoOtherSchema(t *testing.T) {
	cases := map[string]struct{ schema, want string }{
		"a column more":     {strings.Replace(otherwise, "image TEXT", "image TEXT, age integer", 1), "+ column user.age (integer)"},
		"a column less":     {strings.Replace(otherwise, ", image TEXT", "", 1), "- column user.image (text)"},
		"another type":      {strings.Replace(otherwise, "image TEXT", "image blob", 1), "~ column user.image (text → blob)"},
		"a default":         {strings.Replace(otherwise, "image TEXT", "image TEXT DEFAULT 'x'", 1), "~ column user.image (text → text default 'x')"},
		"nothing unique":    {strings.Replace(otherwise, " UNIQUE", "", 1), "- unique index of user (on user(email))"},
		"no cascade":        {strings.Replace(otherwise, "ON DELETE cascade", "", 1), "+ foreign key of Session ((user_id) → user(id) on update no action on delete no action)"},
		"a check":           {strings.Replace(otherwise, "image TEXT", "image TEXT CHECK (image <> '')", 1), "+ constraint of user (check ( image <> '' ))"},
		"an index more":     {otherwise + "; CREATE INDEX x ON ledger (id)", "+ index of ledger (on ledger(id))"},
		"a table more":      {otherwise + "; CREATE TABLE more (a)", "+ table more (1 column)"},
		"a trigger more":    {otherwise + "; CREATE VIEW v AS SELECT 1", "+ view v"},
		"a strict table":    {strings.Replace(otherwise, "REFERENCES user(id))", "REFERENCES user(id)) STRICT", 1), "+ constraint of ledger (strict)"},
		"another collation": {strings.Replace(otherwise, "image TEXT", "image TEXT COLLATE NOCASE", 1), "+ constraint of user (collate nocase)"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			db := wranglers(t, tc.schema, "0000_users.sql", "0001_children.sql")
			_, err := engine(t, db, started(nil), migrate.Options{}).Apply(t.Context())
			var refused *migrate.Refused
			require.ErrorAs(t, err, &refused)
			assert.Equal(t, migrate.KindUnproven, refused.Refusals[0].Kind)
			assert.Contains(t, refused.Refusals[0].What, tc.want)

			_, err = engine(t, wranglers(t, tc.schema), started(nil), migrate.Options{}).Baseline(t.Context(), "")
			assert.ErrorContains(t, err, tc.want)
		})
	}
}

func TestBaseline(t *testing.T) {
	rows := map[string]string{"0002_rows.sql": "INSERT INTO user VALUES ('u9', 'x', NULL)"}
	cases := map[string]struct {
		schema  string
		through string
		marked  []string
		err     string
	}{
		"all":                {otherwise, "", []string{"0000_users.sql", "0001_children.sql"}, ""},
		"the fewest":         {strings.Split(otherwise, ";")[0], "", []string{"0000_users.sql"}, ""},
		"through":            {otherwise, "0002_rows.sql", []string{"0000_users.sql", "0001_children.sql", "0002_rows.sql"}, ""},
		"through, not equal": {otherwise, "0000_users", nil, "Against 0000_users.sql it has:\n  + table ledger"},
		"through, unknown":   {otherwise, "0007_x", nil, "there is no migration 0007_x"},
		"empty":              {"", "", nil, "the database is empty"},
		"drizzle's own":      {otherwise + "; CREATE TABLE __drizzle_migrations (id)", "", []string{"0000_users.sql", "0001_children.sql"}, ""},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			db := wranglers(t, tc.schema)
			report, err := engine(t, db, started(rows), migrate.Options{}).Baseline(t.Context(), tc.through)

			if tc.err != "" {
				require.ErrorContains(t, err, tc.err)
				assert.Empty(t, column(t, db, "SELECT name FROM sqlite_master WHERE name GLOB '*_migrations'"), "no ledger was made")
				return
			}
			require.NoError(t, err)
			assert.Equal(t, tc.marked, column(t, db, "SELECT name FROM d1_migrations ORDER BY id"))
			for _, name := range tc.marked {
				assert.Equal(t, migrate.DidBaseline, outcomes(report)[name])
			}
			assert.Empty(t, column(t, db, "SELECT id FROM user"), "nothing was run")
		})
	}
}

func TestApplyPointsToBaseline(t *testing.T) {
	db := wranglers(t, otherwise)
	_, err := engine(t, db, started(nil), migrate.Options{}).Apply(t.Context())
	require.ErrorContains(t, err, "table user already exists. If the schema was made without this ledger, adopt it: addreams db baseline.")

	_, err = engine(t, db, started(nil), migrate.Options{}).Baseline(t.Context(), "")
	require.NoError(t, err)
	assert.Empty(t, apply(t, db, started(nil)).Files)
	report, err := engine(t, db, started(nil), migrate.Options{}).Baseline(t.Context(), "")
	require.NoError(t, err)
	assert.Empty(t, report.Files, "a second time")
}

func TestDrift(t *testing.T) {
	db := populated(t)
	drift, err := engine(t, db, started(nil), migrate.Options{}).Drift(t.Context())
	require.NoError(t, err)
	assert.Empty(t, drift)

	run(t, db, "CREATE VIRTUAL TABLE search USING fts5(prompt)", "CREATE TABLE search_log (id text)")
	drift, err = engine(t, db, started(nil), migrate.Options{}).Drift(t.Context())
	require.NoError(t, err)
	require.Len(t, drift, 2, "a table that is only named like a full-text table's own is seen")
	assert.Equal(t, "+ table search_log (1 column)", drift[1].String())
	run(t, db, "DROP TABLE search", "DROP TABLE search_log")

	run(t, db, "ALTER TABLE user ADD COLUMN age integer", "DROP TABLE ledger")
	drift, err = engine(t, db, started(nil), migrate.Options{}).Drift(t.Context())
	require.NoError(t, err)
	texts := []string{}
	for _, change := range drift {
		texts = append(texts, change.String())
	}
	assert.Equal(t, []string{"- table ledger (2 columns)", "+ column user.age (integer)"}, texts)
}
