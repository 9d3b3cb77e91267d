package migrate_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/migrate/rehearse"
)

// remade returns a rebuild of user to a definition of its columns.
func remade(definition, copied string) string {
	return "CREATE TABLE n (" + definition + ");\n" + copied + ";\nDROP TABLE user;\nALTER TABLE n RENAME TO user;"
}

const userColumns = "id text PRIMARY KEY NOT NULL, email text NOT NULL, image text"

// noImage leaves one row in the middle without an image.
const noImage = "UPDATE user SET image = NULL WHERE id = 'u1000'"

// What a row in the middle of a table of 2,000 decides, which is copied as a whole.
var whole = map[string]kind{
	"a copy with WHERE":  {base: []string{userTable}, rows: []string{crowd, noImage}, allow: true, file: remade(userColumns, "INSERT INTO n SELECT * FROM user WHERE image IS NOT NULL"), refused: "would have lost rows: 1 of 2000 rows, as the one with id = 'u1000'"},
	"a copy with LIMIT":  {base: []string{userTable}, rows: []string{crowd}, allow: true, file: remade(userColumns, "INSERT INTO n SELECT * FROM user LIMIT 1000"), refused: "would have lost rows: 1000 of 2000 rows"},
	"a copy with trim()": {base: []string{userTable}, rows: []string{crowd, "UPDATE user SET email = ' a' WHERE id = 'u1000'"}, file: remade(userColumns, "INSERT INTO n SELECT id, trim(email), image FROM user"), refused: "~ values of user.email (1 of 2000 rows, as with id = 'u1000')"},
	"a child in the middle": {
		base: []string{userTable, "CREATE TABLE note (id text PRIMARY KEY, by text REFERENCES user(id) ON DELETE SET NULL)", "CREATE INDEX note_by ON note (by)"}, allow: true, file: naive,
		rows: []string{crowd, numbers + "INSERT INTO note SELECT printf('n%04d', i), iif(i = 1000, 'u0001', NULL) FROM n"}, refused: "would run ON DELETE SET NULL on the rows of note",
	},
	"an UPDATE that fails on a row": {base: []string{userTable}, rows: []string{crowd, "UPDATE user SET image = '{}'", "UPDATE user SET image = '{' WHERE id = 'u1000'"}, allow: true, file: "UPDATE user SET image = json_extract(image, '$.a')", refused: "malformed JSON"},
	"an index that fails on a row":  {base: []string{userTable}, rows: []string{crowd, "UPDATE user SET image = '{}'", "UPDATE user SET image = '{' WHERE id = 'u1000'"}, allow: true, file: "CREATE INDEX i ON user (json_extract(image, '$.a'))", refused: "malformed JSON"},
	"STRICT over a text": {
		base: []string{"CREATE TABLE user (id text PRIMARY KEY NOT NULL, email integer, image text)"}, rows: []string{crowd, "UPDATE user SET email = id", "UPDATE user SET email = 1 WHERE id <> 'u1000'"}, allow: true,
		file: "CREATE TABLE n (id text PRIMARY KEY NOT NULL, email integer, image text) STRICT;\nINSERT INTO n SELECT * FROM user;\nDROP TABLE user;\nALTER TABLE n RENAME TO user;", refused: "cannot store TEXT value in INTEGER column",
	},
	"a text key made INTEGER": {
		base: []string{userTable}, rows: []string{crowd, "UPDATE user SET id = substr(id, 2) WHERE id <> 'u1000'"}, allow: true,
		file: remade("id integer PRIMARY KEY, email text NOT NULL, image text", "INSERT INTO n SELECT * FROM user"), refused: "datatype mismatch",
	},
	"generated NOT NULL": {base: []string{userTable}, rows: []string{crowd, noImage}, allow: true, file: "ALTER TABLE user ADD COLUMN shown text AS (image) NOT NULL", refused: "NOT NULL constraint failed"},
	"ON CONFLICT REPLACE": {
		base: []string{"CREATE TABLE user (id text PRIMARY KEY NOT NULL, email text UNIQUE ON CONFLICT REPLACE, image text)"}, rows: []string{crowd},
		file: "INSERT INTO user VALUES ('new', '1000@example.test', 'x'), ('other', '0@example.test', 'x')", refused: "values of user.id",
	},
	"a key that is taken": {base: []string{userTable}, rows: []string{crowd}, file: "INSERT INTO user VALUES ('u1000', 'x', 'x')", refused: "UNIQUE constraint failed: user.id"},
	"NULLs that the copy fills": {
		base: []string{userTable}, rows: []string{crowd, noImage}, allow: true,
		file:  remade("id text PRIMARY KEY NOT NULL, email text NOT NULL, image text NOT NULL", "INSERT INTO n SELECT id, email, coalesce(image, '') FROM user"),
		after: map[string][]string{"SELECT count(*) || '' FROM user WHERE image = ''": {"1"}},
	},
	"NULLs that an UPDATE fills": {
		base: []string{userTable}, rows: []string{crowd, noImage}, allow: true,
		file:  "UPDATE user SET image = '' WHERE image IS NULL;\n" + remade("id text PRIMARY KEY NOT NULL, email text NOT NULL, image text NOT NULL", "INSERT INTO n SELECT * FROM user"),
		after: map[string][]string{"SELECT count(*) || '' FROM user WHERE image = ''": {"1"}},
	},
	"duplicates that a DELETE takes away": {
		base: []string{userTable}, rows: []string{crowd, "UPDATE user SET email = '999@example.test' WHERE id = 'u1000'"}, allow: true,
		file:  "DELETE FROM user WHERE id NOT IN (SELECT min(id) FROM user GROUP BY email);\nCREATE UNIQUE INDEX once ON user (email);",
		after: map[string][]string{"SELECT count(*) || '' FROM user": {"1999"}},
	},
	"rows in the order of two names": {
		base: []string{"CREATE TABLE pair (a text COLLATE NOCASE, b integer, c text, PRIMARY KEY (a, b)) WITHOUT ROWID"},
		rows: []string{numbers + "INSERT INTO pair SELECT iif(i % 2, 'A', 'b'), i, iif(i = 1000, '{', '{}') FROM n"}, file: "CREATE INDEX i ON pair (json_extract(c, '$.a'))", refused: "malformed JSON",
	},
}

// Two pending files, of which the second trips over a row that the first has given a default.
func TestWholeTableThroughTwoFiles(t *testing.T) {
	db := memory(t)
	apply(t, db, started(nil))
	run(t, db, crowd)
	files := started(map[string]string{
		"0002_x.sql": "ALTER TABLE user ADD COLUMN handle text DEFAULT 'a';", "0003_y.sql": "CREATE UNIQUE INDEX once ON user (handle, substr(id, 1, 4));",
	})

	found, err := engine(t, db, files, migrate.Options{Allow: []string{migrate.All}}).Plan(t.Context())

	require.NoError(t, err)
	assert.ErrorContains(t, found.Err(), "UNIQUE constraint failed")
}

// A table with more rows, or larger ones, than fit is copied in part.
func TestLargestTablesAreCopiedInPart(t *testing.T) {
	cases := map[string]struct {
		rows   string
		most   int
		copied int
	}{
		"all":            {"i", 2000, 2000},
		"too many":       {"i", 1999, 501},
		"too many bytes": {"i || printf('%.*c', 9000, 'x')", 2000, 1500},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			db := memory(t)
			run(t, db, "CREATE TABLE note (a)", numbers+"INSERT INTO note SELECT "+tc.rows+" FROM n")
			seen := &watched{Database: db}
			_, err := engine(t, seen, folder(map[string]string{"0001_x.sql": "CREATE INDEX i ON note (a)"}), migrate.Options{Rehearser: rehearse.InMemory{Sample: 250, Whole: tc.most}}).Plan(t.Context())

			require.NoError(t, err)
			if tc.copied == 2000 {
				assert.Greater(t, seen.rows, 2000)
			} else {
				assert.Less(t, seen.rows, tc.copied+300, fmt.Sprint(seen.rows))
			}
		})
	}
}

// What a row decides that was not copied, of a table that is too large for it, but whose key a row of the file takes.
var meets = map[string]kind{
	"an INSERT": {base: []string{userTable}, rows: []string{crowd}, sample: 250, file: "INSERT INTO user SELECT 'u' || 1000, 'x', 'x'", refused: "UNIQUE constraint failed: user.id"},
	"an INSERT into a rebuilt table": {
		base: []string{userTable}, rows: []string{crowd}, sample: 250, refused: "UNIQUE constraint failed: n.id",
		file: remade(userColumns, "INSERT INTO n VALUES ('u1000', 'x', 'x');\nINSERT INTO n SELECT * FROM user"),
	},
	"an INSERT that leaves what is there": {
		base: []string{userTable}, rows: []string{crowd}, sample: 250, file: "INSERT OR IGNORE INTO user VALUES ('u1000', 'x', 'x')",
		plan: []string{"additive  + rows of user"}, after: map[string][]string{"SELECT email FROM user WHERE id = 'u1000'": {"1000@example.test"}},
	},
	"ON CONFLICT REPLACE": {
		base: []string{"CREATE TABLE user (id text PRIMARY KEY NOT NULL, email text UNIQUE ON CONFLICT REPLACE, image text)"}, rows: []string{crowd}, sample: 250,
		file: "INSERT INTO user VALUES ('new', '1000@example.test', 'x')", refused: "values of user.id",
	},
	"an index of an expression": {
		base: []string{userTable, "CREATE UNIQUE INDEX once ON user (lower(email))"}, rows: []string{crowd}, sample: 250,
		file: "INSERT INTO user VALUES ('new', '1000@EXAMPLE.test', 'x')", refused: "UNIQUE constraint failed: index 'once'",
	},
	"an UPDATE of the key": {
		base: []string{userTable}, rows: []string{crowd}, sample: 250, allow: true,
		file: "UPDATE user SET id = 'u1000' WHERE id = 'u0001'", refused: "UNIQUE constraint failed: user.id",
	},
	"a trigger": {
		base: []string{userTable, "CREATE TABLE note (a)"}, rows: []string{crowd}, sample: 250, file: "CREATE TRIGGER t AFTER INSERT ON note BEGIN INSERT INTO user VALUES (new.a, 'x', 'x'); END;\nINSERT INTO note VALUES ('u1000');\nDROP TRIGGER t;",
		refused: "UNIQUE constraint failed: user.id",
	},
}

// What the target is asked about a copy, of a table that is too large to be copied to the rehearsal.
var copies = map[string]kind{
	"an expression that changes a value": {
		base: []string{userTable}, rows: []string{crowd, "UPDATE user SET email = ' a' WHERE id = 'u1000'"}, sample: 250,
		file: remade(userColumns, "INSERT INTO n SELECT id, trim(email), image FROM user"), refused: "~ values of user.email (1 row by its new type or by what is copied to it, as with id = 'u1000')",
	},
	"one that changes none": {
		base: []string{userTable}, rows: []string{crowd}, sample: 250, file: remade(userColumns, "INSERT INTO n (id, email, image) SELECT id, trim(email), image FROM user"),
		plan: []string{"rebuild  ~ table user (rebuilt)"}, after: map[string][]string{"SELECT count(*) || '' FROM user": {"2000"}},
	},
	"one that was allowed": {
		base: []string{userTable}, rows: []string{crowd, "UPDATE user SET email = ' a' WHERE id = 'u1000'"}, sample: 250, allow: true,
		file: remade(userColumns, "INSERT INTO n (id, email, image) SELECT id, trim(email), image FROM user"), after: map[string][]string{"SELECT email FROM user WHERE id = 'u1000'": {"a"}},
	},
	"one behind another copy": {
		base: []string{userTable}, rows: []string{crowd, "UPDATE user SET email = ' a' WHERE id = 'u1000'"}, sample: 250,
		file:    "CREATE TABLE kept AS SELECT * FROM user;\n" + remade(userColumns, "INSERT INTO n SELECT id, trim(email), image FROM kept") + "\nDROP TABLE kept;",
		refused: "~ values of user.email (copied from an expression or another column",
	},
	"rows that a WHERE leaves out": {
		base: []string{userTable}, rows: []string{crowd, noImage}, sample: 250, allow: true, file: remade(userColumns, "INSERT INTO n SELECT * FROM user WHERE image IS NOT NULL"),
		refused: "line 2 is losing: the table user would have lost rows: 1 of 2000 are not copied",
	},
	"rows that a WHERE does not leave out": {
		base: []string{userTable}, rows: []string{crowd}, sample: 250, file: remade(userColumns, "INSERT INTO n SELECT * FROM user WHERE image IS NOT NULL"), plan: []string{"rebuild  ~ table user (rebuilt)"},
	},
	"rows that a LIMIT leaves out": {
		base: []string{userTable}, rows: []string{crowd}, sample: 250, allow: true, file: remade(userColumns, "INSERT INTO n SELECT * FROM user LIMIT 1000"), refused: "would have lost rows: 1000 of 2000 are not copied",
	},
	"NULLs that the copy fills": {
		base: []string{userTable}, rows: []string{crowd, noImage}, sample: 250, allow: true,
		file:  remade("id text PRIMARY KEY NOT NULL, email text NOT NULL, image text NOT NULL", "INSERT INTO n SELECT id, email, coalesce(image, '') FROM user"),
		after: map[string][]string{"SELECT count(*) || '' FROM user WHERE image = ''": {"1"}},
	},
	"NULLs that an UPDATE fills": {
		base: []string{userTable}, rows: []string{crowd, noImage}, sample: 250, allow: true,
		file:  "UPDATE user SET image = '' WHERE image IS NULL;\n" + remade("id text PRIMARY KEY NOT NULL, email text NOT NULL, image text NOT NULL", "INSERT INTO n SELECT * FROM user"),
		after: map[string][]string{"SELECT count(*) || '' FROM user WHERE image = ''": {"1"}},
	},
	"duplicates that a DELETE takes away": {
		base: []string{userTable}, rows: []string{crowd, "UPDATE user SET email = '999@example.test' WHERE id = 'u1000'"}, sample: 250, allow: true,
		file:  "DELETE FROM user WHERE id NOT IN (SELECT min(id) FROM user GROUP BY email);\nCREATE UNIQUE INDEX once ON user (email);",
		after: map[string][]string{"SELECT count(*) || '' FROM user": {"1999"}},
	},
}
