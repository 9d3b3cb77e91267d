package migrate_test

const (
	measureTable = "CREATE TABLE t (id integer PRIMARY KEY, a)"
	measures     = numbers + "INSERT INTO t SELECT i, iif(i = 1000, 1, i + 0.5) FROM n" // one integer among real numbers
	through      = "INSERT INTO k SELECT id, a FROM t;\nDROP TABLE t;\nCREATE TABLE t (id integer PRIMARY KEY, a);\nINSERT INTO t SELECT * FROM k;\nDROP TABLE k;"
	brokenJSON   = "UPDATE user SET image = iif(id = 'u1000', '{', '{}')"
)

// What the target is asked about rows in the middle of a table that is too large to be copied.
var asked = map[string]kind{
	"a number stored as a real one on the way": {
		base: []string{measureTable}, rows: []string{measures}, sample: 250, file: "CREATE TABLE k (i integer PRIMARY KEY, x real);\n" + through,
		refused: "it is irreversible, with ~ values of t.a (1 row by its new type or by what is copied to it, as with id = 1000)",
	},
	"a text stored as a number on the way": {
		base: []string{"CREATE TABLE t (id integer PRIMARY KEY, a text)"}, rows: []string{numbers + "INSERT INTO t SELECT i, iif(i = 1000, '007', 'x') FROM n"}, sample: 250,
		file:    "CREATE TABLE k (i integer PRIMARY KEY, x numeric);\nINSERT INTO k SELECT id, a FROM t;\nDROP TABLE t;\nCREATE TABLE t (id integer PRIMARY KEY, a text);\nINSERT INTO t SELECT * FROM k;\nDROP TABLE k;",
		refused: "~ values of t.a (1 row by its new type",
	},
	"a number stored as it is on the way": {
		base: []string{measureTable}, rows: []string{measures}, sample: 250, file: "CREATE TABLE k (i integer PRIMARY KEY, x);\n" + through, plan: []string{"rebuild  ~ table t (rebuilt)"},
	},
	"STRICT over a text": {
		base: []string{"CREATE TABLE user (id text PRIMARY KEY NOT NULL, email integer, image text)"}, rows: []string{crowd, "UPDATE user SET email = iif(id = 'u1000', 'x', 1)"}, sample: 250, allow: true,
		file:    "CREATE TABLE n (id text PRIMARY KEY NOT NULL, email integer, image text) STRICT;\nINSERT INTO n SELECT * FROM user;\nDROP TABLE user;\nALTER TABLE n RENAME TO user;",
		refused: "is failing: 1 row of user whose email is no INTEGER, as with id = 'u1000'",
	},
	"STRICT over what it takes": {
		base: []string{"CREATE TABLE t (id integer PRIMARY KEY, a integer, b real, c text, d blob, e any)"}, sample: 250, allow: true,
		rows: []string{numbers + "INSERT INTO t SELECT i, iif(i = 1000, '12', NULL), iif(i = 1000, 1, '1.5'), i, x'00', x'00' FROM n"},
		file: "CREATE TABLE n (id integer PRIMARY KEY, a integer, b real, c text, d blob, e any) STRICT;\nINSERT INTO n SELECT * FROM t;\nDROP TABLE t;\nALTER TABLE n RENAME TO t;",
		plan: []string{"+ constraint of t (strict)"}, after: map[string][]string{"SELECT typeof(a) || typeof(b) || typeof(c) FROM t WHERE id = 1000": {"integerrealtext"}},
	},
	"a text key made INTEGER": {
		base: []string{userTable}, rows: []string{crowd, "UPDATE user SET id = substr(id, 2) WHERE id <> 'u1000'"}, sample: 250, allow: true,
		file: remade("id integer PRIMARY KEY, email text NOT NULL, image text", "INSERT INTO n SELECT * FROM user"), refused: "1 row of user whose id is no INTEGER, as with id = 'u1000'",
	},
	"generated NOT NULL": {
		base: []string{userTable}, rows: []string{crowd, noImage}, sample: 250, allow: true, file: "ALTER TABLE user ADD COLUMN shown text AS (image) NOT NULL",
		refused: "1 row of user without shown, which is generated NOT NULL, as with id = 'u1000'",
	},
	"an index that fails on a row": {
		base: []string{userTable}, rows: []string{crowd, brokenJSON}, sample: 250, allow: true, file: "CREATE INDEX i ON user (json_extract(image, '$.a'))",
		refused: "is failing: malformed JSON: on a row of user, for the index i",
	},
	"a partial index that leaves that row out": {
		base: []string{userTable}, rows: []string{crowd, brokenJSON}, sample: 250, allow: true, file: "CREATE INDEX i ON user (json_extract(image, '$.a')) WHERE id <> 'u1000'", plan: []string{"+ index i"},
	},
	"a CHECK that fails on a row": {
		base: []string{userTable}, rows: []string{crowd, brokenJSON}, sample: 250, allow: true,
		file:    remade("id text PRIMARY KEY NOT NULL, email text NOT NULL, image text CHECK (json_extract(image, '$.a') IS NULL)", "INSERT INTO n SELECT * FROM user"),
		refused: "is failing: malformed JSON: on a row of user",
	},
	"an UPDATE that fails on a row": {
		base: []string{userTable}, rows: []string{crowd, brokenJSON}, sample: 250, allow: true, file: "UPDATE user SET image = json_extract(image, '$.a')",
		refused: "0001_x.sql line 1 is failing: malformed JSON: on a row of user that the UPDATE changes",
	},
	"an UPDATE that leaves that row out": {
		base: []string{userTable}, rows: []string{crowd, brokenJSON}, sample: 250, allow: true, file: "UPDATE user SET image = json_extract(image, '$.a') WHERE id <> 'u1000'", plan: []string{"~ rows of user"},
	},
}
