package migrate_test

const (
	keyless = numbers + "INSERT INTO pair SELECT printf('p%04d', iif(i = 1001, 1000, i)), 'x', 'y' FROM n" // one row twice
	profile = "CREATE TABLE profile (id text PRIMARY KEY, image text NOT NULL)"
	spread  = numbers + "INSERT INTO t SELECT iif(i = 1000, 1999, i * 2), 'x' FROM n" // even numbers but one
	noCase  = "CREATE TABLE user (id text PRIMARY KEY NOT NULL COLLATE NOCASE, email text NOT NULL, image text)"
)

// gaps are cases that only rows in the middle of a table show, which the copy in memory lacks.
var gaps = map[string]kind{
	"a copy with DISTINCT": {
		base: []string{"CREATE TABLE pair (id text, a text, b text)"}, rows: []string{keyless}, sample: 250, allow: true,
		file:    pairRebuild("id text, a text, b text", "INSERT INTO n SELECT DISTINCT * FROM pair"),
		refused: "line 2 is losing: the table pair would have lost rows: 1 of 2000 are not copied",
	},
	"a copy with DISTINCT of different rows": {
		base: []string{"CREATE TABLE pair (id text, a text, b text)"}, rows: []string{numbers + "INSERT INTO pair SELECT i, 'x', 'y' FROM n"}, sample: 250,
		file: pairRebuild("id text, a text, b text", "INSERT INTO n SELECT DISTINCT * FROM pair"), plan: []string{"rebuild  ~ table pair (rebuilt)"},
	},
	"a second copy with WHERE": {
		base: []string{userTable}, rows: []string{crowd, noImage}, sample: 250, allow: true, refused: "line 3 is losing: the table user may lose rows",
		file: "CREATE TABLE kept AS SELECT * FROM user;\n" + remade(userColumns, "INSERT INTO n SELECT * FROM kept WHERE image IS NOT NULL") + "\nDROP TABLE kept;",
	},
	"a second copy in an order": {
		base: []string{userTable}, rows: []string{crowd, noImage}, sample: 250, plan: []string{"rebuild  ~ table user (rebuilt)"},
		file: "CREATE TABLE kept AS SELECT * FROM user;\n" + remade(userColumns, "INSERT INTO n SELECT * FROM kept ORDER BY id") + "\nDROP TABLE kept;",
	},
	"two copies of all rows": {
		base: []string{userTable}, rows: []string{crowd, noImage}, sample: 250, plan: []string{"rebuild  ~ table user (rebuilt)"},
		file: remade(userColumns, "INSERT INTO n SELECT * FROM user WHERE image IS NULL;\nINSERT INTO n SELECT * FROM user WHERE image IS NOT NULL"),
	},
	"two copies that leave a row out": {
		base: []string{userTable}, rows: []string{crowd, noImage}, sample: 250, allow: true, refused: "the table user would have lost rows: 1 of 2000 are not copied",
		file: remade(userColumns, "INSERT INTO n SELECT * FROM user WHERE image = 'x' AND id < 'u1500';\nINSERT INTO n SELECT * FROM user WHERE image = 'x' AND id >= 'u1500'"),
	},
	"a key that ignores case": {
		base: []string{userTable}, rows: []string{crowd, "UPDATE user SET id = 'U0999' WHERE id = 'u1000'"}, sample: 250, allow: true,
		file: remade("id text PRIMARY KEY NOT NULL COLLATE NOCASE, email text NOT NULL, image text", "INSERT INTO n SELECT * FROM user"), refused: "1 value of user in several rows, and the primary key takes each once, as with id = 'U0999'",
	},
	"a key that ignores case, by OR REPLACE": {
		base: []string{userTable}, rows: []string{crowd, "UPDATE user SET id = 'U0999' WHERE id = 'u1000'"}, sample: 250, allow: true,
		file: remade("id text PRIMARY KEY NOT NULL COLLATE NOCASE, email text NOT NULL, image text", "INSERT OR REPLACE INTO n SELECT * FROM user"), refused: "1 value of user in several rows",
	},
	"a UNIQUE that ignores case": {
		base: []string{userTable}, rows: []string{crowd, "UPDATE user SET email = 'A' WHERE id = 'u1000'", "UPDATE user SET email = 'a' WHERE id = 'u1100'"}, sample: 250, allow: true,
		file: remade("id text PRIMARY KEY NOT NULL, email text NOT NULL COLLATE NOCASE, image text", "INSERT INTO n SELECT * FROM user") + "\nCREATE UNIQUE INDEX once ON user (email);", refused: "1 value of user in several rows, and the unique index once",
	},
	"a row by a key that ignores case": {
		base: []string{noCase}, rows: []string{crowd}, sample: 250, file: "INSERT OR REPLACE INTO user VALUES ('U1000', 'x', 'y')", allow: true,
		plan: []string{"- rows of user"}, after: map[string][]string{"SELECT email FROM user WHERE id = 'u1000'": {"x"}},
	},
	"a key in other letters": {
		base: []string{userTable}, rows: []string{crowd, "UPDATE user SET id = 'U1000' WHERE id = 'u1000'"}, sample: 250,
		file: remade(userColumns, "INSERT INTO n SELECT lower(id), email, image FROM user"), refused: "it is irreversible, with ~ values of user.id (1 row",
	},
	"a key in other letters, twice": {
		base: []string{userTable}, rows: []string{crowd, "UPDATE user SET id = 'U0999' WHERE id = 'u1000'"}, sample: 250, allow: true,
		file: remade(userColumns, "INSERT INTO n SELECT lower(id), email, image FROM user"), refused: "line 2 is failing: 1 value that the copy gives n several times, and the primary key takes each once",
	},
	"a key in other letters, by OR IGNORE": {
		base: []string{userTable}, rows: []string{crowd, "UPDATE user SET id = 'U0999' WHERE id = 'u1000'"}, sample: 250, allow: true,
		file: remade(userColumns, "INSERT OR IGNORE INTO n SELECT lower(id), email, image FROM user"), refused: "1 value that the copy gives n several times",
	},
	"rows beside the rows that are there": {
		base: []string{numbered}, rows: []string{spread}, sample: 250, file: "INSERT INTO t SELECT id + 1, 'y' FROM t", refused: "line 1 is failing: 1 row that the copy gives t, and another row has its value of the primary key",
	},
	"rows that go on from gap to gap": {
		base: []string{numbered}, rows: []string{numbers + "INSERT INTO t SELECT i, 'x' FROM n"}, sample: 250, allow: true, file: "UPDATE t SET id = id + 300", refused: "UNIQUE constraint failed: t.id",
	},
	"a key that is put where there is room": {
		base: []string{numbered}, rows: []string{numbers + "INSERT INTO t SELECT i, 'x' FROM n"}, sample: 250,
		file: "INSERT INTO t SELECT min(id) + 1, 'y' FROM t WHERE id + 1 NOT IN (SELECT id FROM t)", refused: "its rows of t have keys that other rows of the target have",
	},
	"NULL into a new table": {
		base: []string{userTable}, rows: []string{crowd, noImage}, sample: 250, file: profile + ";\nINSERT INTO profile SELECT id, image FROM user;", refused: "line 2 is failing: 1 row that the copy gives profile without image, which is NOT NULL",
	},
	"NULL into a table that is there": {
		base: []string{userTable, profile}, rows: []string{crowd, noImage}, sample: 250, file: "INSERT INTO profile (image, id) SELECT image, id FROM user", refused: "1 row that the copy gives profile without image",
	},
	"a row that has been copied": {
		base: []string{userTable, profile}, rows: []string{crowd, "INSERT INTO profile VALUES ('u1000', 'x')"}, sample: 250, file: "INSERT INTO profile SELECT id, image FROM user", refused: "1 row that the copy gives profile, and another row has its value of the primary key",
	},
	"a row that has been copied, by OR IGNORE": {
		base: []string{userTable, profile}, rows: []string{crowd, "INSERT INTO profile VALUES ('u1000', 'y')"}, sample: 250, file: "INSERT OR IGNORE INTO profile SELECT id, image FROM user", plan: []string{"additive"},
		after: map[string][]string{"SELECT count(*) || '' FROM profile": {"2000"}},
	},
	"a row that has been deleted before": {
		base: []string{userTable, profile}, rows: []string{crowd, "INSERT INTO profile VALUES ('u1000', 'x')"}, sample: 250, file: "DELETE FROM profile;\nINSERT INTO profile SELECT id, image FROM user;", allow: true,
		after: map[string][]string{"SELECT count(*) || '' FROM profile": {"2000"}},
	},
	"a CHECK of a new table": {
		base: []string{userTable}, rows: []string{crowd, "UPDATE user SET image = '' WHERE id = 'u1000'"}, sample: 250, file: "CREATE TABLE profile (id text PRIMARY KEY, image text CHECK (image <> ''));\nINSERT INTO profile SELECT id, image FROM user;",
		refused: "line 2 is failing: 1 row that the copy gives profile against its CHECK ( image <> '' )",
	},
	"STRICT of a new table": {
		base: []string{userTable}, rows: []string{crowd, "UPDATE user SET image = 1"}, sample: 250, file: "CREATE TABLE profile (id text PRIMARY KEY, image integer) STRICT;\nINSERT INTO profile SELECT id, iif(id = 'u1000', 'x', 1) FROM user;",
		refused: "1 row that the copy gives profile whose image is no INTEGER",
	},
	"a row without its parent": {
		base: []string{userTable, taskTable}, rows: []string{crowd, "INSERT INTO task SELECT id, 'x' FROM user WHERE id <> 'u1000'"}, sample: 250,
		file:    "CREATE TABLE profile (id text PRIMARY KEY REFERENCES task(id) ON DELETE CASCADE);\nINSERT INTO profile SELECT id FROM user;",
		refused: "1 row that the copy gives profile without a row of task to refer to",
	},
	"an expression that fails on a row": {
		base: []string{userTable}, rows: []string{crowd, brokenJSON}, sample: 250, file: "CREATE TABLE profile (id text PRIMARY KEY, a text);\nINSERT INTO profile SELECT id, json_extract(image, '$.a') FROM user;",
		refused: "line 2 is failing: malformed JSON: on a row that the copy gives profile",
	},
}

const (
	cutOff   = "UPDATE user SET email = 'a' || char(0) || 'b' WHERE id = 'u1000'"
	cutKeys  = "INSERT INTO user VALUES ('a' || char(0) || 'b', 'x', NULL), ('a' || char(0) || 'c', 'y', NULL)"
	noCKey   = "INSERT INTO n SELECT * FROM user WHERE instr(id, 'c') = 0"
	firstFew = "INSERT INTO n SELECT id, printf('%s', email), image FROM user"
)

// Texts with a NUL, at which quote() and printf() stop.
var cutTexts = map[string]kind{
	"changed by a copy":                   {base: []string{userTable}, rows: []string{crowd, cutOff}, file: remade(userColumns, firstFew), refused: "~ values of user.email (1 of 2000 rows, as with id = 'u1000')"},
	"changed by a copy of a larger table": {base: []string{userTable}, rows: []string{crowd, cutOff}, sample: 250, file: remade(userColumns, firstFew), refused: "~ values of user.email (1 row"},
	"changed by an UPDATE":                {base: []string{userTable}, rows: []string{crowd, cutOff}, file: "-- safe: rows of user: fine\nUPDATE user SET email = printf('%s', email)", refused: "~ values of user.email (1 of 2000 rows"},
	"in two keys":                         {base: []string{userTable}, rows: []string{cutKeys}, file: naive, plan: []string{"rebuild"}, after: map[string][]string{"SELECT hex(id) FROM user": {"610062", "610063"}}},
	"in two keys, one of which is lost":   {base: []string{userTable}, rows: []string{cutKeys}, file: remade(userColumns, noCKey), allow: true, refused: "the table user would have lost rows: 1 of 2 rows"},
	"in a key that a foreign key refers to": {
		base: []string{userTable, ledgerTable}, rows: []string{cutKeys, "INSERT INTO ledger SELECT 'l', id FROM user WHERE email = 'y'"}, sample: 1, file: "ALTER TABLE ledger ADD COLUMN n integer",
		plan: []string{"additive"}, after: map[string][]string{"SELECT hex(user_id) FROM ledger": {"610063"}},
	},
}
