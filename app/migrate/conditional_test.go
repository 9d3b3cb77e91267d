package migrate_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate"
)

// idleCase is a file of a statement that does nothing, or would.
type idleCase struct {
	there   []string // in the target, and made by no file
	sql     string
	want    string // in the refusal, or a line of the plan if refused is false
	refused bool
}

// A statement that does nothing because something else exists is refused with what exists, and nothing is recorded. One that
// does nothing because the same exists, or there is nothing to drop, is listed and accepted.
var idle = map[string]idleCase{
	"another table": {
		[]string{"CREATE TABLE log (a, b)"}, "CREATE TABLE IF NOT EXISTS log (a, c)",
		"0002_x.sql line 1 is without effect: CREATE TABLE IF NOT EXISTS log does nothing over the log that the database has; " +
			"that one differs by - column log.c, + column log.b", true,
	},
	"the same table": {
		[]string{"CREATE TABLE LOG (`a`, b)"}, "CREATE TABLE IF NOT EXISTS log (a, b)",
		"0002_x.sql  additive  + nothing (table log exists already)", false,
	},
	"a table of the files": {nil, "CREATE TABLE IF NOT EXISTS user (id text PRIMARY KEY)", "+ column user.email (text not null)", true},
	"another type":         {[]string{"CREATE TABLE log (a text)"}, "CREATE TABLE IF NOT EXISTS log (a integer)", "~ column log.a (integer → text)", true},
	"another order":        {[]string{"CREATE TABLE log (a, b)"}, "CREATE TABLE IF NOT EXISTS log (b, a)", "that one differs by ~ columns of log (in another order: b, a → a, b)", true},
	"another constraint":   {[]string{"CREATE TABLE log (a CHECK (a > 0))"}, "CREATE TABLE IF NOT EXISTS log (a CHECK (a > 1))", "+ constraint of log (check ( a > 0 ))", true},
	"nothing unique":       {[]string{"CREATE TABLE log (a)"}, "CREATE TABLE IF NOT EXISTS log (a UNIQUE)", "- unique index of log", true},
	"unique, of an index":  {[]string{"CREATE TABLE log (a)", "CREATE UNIQUE INDEX i ON log (a)"}, "CREATE TABLE IF NOT EXISTS log (a UNIQUE)", "+ nothing", false},
	"an index beside it":   {[]string{"CREATE TABLE log (a)", "CREATE UNIQUE INDEX i ON log (a)"}, "CREATE TABLE IF NOT EXISTS log (a)", "+ nothing", false},
	"more that is unique":  {[]string{"CREATE TABLE log (a UNIQUE)"}, "CREATE TABLE IF NOT EXISTS log (a)", "+ unique index of log", true},
	"another parent":       {[]string{"CREATE TABLE log (a REFERENCES user (id))"}, "CREATE TABLE IF NOT EXISTS log (a REFERENCES session (id))", "foreign key of log", true},
	"not strict":           {[]string{"CREATE TABLE log (a text)"}, "CREATE TABLE IF NOT EXISTS log (a text) STRICT", "- constraint of log (strict)", true},
	"a made table":         {[]string{"CREATE TABLE log (a)"}, "CREATE TABLE IF NOT EXISTS log AS SELECT * FROM user", "can't be compared", true},
	"full text":            {[]string{"CREATE VIRTUAL TABLE log USING fts5(a)"}, "CREATE VIRTUAL TABLE IF NOT EXISTS log USING fts5(a, b)", "- column log.b", true},
	"then altered": {
		[]string{"CREATE TABLE log (a)"}, "CREATE TABLE IF NOT EXISTS log (a); ALTER TABLE log ADD COLUMN b",
		"0002_x.sql  additive  + column log.b, + nothing (table log exists already)", false,
	},
	"dropped before": {
		[]string{"CREATE TABLE log (a)"}, "DROP TABLE log; CREATE TABLE IF NOT EXISTS log (b)", "~ table log (rebuilt)", false,
	},
	"not there":           {nil, "CREATE TABLE IF NOT EXISTS log (a)", "0002_x.sql  additive  + table log (1 column)", false},
	"a value with quotes": {[]string{"CREATE TABLE log (a DEFAULT x'00')"}, "CREATE TABLE IF NOT EXISTS log (a DEFAULT x'00')", "+ nothing", false},
	"another index": {
		[]string{"CREATE INDEX i ON session (id)"}, "CREATE INDEX IF NOT EXISTS i ON session (user_id)", `that one is the index "on session ( id )"`, true,
	},
	"an index of another table": {[]string{"CREATE INDEX i ON session (id)"}, "CREATE INDEX IF NOT EXISTS i ON ledger (id)", `that one is the index "on session ( id )"`, true},
	"an index, not unique":      {[]string{"CREATE INDEX i ON session (user_id)"}, "CREATE UNIQUE INDEX IF NOT EXISTS i ON session (user_id)", `that one is the index "on session ( user_id )"`, true},
	"a partial index":           {[]string{"CREATE INDEX i ON session (user_id) WHERE id > 'a'"}, "CREATE INDEX IF NOT EXISTS i ON session (user_id)", `that one is the index "on session ( user_id ) where id > 'a'"`, true},
	"the same index":            {[]string{"CREATE INDEX i ON session (user_id)"}, "create index if not exists I on `session` (user_id)", "+ nothing (index I exists already)", false},
	"another view":              {[]string{"CREATE VIEW v AS SELECT 1"}, "CREATE VIEW IF NOT EXISTS v AS SELECT 2", `that one is the view "create view v as select 1"`, true},
	"the same view":             {[]string{"CREATE VIEW v AS SELECT 1"}, "CREATE VIEW IF NOT EXISTS v AS SELECT 1", "+ nothing (view v exists already)", false},
	"a view of tables":          {[]string{"CREATE VIEW v AS SELECT id FROM user"}, "CREATE VIEW IF NOT EXISTS v AS SELECT id FROM user", "+ nothing (view v exists already)", false},
	"a view for a table":        {[]string{"CREATE VIEW log AS SELECT 1 AS a"}, "CREATE TABLE IF NOT EXISTS log (a)", `that one is the view "create view log`, true},
	"another trigger": {
		[]string{"CREATE TRIGGER t AFTER INSERT ON session BEGIN SELECT 1; END"}, "CREATE TRIGGER IF NOT EXISTS t AFTER INSERT ON session BEGIN SELECT 2; END",
		`that one is the trigger "create trigger t after insert on session begin select 1 ; end"`, true,
	},
	"the same trigger": {
		[]string{"CREATE TRIGGER t AFTER INSERT ON session BEGIN SELECT 1; END"}, "CREATE TRIGGER IF NOT EXISTS t AFTER INSERT ON session BEGIN SELECT 1; END",
		"+ nothing (trigger t exists already)", false,
	},
	"nothing to drop":     {nil, "DROP TABLE IF EXISTS logs", "0002_x.sql  additive  - nothing (there is no table logs)", false},
	"no index to drop":    {nil, "DROP INDEX IF EXISTS i; DROP VIEW IF EXISTS v; DROP TRIGGER IF EXISTS t", "- nothing (there is no index i), - nothing (there is no view v), - nothing (there is no trigger t)", false},
	"dropped, of no file": {[]string{"CREATE TABLE log (a)"}, "DROP TABLE IF EXISTS log", "- table log (1 column)", false},
}

func TestStatementsThatDoNothing(t *testing.T) {
	t.Parallel()
	for name, k := range idle {
		t.Run(name, func(t *testing.T) { k.check(t, memory(t)) })
	}
}

func TestStatementsThatDoNothingOnWorkerd(t *testing.T) {
	t.Parallel()
	cloud := theCloud(t)
	for name, k := range idle {
		t.Run(name, func(t *testing.T) { k.check(t, unmarked(cloud.database(t))) })
	}
}

// check tries the case on an empty database.
func (k idleCase) check(t *testing.T, db d1.Database) {
	t.Helper()
	populate(t, db)
	run(t, db, k.there...)
	before := everything(t, db)
	made := engine(t, db, started(map[string]string{"0002_x.sql": k.sql}), migrate.Options{Allow: []string{migrate.All}})

	plan, err := made.Plan(t.Context())
	require.NoError(t, err)
	_, err = made.Apply(t.Context())

	if k.refused {
		assert.ErrorContains(t, plan.Err(), k.want)
		assert.ErrorContains(t, err, k.want)
		assert.Equal(t, before, everything(t, db), "nothing has changed")
		return
	}
	require.NoError(t, plan.Err())
	assert.Contains(t, strings.Join(plan.Lines(), "\n"), k.want)
	assert.NoError(t, err)
}

// The target has what the statement says, but the files before it make something else: a new database would not get it.
func TestDoesNothingHereAndSomethingElseAnew(t *testing.T) {
	db := memory(t)
	files := map[string]string{"0000_log.sql": "CREATE TABLE log (a)"}
	apply(t, db, folder(files))
	run(t, db, "ALTER TABLE log ADD COLUMN b")
	files["0001_log.sql"] = "CREATE TABLE IF NOT EXISTS log (a, b)"

	_, err := engine(t, db, folder(files), migrate.Options{}).Apply(t.Context())
	assert.ErrorContains(t, err, "0001_log.sql line 1 is without effect: CREATE TABLE IF NOT EXISTS log does nothing over the log "+
		"that the database has; the files make something else of an empty database, and this one differs by + column log.b")
}

// A database whose schema is written differently, and was compared, accepts such a file.
func TestAdoptedDatabaseTakesAConditionalFile(t *testing.T) {
	db := wranglers(t, otherwise, "0000_users.sql", "0001_children.sql")
	files := started(map[string]string{"0002_x.sql": "CREATE UNIQUE INDEX IF NOT EXISTS user_email_unique ON user (email);\n" +
		"CREATE TABLE IF NOT EXISTS session (id text PRIMARY KEY, user_id text NOT NULL REFERENCES user(id) ON DELETE CASCADE);"})
	apply(t, db, files)
}

// Without a rehearsal nothing can be compared, so a statement that may do nothing is left to a deployment.
func TestMayDoNothingWithoutAShadow(t *testing.T) {
	db := populated(t)
	made, err := migrate.New(db, started(map[string]string{"0002_x.sql": "CREATE TABLE IF NOT EXISTS user (id)"}), migrate.Options{})
	require.NoError(t, err)
	_, err = made.Apply(t.Context())
	assert.ErrorContains(t, err, "~ table user (something is there by that name). Apply it with a deployment")

	made, err = migrate.New(db, started(map[string]string{"0002_x.sql": "CREATE TABLE IF NOT EXISTS log (id)"}), migrate.Options{})
	require.NoError(t, err)
	_, err = made.Apply(t.Context())
	assert.NoError(t, err)
}
