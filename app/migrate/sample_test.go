package migrate_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/d1http/d1httptest"
	"github.com/addreams/addreams/app/d1/sqlite"
	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/migrate/rehearse"
)

// numbers counts to 2,000, far more rows than the rehearsals here copy.
const numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) "

// crowded returns a database whose tables are too large to be copied. The children refer to parents in distant places.
func crowded(t *testing.T) *sqlite.Database {
	t.Helper()
	db := memory(t)
	apply(t, db, started(nil))
	run(t, db,
		numbers+"INSERT INTO user SELECT printf('u%04d', i), printf('%d@example.test', i), 'x' FROM n",
		numbers+"INSERT INTO session SELECT printf('s%04d', i), printf('u%04d', (i * 7) % 2000 + 1) FROM n",
		numbers+"INSERT INTO ledger SELECT printf('l%04d', i), printf('u%04d', (i * 13) % 2000 + 1) FROM n")
	return db
}

// watched records what a database is asked.
type watched struct {
	d1.Database
	asked []string
	rows  int
}

func (w *watched) Batch(ctx context.Context, statements ...d1.Statement) ([]d1.Result, error) {
	results, err := w.Database.Batch(ctx, statements...)
	for i, result := range results {
		w.asked = append(w.asked, statements[i].SQL)
		w.rows += len(result.Rows)
	}
	return results, err
}

// largeRebuild returns a rebuild of user and its two children by recipes C and D.
func largeRebuild(definition, copied string) string {
	return deferred + "CREATE TABLE apart (id text PRIMARY KEY, user_id text NOT NULL);\nINSERT INTO apart SELECT id, user_id FROM session;\nDROP TABLE session;\n" +
		"CREATE TABLE kept AS SELECT * FROM user;\nDROP TABLE user;\nCREATE TABLE user " + definition + ";\n" + copied + ";\nDROP TABLE kept;\n" +
		"CREATE UNIQUE INDEX user_email_unique ON user (email);\n" +
		"CREATE TABLE session (id text PRIMARY KEY, user_id text NOT NULL REFERENCES user(id) ON DELETE CASCADE);\n" +
		"INSERT INTO session SELECT id, user_id FROM apart;\nDROP TABLE apart;"
}

// If a table has too many rows to be copied, the target is asked about the values that a file depends on.
func TestQuestionsToTheTarget(t *testing.T) {
	cases := map[string]struct{ change, file, refused string }{
		"duplicates": {
			"UPDATE user SET image = 'same' WHERE id BETWEEN 'u1000' AND 'u1002'; UPDATE user SET image = id WHERE image = 'x'",
			"CREATE UNIQUE INDEX once ON user (image)", "1 value of user in several rows, and the unique index once takes each once, as with id = 'u1000'",
		},
		"NULLs": {
			"UPDATE user SET image = NULL WHERE id BETWEEN 'u1000' AND 'u1002'",
			largeRebuild("(id text PRIMARY KEY NOT NULL, email text NOT NULL, image text NOT NULL)", "INSERT INTO user SELECT * FROM kept"),
			"3 rows of user without image, which becomes NOT NULL, as with id = 'u1000'",
		},
		"a CHECK": {
			"UPDATE user SET image = '' WHERE id = 'u1000'",
			largeRebuild("(id text PRIMARY KEY NOT NULL, email text NOT NULL, image text CHECK (image <> ''))", "INSERT INTO user SELECT * FROM kept"),
			"1 row of user against its new CHECK ( image <> '' ), as with id = 'u1000'",
		},
		"orphans": {
			"CREATE TABLE note (id text PRIMARY KEY, by text); " + numbers + "INSERT INTO note SELECT printf('n%04d', i), iif(i = 1000, 'gone', 'u0001') FROM n",
			"CREATE TABLE m (id text PRIMARY KEY, by text REFERENCES user(id)); INSERT INTO m SELECT * FROM note; DROP TABLE note; ALTER TABLE m RENAME TO note;",
			"1 row of note without a row of user to refer to, as with id = 'n1000'",
		},
		"under a new name": {
			"UPDATE user SET image = NULL WHERE id = 'u1000'",
			"ALTER TABLE user RENAME COLUMN image TO picture;\n" + largeRebuild("(id text PRIMARY KEY NOT NULL, email text NOT NULL, picture text NOT NULL)", "INSERT INTO user SELECT * FROM kept"),
			"1 row of user without picture, which becomes NOT NULL, as with id = 'u1000'",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			db := crowded(t)
			run(t, db, strings.Split(tc.change, "; ")...)
			server := d1httptest.Serve(t, db)
			options := migrate.Options{Allow: []string{migrate.All}, Rehearser: rehearse.InMemory{Sample: 250}}
			found, err := engine(t, server.Open(t), started(map[string]string{"0002_x.sql": tc.file}), options).Plan(t.Context())

			require.NoError(t, err)
			require.ErrorContains(t, found.Err(), tc.refused)
			for _, body := range server.Bodies() {
				assert.NotRegexp(t, `(?i)\b(create|insert|update|delete|drop|alter|replace)\b`, body, "a token that only reads may ask it")
			}
		})
	}
}

func TestLargeParentIsRebuilt(t *testing.T) {
	db := crowded(t)
	file := largeRebuild("(id text PRIMARY KEY NOT NULL, email text NOT NULL, image text, age integer)", "INSERT INTO user (id, email, image) SELECT id, email, image FROM kept")
	want := everything(t, db)

	seen := &watched{Database: db}
	found, err := engine(t, seen, started(map[string]string{"0002_x.sql": file}), migrate.Options{Rehearser: rehearse.InMemory{Sample: 250}}).Plan(t.Context())
	require.NoError(t, err)
	require.NoError(t, found.Err())
	const rest = "; what the others hold is checked when it is applied, and nothing changes if it does not fit"
	assert.Equal(t, []string{
		"0002_x.sql  rebuild  ~ table session (rebuilt), ~ table user (rebuilt), + column user.age (integer)",
		"    rehearsed on 501 of 2000 rows of session" + rest, "    rehearsed on 1203 of 2000 rows of user" + rest,
	}, found.Lines())
	assert.Less(t, seen.rows, 4000, "not all rows were read")

	apply(t, db, started(map[string]string{"0002_x.sql": file}))
	assert.Len(t, column(t, db, "SELECT id FROM session"), 2000)
	for _, row := range everything(t, db) {
		if strings.HasPrefix(row, "session ") || strings.HasPrefix(row, "ledger ") {
			assert.Contains(t, want, row)
		}
	}
}

// triggered returns statements that run another one through a trigger.
func triggered(statement string) string {
	return "CREATE TABLE nudge (a); CREATE TRIGGER t AFTER INSERT ON nudge BEGIN " + statement + "; END; INSERT INTO nudge VALUES (1); DROP TABLE nudge; "
}

// The target is asked about what no copied row shows, and the batch's guards see what no question shows.
func TestGuardsSeeWhatTheRehearsalDoesNot(t *testing.T) {
	const copied = "INSERT INTO m SELECT id, email, image FROM note"
	cases := map[string]struct{ copied, want string }{
		"a value": {"INSERT INTO m SELECT id, email, iif(id = 'u1000', 'y', image) FROM note", "~ values of note.image (1 row by"},
		"two values swapped": {
			"INSERT INTO m SELECT id, CASE id WHEN 'u1000' THEN '1001@example.test' WHEN 'u1001' THEN '1000@example.test' ELSE email END, image FROM note", "~ values of note.email (2 rows by",
		},
		"its case":              {"INSERT INTO m SELECT id, iif(id = 'u1000', upper(email), email), image FROM note", "~ values of note.email (1 row by"},
		"its type":              {"INSERT INTO m SELECT id, iif(id = 'u1000', CAST(email AS BLOB), email), image FROM note", "~ values of note.email (1 row by"},
		"a value, by a trigger": {triggered("UPDATE note SET image = 'y' WHERE id = 'u1000'") + copied, "values of the table note would have changed"},
		"two values swapped, by a trigger": {
			triggered("UPDATE note SET email = iif(id = 'u1000', '1001@example.test', '1000@example.test') WHERE id IN ('u1000', 'u1001')") + copied,
			"values of the table note would have changed",
		},
		"its case, by a trigger": {triggered("UPDATE note SET email = upper(email) WHERE id = 'u1000'") + copied, "values of the table note would have changed"},
		"its type, by a trigger": {triggered("UPDATE note SET email = CAST(email AS BLOB) WHERE id = 'u1000'") + copied, "values of the table note would have changed"},
		"a row, by a trigger":    {triggered("DELETE FROM note WHERE id = 'u1000'") + copied, "the table note would have lost rows"},
		"a value, later":         {copied + "; UPDATE m SET image = 'y' WHERE id = 'u1000'", "~ values of note.image (changed after they were copied"},
		"a value, later, by a trigger": {
			"CREATE TRIGGER t AFTER INSERT ON m BEGIN UPDATE m SET image = 'y' WHERE id = 'u1000'; END; " + copied, "~ values of note.image (changed after they were copied",
		},
		"a row, later":            {copied + "; DELETE FROM m WHERE id = 'u1000'", "the table note may lose rows"},
		"a value, by WITH":        {"WITH c AS (SELECT id, email, iif(id = 'u1000', 'y', image) AS image FROM note) INSERT INTO m SELECT * FROM c", "~ values of note.image (1 row by"},
		"a value, by WITH inside": {"INSERT INTO m WITH c AS (SELECT id, email, iif(id = 'u1000', 'y', image) AS image FROM note) SELECT * FROM c", "~ values of note.image (1 row by"},
		"a value, by a subquery":  {"INSERT INTO m SELECT * FROM (SELECT id, email, iif(id = 'u1000', 'y', image) AS image FROM note)", "~ values of note.image (1 row by"},
		"a row, by WITH":          {"WITH c AS (SELECT * FROM note WHERE id <> 'u1000') INSERT INTO m SELECT * FROM c", "the table note would have lost rows"},
		"no change, by WITH":      {"WITH c AS (SELECT * FROM note) INSERT INTO m SELECT * FROM c", ""},
		"columns through a third": {"CREATE TABLE k (a, b); INSERT INTO k SELECT id, image FROM note; INSERT INTO m SELECT k.a, note.email, k.b FROM k JOIN note ON note.id = k.a; DROP TABLE k", "~ values of note.id (copied from"},
		"a row":                   {"INSERT INTO m SELECT id, email, image FROM note WHERE id <> 'u1000'", "the table note would have lost rows"},
		"no change":               {"INSERT INTO m SELECT id, email, image FROM note", ""},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			db := crowded(t)
			run(t, db, "CREATE TABLE note (id text PRIMARY KEY, email text COLLATE NOCASE, image)", "INSERT INTO note SELECT id, email, image FROM user")
			before := everything(t, db)
			files := started(map[string]string{"0002_x.sql": "CREATE TABLE m (id text PRIMARY KEY, email text COLLATE NOCASE, image);\n" + tc.copied + ";\nDROP TABLE note;\nALTER TABLE m RENAME TO note;"})

			_, err := engine(t, db, files, migrate.Options{Rehearser: rehearse.InMemory{Sample: 250}}).Apply(t.Context())

			if tc.want == "" {
				require.NoError(t, err)
				assert.Len(t, column(t, db, "SELECT id FROM note"), 2000)
				return
			}
			require.ErrorContains(t, err, tc.want)
			assert.Equal(t, before, everything(t, db), "nothing has changed")
		})
	}
}

// Rows are personal data: tables that no file can touch are not read.
func TestOnlyRowsInReachAreRead(t *testing.T) {
	cases := map[string]struct {
		sql  string
		read []string
	}{
		"a new table":      {"CREATE TABLE asset (id text)", nil},
		"an index":         {"CREATE INDEX i ON note (a)", []string{"note"}},
		"one with parents": {"ALTER TABLE session ADD COLUMN a", []string{"ledger", "session", "user"}},
		"through a view":   {"CREATE TRIGGER t INSTEAD OF INSERT ON seen BEGIN SELECT 1; END", []string{"note"}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			db := populated(t)
			run(t, db, "CREATE TABLE note (a)", "INSERT INTO note VALUES (1)", "CREATE VIEW seen AS SELECT a FROM note")
			seen := &watched{Database: db}
			found, err := engine(t, seen, started(map[string]string{"0002_x.sql": tc.sql}), migrate.Options{}).Plan(t.Context())
			require.NoError(t, err)
			require.NoError(t, found.Err())

			var read []string
			for _, table := range []string{"ledger", "note", "session", "user"} {
				for _, query := range seen.asked {
					if strings.Contains(query, `FROM "`+table+`" LIMIT`) {
						read = append(read, table)
					}
				}
			}
			assert.Equal(t, tc.read, read)
		})
	}
}
