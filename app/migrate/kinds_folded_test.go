package migrate_test

// SQLite folds the case of A to Z alone: É and é are two names.
const bothTables = "CREATE TABLE \"É\" (id integer PRIMARY KEY, a text);\nCREATE TABLE \"é\" (id integer PRIMARY KEY, a text)"

var folded = map[string]kind{
	"a table is dropped": {
		base: []string{bothTables}, rows: []string{`INSERT INTO "É" VALUES (1, 'x')`, `INSERT INTO "é" VALUES (1, 'y')`},
		file: `DROP TABLE "É"`, refused: "- table É",
	},
	"a column is dropped": {
		base: []string{`CREATE TABLE t (id integer PRIMARY KEY, "É" text, "é" text)`}, rows: []string{`INSERT INTO t VALUES (1, 'x', 'y')`},
		file: `ALTER TABLE t DROP COLUMN "é"`, refused: "- column t.é",
	},
	"a column with the sign of Kelvin is dropped": {
		base: []string{"CREATE TABLE t (id integer PRIMARY KEY, k text, \"\u212a\" text)"}, rows: []string{"INSERT INTO t VALUES (1, 'x', 'y')"},
		file: "ALTER TABLE t DROP COLUMN \"\u212a\"", refused: "- column t.\u212a",
	},
	"a table is renamed": {
		base: []string{`CREATE TABLE "É" (id integer PRIMARY KEY)`}, file: `ALTER TABLE "É" RENAME TO "é"`, refused: "destructive",
	},
	"an index is dropped": {
		base: []string{"CREATE TABLE t (a text, b text)", `CREATE UNIQUE INDEX "É" ON t (a)`, `CREATE UNIQUE INDEX "é" ON t (b)`},
		file: `DROP INDEX "É"`, refused: "- unique index É",
	},
	"a trigger is dropped": {
		base: []string{
			"CREATE TABLE t (a text)", "CREATE TABLE l (a text)",
			`CREATE TRIGGER "É" AFTER INSERT ON t BEGIN INSERT INTO l VALUES (1); END`, `CREATE TRIGGER "é" AFTER INSERT ON t BEGIN INSERT INTO l VALUES (2); END`,
		},
		file: `DROP TRIGGER "É"`, refused: "- trigger É",
	},
	"a column more": {
		base: []string{bothTables}, rows: []string{`INSERT INTO "É" VALUES (1, 'x')`}, file: `ALTER TABLE "É" ADD COLUMN c text`,
		plan: []string{"additive  + column É.c (text)"},
	},
	"a table more": {
		base: []string{`CREATE TABLE "É" (id integer PRIMARY KEY)`}, rows: []string{`INSERT INTO "É" VALUES (1)`},
		file: `CREATE TABLE "é" (id integer PRIMARY KEY)`, plan: []string{"additive  + table é"}, after: map[string][]string{`SELECT quote(id) FROM "É"`: {"1"}},
	},
	"A to Z are folded": {
		base: []string{"CREATE TABLE T (ID integer PRIMARY KEY, A text)"}, rows: []string{"INSERT INTO t VALUES (1, 'x')"},
		file: "ALTER TABLE t DROP COLUMN a", refused: "- column T.A",
	},
}

// The primary key or a UNIQUE is of other columns, or compares them otherwise.
var keysChanged = map[string]kind{
	"a primary key gets a new column": {
		base: []string{"CREATE TABLE t (a text PRIMARY KEY, b integer)"}, rows: []string{"INSERT INTO t VALUES ('x', 1)"},
		file:    "CREATE TABLE n (a text, b integer, c text, PRIMARY KEY (a, c));\nINSERT INTO n (a, b) SELECT a, b FROM t;\nDROP TABLE t;\nALTER TABLE n RENAME TO t;",
		refused: "~ key of t ((a) → (a, c))",
	},
	"a table without a key gets a new column for it": {
		base: []string{"CREATE TABLE t (a text)"}, rows: []string{"INSERT INTO t VALUES ('x')"},
		file:    "CREATE TABLE n (a text, c text DEFAULT 'y' PRIMARY KEY);\nINSERT INTO n (a) SELECT a FROM t;\nDROP TABLE t;\nALTER TABLE n RENAME TO t;",
		refused: "~ key of t (() → (c))",
	},
	"a primary key gets a collation": {
		base: []string{"CREATE TABLE t (a text, b integer, PRIMARY KEY (a))"}, rows: []string{"INSERT INTO t VALUES ('x', 1)"},
		file:    "CREATE TABLE n (a text, b integer, PRIMARY KEY (a COLLATE NOCASE));\nINSERT INTO n (a, b) SELECT a, b FROM t;\nDROP TABLE t;\nALTER TABLE n RENAME TO t;",
		refused: "~ key of t ((a) compares by binary → nocase)",
	},
	"UNIQUE loses its collation": {
		base: []string{"CREATE TABLE t (a text, UNIQUE (a COLLATE NOCASE))"}, rows: []string{"INSERT INTO t VALUES ('x')"},
		file:    "CREATE TABLE n (a text, b text, UNIQUE (a));\nINSERT INTO n (a) SELECT a FROM t;\nDROP TABLE t;\nALTER TABLE n RENAME TO t;",
		refused: "~ key of t ((a) compares by nocase → binary)",
	},
}
