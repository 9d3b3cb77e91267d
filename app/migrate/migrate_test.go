package migrate_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/d1test"
	"github.com/addreams/addreams/app/d1/sqlite"
	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/migrate/rehearse"
	"github.com/addreams/addreams/app/migrate/script"
	"github.com/addreams/addreams/migrations"
)

// The files that most tests start from: a parent, a child with a cascade and one without.
const (
	usersFile = `CREATE TABLE user (id text PRIMARY KEY NOT NULL, email text NOT NULL, image text);
--> statement-breakpoint
CREATE UNIQUE INDEX user_email_unique ON user (email);`
	childrenFile = `CREATE TABLE session (id text PRIMARY KEY, user_id text NOT NULL REFERENCES user(id) ON DELETE CASCADE);
CREATE TABLE ledger (id text PRIMARY KEY, user_id text NOT NULL REFERENCES user(id));`
)

func folder(files map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

// started returns the two files above, followed by others.
func started(more map[string]string) fstest.MapFS {
	files := map[string]string{"0000_users.sql": usersFile, "0001_children.sql": childrenFile}
	for name, text := range more {
		files[name] = text
	}
	return folder(files)
}

func memory(t *testing.T) *sqlite.Database {
	t.Helper()
	db, err := sqlite.Open(sqlite.Memory)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

func engine(t *testing.T, db d1.Database, files fstest.MapFS, options migrate.Options) *migrate.Engine {
	t.Helper()
	if options.Rehearser == nil {
		options.Rehearser = rehearse.InMemory{}
	}
	if options.Pause == 0 {
		options.Pause = time.Millisecond
	}
	made, err := migrate.New(db, files, options)
	require.NoError(t, err)
	return made
}

func apply(t *testing.T, db d1.Database, files fstest.MapFS) migrate.Report {
	t.Helper()
	report, err := engine(t, db, files, migrate.Options{}).Apply(t.Context())
	require.NoError(t, err)
	return report
}

// populated returns a database with the two files above applied, and rows in every table.
func populated(t *testing.T) *sqlite.Database {
	t.Helper()
	db := memory(t)
	populate(t, db)
	return db
}

// populate applies the first files to an empty database, and inserts rows.
func populate(t *testing.T, db d1.Database) {
	t.Helper()
	made, err := migrate.New(db, started(nil), migrate.Options{}) // without a rehearsal, to be quick
	require.NoError(t, err)
	_, err = made.Apply(t.Context())
	require.NoError(t, err)
	run(t, db, "INSERT INTO user VALUES ('u1', 'ada@example.test', 'x'), ('u2', 'bob@example.test', NULL)",
		"INSERT INTO session VALUES ('s1', 'u1'), ('s2', 'u2')", "INSERT INTO ledger VALUES ('l1', 'u1')")
}

func run(t *testing.T, db d1.Database, statements ...string) {
	t.Helper()
	for _, statement := range statements {
		_, err := d1.Query(t.Context(), db, statement)
		require.NoError(t, err, statement)
	}
}

func column(t *testing.T, db d1.Database, sql string) []string {
	t.Helper()
	values := []string{}
	for _, row := range d1test.Query(t, db, sql) {
		values = append(values, row.Text(0))
	}
	return values
}

func outcomes(report migrate.Report) map[string]migrate.Outcome {
	found := map[string]migrate.Outcome{}
	for _, done := range report.Files {
		found[done.Name] = done.Outcome
	}
	return found
}

func TestApplyAndAgain(t *testing.T) {
	db := memory(t)
	first := apply(t, db, started(nil))
	assert.Equal(t, map[string]migrate.Outcome{"0000_users.sql": migrate.DidApply, "0001_children.sql": migrate.DidApply}, outcomes(first))
	assert.Empty(t, apply(t, db, started(nil)).Files, "nothing is pending")

	third := apply(t, db, started(map[string]string{"0002_more.sql": "CREATE TABLE more (a)"}))
	assert.Equal(t, map[string]migrate.Outcome{"0002_more.sql": migrate.DidApply}, outcomes(third))
	assert.Equal(t, []string{"0000_users.sql", "0001_children.sql", "0002_more.sql"},
		column(t, db, "SELECT name FROM d1_migrations ORDER BY id"), "wrangler sees them")
}

// The statement is the first one of wrangler's `d1 migrations` commands.
func TestLedgerIsWranglers(t *testing.T) {
	ours, theirs := memory(t), memory(t)
	apply(t, ours, started(nil))
	run(t, theirs, `CREATE TABLE IF NOT EXISTS d1_migrations(
		id         INTEGER PRIMARY KEY AUTOINCREMENT,
		name       TEXT UNIQUE,
		applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
);`)

	const table = "SELECT sql FROM sqlite_master WHERE name = 'd1_migrations'"

	assert.Equal(t, column(t, theirs, table), column(t, ours, table))
}

// A ledger whose values are of another type is damaged: it is never read as a ledger with blanks.
func TestDamagedLedgerIsRefused(t *testing.T) {
	for _, column := range []string{"sha256", "how", "applied_by", "applied_at", "bookmark"} {
		db := populated(t)
		run(t, db, "UPDATE addreams_migrations SET "+column+" = x'00' WHERE name = '0000_users.sql'")

		_, err := engine(t, db, started(nil), migrate.Options{}).Plan(t.Context())

		assert.ErrorContains(t, err, "read the ledger: column "+column+": want text", column)
	}
}

func TestPlanWritesNothing(t *testing.T) {
	db := memory(t)
	run(t, db, "CREATE TABLE other (a)")

	plan, err := engine(t, db, started(nil), migrate.Options{}).Plan(t.Context())

	require.NoError(t, err)
	require.NoError(t, plan.Err())
	assert.Len(t, plan.Pending(), 2)
	assert.Equal(t, []string{"other"}, column(t, db, "SELECT name FROM sqlite_master"), "not even the ledger")
}

func TestFailingFileChangesNothing(t *testing.T) {
	db := populated(t)
	files := started(map[string]string{
		"0002_before.sql": "CREATE TABLE before (a)",
		"0003_unique.sql": "CREATE TABLE extra (a); -- safe: unique index one_image: only this test writes there\nCREATE UNIQUE INDEX one_image ON ledger (id IS NULL);",
	})
	run(t, db, "INSERT INTO ledger VALUES ('l2', 'u2')")

	// Without a rehearsal, which would have shown it.
	bare, err := migrate.New(db, files, migrate.Options{Allow: []string{migrate.All}})
	require.NoError(t, err)
	report, err := bare.Apply(t.Context())

	require.ErrorContains(t, err, "migration 0003_unique.sql: d1: UNIQUE constraint failed: index 'one_image'")
	assert.Equal(t, map[string]migrate.Outcome{"0002_before.sql": migrate.DidApply}, outcomes(report), "what came before it stays")
	assert.Empty(t, column(t, db, "SELECT name FROM sqlite_master WHERE name = 'extra'"))
	assert.Len(t, column(t, db, "SELECT name FROM d1_migrations"), 3)
	assert.Len(t, column(t, db, "SELECT name FROM addreams_migrations"), 3)

	run(t, db, "DELETE FROM ledger WHERE id = 'l2'")
	assert.Len(t, apply(t, db, files).Files, 1, "the next run recovers")
}

func TestHistoryRefusals(t *testing.T) {
	cases := map[string]struct {
		files map[string]string
		kind  migrate.Kind
		file  string
		what  string
	}{
		"edited": {
			map[string]string{"0000_users.sql": usersFile + "\n-- more", "0001_children.sql": childrenFile},
			migrate.KindEdited, "0000_users.sql", "the file now has",
		},
		"missing":  {map[string]string{"0000_users.sql": usersFile}, migrate.KindMissing, "0001_children.sql", "no such file here"},
		"all gone": {map[string]string{"0002_new.sql": "CREATE TABLE a (b)"}, migrate.KindMissing, "0000_users.sql", "no such file here"},
		"renamed": {
			map[string]string{"0000_users.sql": usersFile, "0001_kids.sql": childrenFile},
			migrate.KindRenamed, "0001_kids.sql", "as 0001_children.sql",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			db := populated(t)
			_, err := engine(t, db, folder(tc.files), migrate.Options{}).Apply(t.Context())

			var refused *migrate.Refused

			require.ErrorAs(t, err, &refused)
			assert.Equal(t, tc.kind, refused.Refusals[0].Kind)
			assert.Equal(t, tc.file, refused.Refusals[0].File)
			assert.Contains(t, refused.Refusals[0].What, tc.what)
			assert.NotEmpty(t, refused.Refusals[0].Advice)
		})
	}
}

func TestOutOfOrder(t *testing.T) {
	db := memory(t)
	apply(t, db, folder(map[string]string{"0000_users.sql": usersFile, "0002_late.sql": "CREATE TABLE late (a)"}))

	_, err := engine(t, db, folder(map[string]string{
		"0000_users.sql": usersFile, "0001_between.sql": "CREATE TABLE a (b)", "0002_late.sql": "CREATE TABLE late (a)",
	}), migrate.Options{}).Apply(t.Context())

	assert.EqualError(t, err, "0001_between.sql is out of order: it is pending, and 0002_late.sql after it has been applied. Give it a number after 0002_late.sql.")
}

func TestLineEndsAreNoEdit(t *testing.T) {
	db := memory(t)
	apply(t, db, started(nil))

	crlf := started(map[string]string{"0000_users.sql": "\uFEFF" + strings.ReplaceAll(usersFile, "\n", "\r\n")})

	assert.Empty(t, apply(t, db, crlf).Files)
}

func TestUnfitFiles(t *testing.T) {
	cases := map[string]struct{ sql, want string }{
		"transaction":   {"BEGIN; SELECT 1; COMMIT;", "0002_x.sql line 1 is invalid: BEGIN is refused by D1"},
		"pragma":        {"SELECT 1;\nPRAGMA foreign_keys=OFF", "0002_x.sql line 2 is invalid: PRAGMA foreign_keys does nothing"},
		"ledger":        {"DELETE FROM d1_migrations", "it touches d1_migrations"},
		"our ledger":    {"DROP TABLE `addreams_migrations`", "it touches addreams_migrations"},
		"syntax":        {"SELECT 1;\n\nCREATE TABL x", `0002_x.sql line 3 is failing: near "TABL": syntax error`},
		"unknown table": {"ALTER TABLE absent ADD COLUMN a", "no such table: absent"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			db := populated(t)
			_, err := engine(t, db, started(map[string]string{"0002_x.sql": tc.sql}), migrate.Options{}).Apply(t.Context())

			var refused *migrate.Refused

			require.ErrorAs(t, err, &refused)
			assert.ErrorContains(t, err, tc.want)
		})
	}
}

func TestFolders(t *testing.T) {
	cases := map[string]struct {
		files map[string]string
		want  string
	}{
		"name":     {map[string]string{"users.sql": "SELECT 1"}, "name it NNNN_what_it_does.sql"},
		"number":   {map[string]string{"0000_a.sql": "SELECT 1", "0000_b.sql": "SELECT 1"}, "have the same number"},
		"capitals": {map[string]string{"0000_Users.sql": "SELECT 1"}, "name it NNNN_what_it_does.sql"},
		"empty":    {map[string]string{"0000_users.sql": "-- later"}, "there is no statement in it"},
		"string":   {map[string]string{"0000_users.sql": "SELECT 'a"}, "line 1: a string that starts with ' has no end"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := migrate.New(memory(t), folder(tc.files), migrate.Options{})
			assert.ErrorContains(t, err, tc.want)
		})
	}
}

func TestSchemaVersion(t *testing.T) {
	version := func(files fstest.MapFS) string {
		found, err := script.SchemaVersion(files)
		require.NoError(t, err)
		return found
	}
	before := version(started(nil))

	assert.Regexp(t, `^0001_children [0-9a-f]{12}$`, before)
	assert.NotEqual(t, before, version(started(map[string]string{"0000_users.sql": usersFile + " "})))
	assert.Equal(t, "none", version(folder(nil)))
	assert.Regexp(t, `^\d{4}_\w+ [0-9a-f]{12}$`, func() string { v, _ := script.SchemaVersion(migrations.FS); return v }())
}

func TestTheWorkerLinksNoRehearsal(t *testing.T) {
	command := exec.Command("go", "list", "-deps", "../cmd/worker")
	command.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")

	output, err := command.Output()

	require.NoError(t, err)
	assert.Contains(t, string(output), "github.com/addreams/addreams/app/migrate\n")
	assert.NotContains(t, string(output), "migrate/rehearse")
	assert.NotContains(t, string(output), "sqlite")
}
