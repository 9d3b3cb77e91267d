package migrate_test

// crowd is more rows of user than a rehearsal with a sample of 250 copies.
const crowd = numbers + "INSERT INTO user SELECT printf('u%04d', i), printf('%d@example.test', i), 'x' FROM n"

// Rows that were not rehearsed, reached through a table, trigger or view that the statement does not name.
var reached = map[string]kind{
	"deleted by a trigger of the file's own table": {
		base: []string{userTable}, rows: []string{crowd}, sample: 250, fails: "the table user would have lost rows", plan: []string{"- rows of user (by a trigger or foreign key, or through a view)"},
		file: "CREATE TABLE n (a);\nCREATE TRIGGER t AFTER INSERT ON n BEGIN DELETE FROM user WHERE id = 'u1000'; END;\nINSERT INTO n VALUES (1);\nDROP TRIGGER t;\nDROP TABLE n;",
	},
	"updated by a trigger of the file's own table": {
		base: []string{userTable}, rows: []string{crowd}, sample: 250, fails: "values of the table user would have changed", plan: []string{"~ rows of user (by a trigger or foreign key, or through a view)"},
		file: "CREATE TABLE n (a);\nCREATE TRIGGER t AFTER INSERT ON n BEGIN UPDATE user SET email = 'x' WHERE id = 'u1000'; END;\nINSERT INTO n VALUES (1);\nDROP TRIGGER t;\nDROP TABLE n;",
	},
	"deleted through a view": {
		base: []string{userTable, "CREATE VIEW v AS SELECT id FROM user", "CREATE TRIGGER t INSTEAD OF DELETE ON v BEGIN DELETE FROM user WHERE id = old.id; END"},
		rows: []string{crowd}, sample: 250, file: "DELETE FROM v WHERE id = 'u1000'", fails: "the table user would have lost rows",
	},
	"of another type alone": {
		base: []string{"CREATE TABLE t (id integer PRIMARY KEY, a)"}, rows: []string{numbers + "INSERT INTO t SELECT i, 1 FROM n"}, sample: 250, refused: "it is irreversible, with ~ values of t.a (1 row",
		file: "CREATE TABLE n (id integer PRIMARY KEY, a);\nINSERT INTO n SELECT id, iif(id = 1000, a * 1.0, a) FROM t;\nDROP TABLE t;\nALTER TABLE n RENAME TO t;",
	},
	"of another digit alone": {
		base: []string{"CREATE TABLE t (id integer PRIMARY KEY, a)"}, rows: []string{numbers + "INSERT INTO t SELECT i, 0.1 + 0.2 FROM n"}, sample: 250, refused: "it is irreversible, with ~ values of t.a (1 row",
		file: "CREATE TABLE n (id integer PRIMARY KEY, a);\nINSERT INTO n SELECT id, iif(id = 1000, 0.3, a) FROM t;\nDROP TABLE t;\nALTER TABLE n RENAME TO t;",
	},
	"the same real numbers": {
		base: []string{"CREATE TABLE t (id integer PRIMARY KEY, a)"}, rows: []string{numbers + "INSERT INTO t SELECT i, i / 3.0 FROM n"}, plan: []string{"rebuild"},
		file: "CREATE TABLE n (id integer PRIMARY KEY, a);\nINSERT INTO n SELECT id, a FROM t;\nDROP TABLE t;\nALTER TABLE n RENAME TO t;",
	},
	"others, behind an UPDATE of the key": {
		base: []string{pairTable}, rows: []string{"INSERT INTO pair VALUES ('p1', 'x', 'y')"},
		file:    "-- safe: rows of pair: each stays as it is\nUPDATE pair SET id = id;\n" + pairRebuild("id text PRIMARY KEY, a text, b text", "INSERT INTO n SELECT id, b, a FROM pair"),
		refused: "it is irreversible, with ~ values of pair (1 of 1 row",
	},
}
