package migrate_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/migrate"
)

const (
	planTable = "CREATE TABLE plan (id integer PRIMARY KEY AUTOINCREMENT, name text NOT NULL COLLATE NOCASE UNIQUE, price integer NOT NULL DEFAULT 1 CHECK (price > 0), note text, by text REFERENCES user(id) ON DELETE CASCADE) STRICT"
	plans     = "INSERT INTO plan (id, name, note, by) VALUES (1, 'a', 'n', 'u1'), (2, 'b', 'm', 'u2')"
)

// planRebuild returns a rebuild to another definition.
func planRebuild(definition string) string {
	return "CREATE TABLE n " + definition + ";\nINSERT INTO n (id, name, price, note, by) SELECT id, name, price, note, by FROM plan;\nDROP TABLE plan;\nALTER TABLE n RENAME TO plan;"
}

// rebuilt returns a rebuild that is refused for what it loses or gains.
func rebuilt(definition, change string) kind {
	return kind{base: []string{userTable, planTable}, rows: []string{ada, plans}, file: planRebuild(definition), refused: change}
}

const refusing = "CREATE TRIGGER no BEFORE INSERT ON pair WHEN new.b IS NOT NULL BEGIN SELECT RAISE(ABORT, 'no'); END"

// gaining returns the table pair with a constraint on its last column.
func gaining(constraint string) string {
	return "CREATE TABLE pair (id text PRIMARY KEY, a text, b text " + constraint + ")"
}

// repair returns a rebuild of pair with another last column.
func repair(b string) string {
	return pairRebuild("id text PRIMARY KEY, a text, b "+b, "INSERT INTO n SELECT id, a, b FROM pair") + "\n"
}

// retask returns a rebuild of task with one more column.
func retask(column, value string) string {
	return "CREATE TABLE n (id text PRIMARY KEY, title text, " + column + ");\nINSERT INTO n SELECT id, title, " + value + " FROM task;\nDROP TABLE task;\nALTER TABLE n RENAME TO task;"
}

const countedTable = "CREATE TABLE n (id integer PRIMARY KEY AUTOINCREMENT, a text)"

const (
	checkedTable = "CREATE TABLE t (id integer PRIMARY KEY, a text CHECK (a <> ''), b text CHECK (b <> ':'))"
	checked      = "INSERT INTO t VALUES (1, 'x', 'y')"
)

// Rows that a pending file writes to a table of an earlier pending file are just as new to the running Worker.
func TestRowsOfATableThatAFileBeforeMakes(t *testing.T) {
	db := memory(t)
	files := map[string]string{"0000_base.sql": userTable}
	_, err := engine(t, db, folder(files), migrate.Options{}).Apply(t.Context())
	require.NoError(t, err)
	run(t, db, ada)
	files["0001_profile.sql"] = "CREATE TABLE profile (id text PRIMARY KEY REFERENCES user(id))"
	files["0002_fill.sql"] = "INSERT INTO profile SELECT id FROM user"

	plan, err := engine(t, db, folder(files), migrate.Options{}).Plan(t.Context())

	require.NoError(t, err)
	require.ErrorContains(t, plan.Err(), "0002_fill.sql is not allowed: it is destructive, with + foreign key of profile")
	assert.Contains(t, plan.Lines()[0], "0001_profile.sql  additive")
}

// filledProfile returns a new child of user, with rows.
func filledProfile(constraint string) string {
	return "CREATE TABLE profile (id text PRIMARY KEY NOT NULL " + constraint + ");\nINSERT INTO profile SELECT id FROM user;"
}

// uncheck returns a rebuild of t with other definitions of a and b.
func uncheck(columns string) string {
	return "CREATE TABLE n (id integer PRIMARY KEY, " + columns + ");\nINSERT INTO n SELECT id, a, b FROM t;\nDROP TABLE t;\nALTER TABLE n RENAME TO t;"
}

// What the running Worker reads and writes keeps working, or the file needs an allowance.
var relied = map[string]kind{
	"unique index dropped": {
		base: []string{userTable, "CREATE UNIQUE INDEX once ON user (email)"}, rows: []string{ada}, file: "DROP INDEX once",
		refused: "0001_x.sql is not allowed: it is destructive, with - unique index once (on user(email))",
	},
	"unique index that admits more": {
		base: []string{userTable, "CREATE UNIQUE INDEX once ON user (email)"}, rows: []string{ada}, file: "DROP INDEX once; CREATE UNIQUE INDEX once ON user (email) WHERE image IS NULL;",
		refused: "it is destructive, with ~ unique index once",
	},
	"unique index gained":               {base: []string{userTable}, rows: []string{ada}, file: "CREATE UNIQUE INDEX once ON user (email)", refused: "it is destructive, with + unique index once"},
	"unique index on a new column":      {base: []string{userTable}, rows: []string{ada}, file: "ALTER TABLE user ADD COLUMN code text; CREATE UNIQUE INDEX once ON user (code);", plan: []string{"additive"}},
	"unique index that holds already":   {base: []string{userTable}, rows: []string{ada}, file: "CREATE UNIQUE INDEX once ON user (email, id)", plan: []string{"additive"}},
	"index dropped":                     {base: []string{userTable, "CREATE INDEX i ON user (email)"}, rows: []string{ada}, file: "DROP INDEX i", plan: []string{"rebuild  - index i (on user(email))"}},
	"constraint for a unique index":     {base: []string{userTable, "CREATE UNIQUE INDEX once ON user (email)"}, rows: []string{ada}, file: "DROP INDEX once; CREATE UNIQUE INDEX other ON user (email);", plan: []string{"additive  - unique index once (on user(email)), + unique index other (on user(email))"}},
	"index of another name":             {base: []string{userTable, "CREATE INDEX i ON user (email)"}, rows: []string{ada}, file: "DROP INDEX i; CREATE INDEX j ON user (email);", plan: []string{"additive  - index i (on user(email)), + index j (on user(email))"}},
	"index of another order":            {base: []string{userTable, "CREATE INDEX i ON user (email)"}, rows: []string{ada}, file: "DROP INDEX i; CREATE INDEX j ON user (email DESC);", plan: []string{"rebuild"}},
	"primary key lost":                  rebuilt("(id integer, name text NOT NULL COLLATE NOCASE UNIQUE, price integer NOT NULL DEFAULT 1 CHECK (price > 0), note text, by text REFERENCES user(id) ON DELETE CASCADE) STRICT", "~ column plan.id (integer primary key 1 → integer)"),
	"UNIQUE lost":                       rebuilt("(id integer PRIMARY KEY AUTOINCREMENT, name text NOT NULL COLLATE NOCASE, price integer NOT NULL DEFAULT 1 CHECK (price > 0), note text, by text REFERENCES user(id) ON DELETE CASCADE) STRICT", "it is destructive, with - unique index sqlite_autoindex_plan_1 (on plan(name))"),
	"CHECK lost":                        rebuilt("(id integer PRIMARY KEY AUTOINCREMENT, name text NOT NULL COLLATE NOCASE UNIQUE, price integer NOT NULL DEFAULT 1, note text, by text REFERENCES user(id) ON DELETE CASCADE) STRICT", "it is destructive, with - constraint of plan (check ( price > 0 ))"),
	"STRICT lost":                       rebuilt("(id integer PRIMARY KEY AUTOINCREMENT, name text NOT NULL COLLATE NOCASE UNIQUE, price integer NOT NULL DEFAULT 1 CHECK (price > 0), note text, by text REFERENCES user(id) ON DELETE CASCADE)", "it is destructive, with - constraint of plan (strict)"),
	"collation lost":                    rebuilt("(id integer PRIMARY KEY AUTOINCREMENT, name text NOT NULL UNIQUE, price integer NOT NULL DEFAULT 1 CHECK (price > 0), note text, by text REFERENCES user(id) ON DELETE CASCADE) STRICT", "it is destructive, with - constraint of plan (collate nocase)"),
	"collation of another column":       rebuilt("(id integer PRIMARY KEY AUTOINCREMENT, name text NOT NULL UNIQUE, price integer NOT NULL DEFAULT 1 CHECK (price > 0), note text COLLATE NOCASE, by text REFERENCES user(id) ON DELETE CASCADE) STRICT", "it is destructive, with - constraint of plan (collate nocase)"),
	"default lost":                      rebuilt("(id integer PRIMARY KEY AUTOINCREMENT, name text NOT NULL COLLATE NOCASE UNIQUE, price integer NOT NULL CHECK (price > 0), note text, by text REFERENCES user(id) ON DELETE CASCADE) STRICT", "~ column plan.price (integer not null default 1 → integer not null)"),
	"action of a foreign key lost":      rebuilt("(id integer PRIMARY KEY AUTOINCREMENT, name text NOT NULL COLLATE NOCASE UNIQUE, price integer NOT NULL DEFAULT 1 CHECK (price > 0), note text, by text REFERENCES user(id)) STRICT", "- foreign key of plan ((by) → user(id) on update no action on delete cascade)"),
	"AUTOINCREMENT lost":                rebuilt("(id integer PRIMARY KEY, name text NOT NULL COLLATE NOCASE UNIQUE, price integer NOT NULL DEFAULT 1 CHECK (price > 0), note text, by text REFERENCES user(id) ON DELETE CASCADE) STRICT", "- constraint of plan (autoincrement)"),
	"NOT NULL gained":                   rebuilt("(id integer PRIMARY KEY AUTOINCREMENT, name text NOT NULL COLLATE NOCASE UNIQUE, price integer NOT NULL DEFAULT 1 CHECK (price > 0), note text NOT NULL, by text REFERENCES user(id) ON DELETE CASCADE) STRICT", "it is destructive, with ~ column plan.note (text → text not null)"),
	"CHECK gained":                      rebuilt("(id integer PRIMARY KEY AUTOINCREMENT, name text NOT NULL COLLATE NOCASE UNIQUE, price integer NOT NULL DEFAULT 1 CHECK (price > 0), note text CHECK (note <> ''), by text REFERENCES user(id) ON DELETE CASCADE) STRICT", "it is destructive, with + constraint of plan (check ( note <> '' ))"),
	"UNIQUE gained":                     rebuilt("(id integer PRIMARY KEY AUTOINCREMENT, name text NOT NULL COLLATE NOCASE UNIQUE, price integer NOT NULL DEFAULT 1 CHECK (price > 0), note text UNIQUE, by text REFERENCES user(id) ON DELETE CASCADE) STRICT", "it is destructive, with + unique index sqlite_autoindex_plan_2 (on plan(note))"),
	"CHECK gained that a default keeps": {base: []string{userTable}, rows: []string{ada}, file: "ALTER TABLE user ADD COLUMN n integer DEFAULT 1 CHECK (n > 0)", plan: []string{"additive"}},
	"CHECK gained that a default breaks, without rows": {base: []string{userTable}, file: "ALTER TABLE user ADD COLUMN n integer DEFAULT 0 CHECK (n > 0)", refused: "+ constraint of user (check ( n > 0 ))"},
	"NOT NULL column, without rows":                    {base: []string{userTable}, file: "ALTER TABLE user ADD COLUMN n integer NOT NULL", refused: "it is destructive, with + column user.n (integer not null)"},
	"trigger lost": {
		base: []string{userTable, taskTable, "CREATE TRIGGER t AFTER INSERT ON user BEGIN INSERT INTO task VALUES (new.id, 'x'); END"}, rows: []string{ada}, file: "DROP TRIGGER t",
		refused: "it is destructive, with - trigger t (on user)",
	},
	"trigger lost in a rebuild": {
		base: []string{userTable, taskTable, "CREATE TRIGGER t AFTER INSERT ON user BEGIN INSERT INTO task VALUES (new.id, 'x'); END"}, rows: []string{ada}, file: naive,
		refused: "it is destructive, with - trigger t (on user)",
	},
	"trigger gained that refuses": {base: []string{userTable}, file: "CREATE TRIGGER t BEFORE INSERT ON user BEGIN SELECT RAISE(ABORT, 'no'); END", refused: "+ trigger t (on user)"},
	"view changed":                {base: []string{userTable, "CREATE VIEW v AS SELECT id, email FROM user"}, file: "DROP VIEW v; CREATE VIEW v AS SELECT id FROM user;", refused: "~ view v"},
	"counter that goes back": {
		base: []string{"CREATE TABLE n (id integer PRIMARY KEY AUTOINCREMENT, a text)"}, rows: []string{"INSERT INTO n VALUES (1, 'x'), (9, 'y')", "DELETE FROM n WHERE id = 9"},
		file:    "CREATE TABLE m (id integer PRIMARY KEY AUTOINCREMENT, a text, b text); INSERT INTO m (id, a) SELECT id, a FROM n; DROP TABLE n; ALTER TABLE m RENAME TO n;",
		refused: "~ counter of n (goes back from 9 to 1: numbers of deleted rows are given again)",
	},
	"foreign key lost": {
		base: []string{userTable, "CREATE TABLE note (id text PRIMARY KEY, by text REFERENCES user(id))"}, rows: []string{ada},
		file:    "CREATE TABLE n (id text PRIMARY KEY, by text);\nINSERT INTO n SELECT id, by FROM note;\nDROP TABLE note;\nALTER TABLE n RENAME TO note;",
		refused: "it is destructive, with - foreign key of note ((by) → user(id) on update no action on delete no action)",
	},
	"default that fails":                     {base: []string{taskTable}, file: "ALTER TABLE task ADD COLUMN n text DEFAULT (json('{'))", refused: "it is destructive, with + column task.n (text default json ( '{' ): the default may fail)"},
	"default that is too long":               {base: []string{taskTable}, file: "ALTER TABLE task ADD COLUMN n text DEFAULT (hex(zeroblob(1500000)))", refused: "the default may fail"},
	"default that may be NULL":               {base: []string{taskTable}, file: "ALTER TABLE task ADD COLUMN n text NOT NULL DEFAULT (nullif(1, 1))", refused: "the default may be NULL, which the column refuses"},
	"default of a new column that is broken": {base: []string{taskTable}, rows: []string{task}, file: retask("n integer DEFAULT (0) CHECK (n > 0)", "1"), refused: "it is destructive, with + constraint of task (check ( n > 0 ))"},
	"default that is drawn":                  {base: []string{taskTable}, file: retask("n integer DEFAULT (random()) CHECK (n > 0)", "1"), refused: "it is destructive, with + c"},
	"default of another type":                {base: []string{"CREATE TABLE t (id integer PRIMARY KEY, a text) STRICT"}, file: "ALTER TABLE t ADD COLUMN n integer DEFAULT 'abc'", refused: "+ column t.n (integer default 'abc': the default is of another type, which a STRICT table refuses)"},
	"computed value of another type":         {base: []string{"CREATE TABLE t (id integer PRIMARY KEY, a text) STRICT"}, file: "ALTER TABLE t ADD COLUMN n integer AS (a || 'z')", refused: "it is destructive, with + column t.n"},
	"default of the type":                    {base: []string{"CREATE TABLE t (id integer PRIMARY KEY, a text) STRICT"}, file: "ALTER TABLE t ADD COLUMN n integer NOT NULL DEFAULT 3", plan: []string{"additive"}},
	"default that refers to nothing":         {base: []string{userTable, taskTable}, file: "ALTER TABLE task ADD COLUMN n text DEFAULT 'nobody' REFERENCES user(id)", refused: "it is destructive, with + foreign key of task"},
	"default gained":                         {base: []string{pairTable}, file: repair("text DEFAULT 'q'"), plan: []string{"rebuild  ~ table pair (rebuilt), ~ column pair.b (text → text default 'q')"}},
	"default gained that fails":              {base: []string{pairTable}, file: repair("text DEFAULT (json('{'))"), refused: "the default may fail"},
	"default gained that is checked":         {base: []string{gaining("CHECK (b <> 'q')")}, file: repair("text DEFAULT 'q' CHECK (b <> 'q')"), refused: "the default may be refused by check ( b <> 'q' )"},
	"default gained that is taken once":      {base: []string{gaining("UNIQUE")}, file: repair("text DEFAULT 'q' UNIQUE"), refused: "UNIQUE (b) takes the default once"},
	"default gained that refers to nothing":  {base: []string{userTable, gaining("REFERENCES user(id)")}, file: repair("text DEFAULT 'q' REFERENCES user(id)"), refused: "the default needs a row of user"},
	"default gained that a trigger refuses": {
		base: []string{pairTable, refusing}, file: repair("text DEFAULT 'q'") + refusing + ";", refused: "the default may be refused by the trigger no",
	},
	"default gained that an index fails on": {
		base: []string{pairTable, "CREATE INDEX i ON pair (json_extract(b, '$.a'))"}, file: repair("text DEFAULT 'q'") + "CREATE INDEX i ON pair (json_extract(b, '$.a'));", refused: "the default may be refused by the index i",
	},
	"counters that are all deleted": {
		base: []string{countedTable}, rows: []string{"INSERT INTO n VALUES (9, 'y')"}, allow: true, file: "DELETE FROM sqlite_sequence",
		refused: "it changes the counter of d1_migrations", plan: []string{"destructive  ~ counter of n (goes back from 9 to 0"},
	},
	"counters that all start again": {
		base: []string{countedTable}, rows: []string{"INSERT INTO n VALUES (9, 'y')"}, allow: true, file: "UPDATE sqlite_sequence SET seq = 0",
		refused: "it changes the counter of d1_migrations",
	},
	"counters but the ledger's": {
		base: []string{countedTable}, rows: []string{"INSERT INTO n VALUES (9, 'y')", "DELETE FROM n"}, file: "DELETE FROM sqlite_sequence WHERE name <> 'd1_migrations'",
		refused: "it is destructive, with ~ counter of n (goes back from 9 to 0: numbers of deleted rows are given again)",
	},
	"counters of the file's own table": {
		base: []string{countedTable}, rows: []string{"INSERT INTO n VALUES (9, 'y')"}, plan: []string{"additive  + table m (1 column)"},
		file: "CREATE TABLE m (id integer PRIMARY KEY AUTOINCREMENT); INSERT INTO m VALUES (3); DELETE FROM sqlite_sequence WHERE name = 'm'",
	},
	"the ledger's counter, without another": {base: []string{userTable}, allow: true, file: "DELETE FROM sqlite_sequence", refused: "it changes the counter of d1_migrations"},
	"index on what may be no JSON":          {base: []string{taskTable}, file: "CREATE INDEX i ON task (title ->> '$.a')", refused: "it is destructive, with + index i"},
	"column of what may be no JSON":         {base: []string{taskTable}, file: "ALTER TABLE task ADD COLUMN n text AS (json_extract(title, '$.a'))", refused: "+ constraint of task (as ( json_extract ( title , '$.a' ) ))"},
	"index on an expression":                {base: []string{taskTable}, rows: []string{task}, file: "CREATE INDEX i ON task (lower(title))", plan: []string{"additive"}},
	"type of another kind":                  {base: []string{taskTable}, file: "CREATE TABLE n (id text PRIMARY KEY, title blob); INSERT INTO n SELECT id, title FROM task; DROP TABLE task; ALTER TABLE n RENAME TO task;", refused: "~ column task.title (text → blob)"},
	"type of the same kind":                 {base: []string{taskTable}, rows: []string{task}, file: "CREATE TABLE n (id text PRIMARY KEY, title varchar(20)); INSERT INTO n SELECT id, title FROM task; DROP TABLE task; ALTER TABLE n RENAME TO task;", plan: []string{"rebuild"}},
	"foreign key on a column there":         {base: []string{userTable, "CREATE TABLE note (id text PRIMARY KEY, by text)"}, rows: []string{ada}, file: "CREATE TABLE n (id text PRIMARY KEY, by text REFERENCES user(id)); INSERT INTO n SELECT id, by FROM note; DROP TABLE note; ALTER TABLE n RENAME TO note;", refused: "it is destructive, with + foreign key of note"},
	"foreign key that names the key it refers to": {
		base: []string{userTable, "CREATE TABLE note (id text PRIMARY KEY, by text REFERENCES user)"}, rows: []string{ada}, plan: []string{"rebuild  ~ table note (rebuilt)"},
		file: "CREATE TABLE n (id text PRIMARY KEY, by text REFERENCES user(ID));\nINSERT INTO n SELECT id, by FROM note;\nDROP TABLE note;\nALTER TABLE n RENAME TO note;",
	},
	"foreign key of two columns that names no more": {
		base: []string{"CREATE TABLE up (a text, b text, PRIMARY KEY (b, a))", "CREATE TABLE note (a text, b text, FOREIGN KEY (b, a) REFERENCES up (b, a))"}, plan: []string{"rebuild  ~ table note (rebuilt)"},
		file: "CREATE TABLE n (a text, b text, FOREIGN KEY (b, a) REFERENCES up);\nINSERT INTO n SELECT a, b FROM note;\nDROP TABLE note;\nALTER TABLE n RENAME TO note;",
	},
	"foreign key to another column": {
		base:    []string{userTable, "CREATE UNIQUE INDEX once ON user (email)", "CREATE TABLE note (id text PRIMARY KEY, by text REFERENCES user)"},
		refused: "on delete no action), + foreign key of note ((by) → user(email) on update no action on delete no action)",
		file:    "CREATE TABLE n (id text PRIMARY KEY, by text REFERENCES user(email));\nINSERT INTO n SELECT id, by FROM note;\nDROP TABLE note;\nALTER TABLE n RENAME TO note;",
	},
	"a name in other letters": {
		base: []string{userTable}, rows: []string{ada}, file: "ALTER TABLE user RENAME TO User", allow: true,
		refused: "0001_x.sql line 1 is invalid: it renames user to User, which is the same name to SQLite: it does not tell A from a. Leave the name as it is",
	},
	"a name in other letters, by another name": {
		base: []string{userTable}, rows: []string{ada}, file: "ALTER TABLE user RENAME TO n; ALTER TABLE n RENAME TO User;", allow: true, after: map[string][]string{"SELECT id FROM user": {"u1", "u2"}},
	},
	"foreign key on a new column":  {base: []string{userTable, taskTable}, rows: []string{ada, task}, file: "ALTER TABLE task ADD COLUMN by text REFERENCES user(id)", plan: []string{"additive"}},
	"said to be safe, and not why": {base: []string{userTable}, file: "-- safe: unique index once\nCREATE UNIQUE INDEX once ON user (email)", refused: "line 1: write -- safe: WHAT: WHY"},
	"counter that is kept": {
		base: []string{"CREATE TABLE n (id integer PRIMARY KEY AUTOINCREMENT, a text)"}, rows: []string{"INSERT INTO n VALUES (1, 'x'), (9, 'y')", "DELETE FROM n WHERE id = 9"},
		file: "CREATE TABLE m (id integer PRIMARY KEY AUTOINCREMENT, a text, b text); INSERT INTO m (id, a) SELECT id, a FROM n;" +
			"UPDATE sqlite_sequence SET seq = (SELECT seq FROM sqlite_sequence WHERE name = 'n') WHERE name = 'm'; DROP TABLE n; ALTER TABLE m RENAME TO n; INSERT INTO n (a) VALUES ('z');",
		plan: []string{"rebuild"}, after: map[string][]string{"SELECT CAST(id AS TEXT) FROM n": {"1", "10"}},
	},
	"a new child with rows": {
		base: []string{userTable}, rows: []string{ada}, file: "CREATE TABLE profile (id text PRIMARY KEY REFERENCES user(id));\nINSERT INTO profile SELECT id FROM user;",
		refused: "it is destructive, with + foreign key of profile ((id) → user(id) on update no action on delete no action: the rows that the file puts there refuse the deletion of those of user; with ON DELETE CASCADE",
	},
	"a new child with rows, by another name": {
		base: []string{userTable}, rows: []string{ada}, file: "CREATE TABLE n (id text PRIMARY KEY REFERENCES user(id) ON DELETE RESTRICT);\nINSERT INTO n SELECT id FROM user;\nALTER TABLE n RENAME TO profile;",
		refused: "+ foreign key of profile",
	},
	"a new child with rows that nobody has looked at": {
		base: []string{userTable}, rows: []string{crowd}, file: "CREATE TABLE profile (id text PRIMARY KEY REFERENCES user(id));\nINSERT INTO profile SELECT id FROM user WHERE id = 'u1000';",
		refused: "+ foreign key of profile",
	},
	"a new child's child with rows": {
		base: []string{userTable}, rows: []string{ada}, refused: "+ foreign key of page",
		file: "CREATE TABLE profile (id text PRIMARY KEY REFERENCES user(id) ON DELETE CASCADE);\nINSERT INTO profile SELECT id FROM user;\n" +
			"CREATE TABLE page (id text PRIMARY KEY REFERENCES profile(id));\nINSERT INTO page SELECT id FROM profile;",
	},
	"a new child with rows that may not be NULL": {
		base: []string{userTable}, rows: []string{ada}, file: "CREATE TABLE profile (id text NOT NULL REFERENCES user(id) ON DELETE SET NULL);\nINSERT INTO profile SELECT id FROM user;",
		refused: "+ foreign key of profile",
	},
	"rows of a new foreign key": {
		base: []string{userTable, taskTable}, rows: []string{ada, task}, file: "ALTER TABLE task ADD COLUMN by text REFERENCES user(id);\nINSERT INTO task VALUES ('t2', 'run', 'u1');",
		refused: "it is destructive, with + foreign key of task",
	},
	"a new child that goes with its parent": {
		base: []string{userTable}, rows: []string{ada}, file: filledProfile("REFERENCES user(id) ON DELETE CASCADE ON UPDATE CASCADE"),
		plan: []string{"additive"}, after: map[string][]string{"SELECT id FROM profile": {"u1", "u2"}},
	},
	"a new child that keeps its parent's key": {
		base: []string{userTable}, rows: []string{ada}, file: filledProfile("REFERENCES user(id) ON DELETE CASCADE"),
		refused: "on delete cascade: the rows that the file puts there refuse a change of the key of those of user; with ON UPDATE CASCADE on a column like it, without a CHECK, or filled by the new Worker, they don't)",
	},
	"a new child with a CHECK of the key":      {base: []string{userTable}, rows: []string{ada}, file: filledProfile("CHECK (length(id) < 3) REFERENCES user(id) ON DELETE CASCADE ON UPDATE CASCADE"), refused: "refuse a change of the key of those of user"},
	"a new child that takes keys for the same": {base: []string{userTable}, rows: []string{ada}, file: filledProfile("COLLATE NOCASE REFERENCES user(id) ON DELETE CASCADE ON UPDATE CASCADE"), refused: "refuse a change of the key of those of user"},
	"a new child of a key that may be NULL": {
		base: []string{"CREATE TABLE tag (name text UNIQUE)"}, rows: []string{"INSERT INTO tag VALUES ('a')"},
		file:    "CREATE TABLE use (id integer PRIMARY KEY, tag text NOT NULL REFERENCES tag(name) ON DELETE CASCADE ON UPDATE CASCADE);\nINSERT INTO use (tag) SELECT name FROM tag;",
		refused: "refuse a change of the key of those of tag",
	},
	"a new child that is set to NULL": {
		base: []string{userTable}, rows: []string{ada}, plan: []string{"additive"},
		file: "CREATE TABLE use (id integer PRIMARY KEY, by text REFERENCES user(id) ON DELETE SET NULL ON UPDATE SET NULL);\nINSERT INTO use (by) SELECT id FROM user;",
	},
	"a new child that is set to NULL, which it refuses": {
		base: []string{userTable}, rows: []string{ada}, refused: "refuse the deletion of those of user",
		file: "CREATE TABLE use (id integer PRIMARY KEY, by text CHECK (by IS NOT NULL) REFERENCES user(id) ON DELETE SET NULL ON UPDATE CASCADE);\nINSERT INTO use (by) SELECT id FROM user;",
	},
	"a new child whose trigger refuses to go": {
		base: []string{userTable}, rows: []string{ada}, refused: "refuse the deletion of those of user",
		file: filledProfile("REFERENCES user(id) ON DELETE CASCADE ON UPDATE CASCADE") + "\nCREATE TRIGGER stay BEFORE DELETE ON profile BEGIN SELECT RAISE(ABORT, 'no'); END;",
	},
	"a new child's child that keeps the key": {
		base: []string{userTable}, rows: []string{ada}, refused: "+ foreign key of page",
		file: filledProfile("REFERENCES user(id) ON DELETE CASCADE ON UPDATE CASCADE") +
			"\nCREATE TABLE page (id integer PRIMARY KEY, of text REFERENCES profile(id) ON DELETE CASCADE);\nINSERT INTO page (of) SELECT id FROM profile;",
	},
	"a new child of no rows": {base: []string{userTable}, rows: []string{ada}, file: "CREATE TABLE profile (id text PRIMARY KEY REFERENCES user(id))", plan: []string{"additive"}},
	"a new child whose rows refer to none": {
		base: []string{userTable}, rows: []string{ada}, file: "CREATE TABLE profile (id text PRIMARY KEY, by text REFERENCES user(id));\nINSERT INTO profile (id) SELECT id FROM user;", plan: []string{"additive"},
	},
	"said to be safe": {
		base: []string{userTable}, rows: []string{ada}, file: "-- safe: unique index once: the service looks for the address before it writes one\nCREATE UNIQUE INDEX once ON user (email)",
		plan: []string{"additive  + unique index once (on user(email); safe: the service looks for the address before it writes one)"},
	},
	"said to be safe, one of two": {
		base: []string{checkedTable}, rows: []string{checked}, file: "-- safe: constraint of t: a is never empty\n" + uncheck("a text, b text"),
		refused: "it says why one change of constraint of t is safe, but makes several: - constraint of t (check ( a <> '' )); - constraint of t (check ( b <> ':' )). " +
			"Write one comment per change, with everything that the plan shows of it, as in: -- safe: - constraint of t (check ( a <> '' )): WHY.",
	},
	"said to be safe, one of two by its details": {
		base: []string{checkedTable}, rows: []string{checked}, file: "-- safe: constraint of t (check ( b <> ':' )): b is a name\n" + uncheck("a text, b text"),
		refused: "it is destructive, with - constraint of t (check ( a <> '' )). If",
	},
	"said to be safe, each of two": {
		base: []string{checkedTable}, rows: []string{checked},
		file: "-- safe: constraint of t (check ( b <> ':' )): b is a name\n-- safe: - constraint of t (check ( a <> '' )): a is never empty\n" + uncheck("a text, b text"),
		plan: []string{"rebuild", "check ( a <> '' ); safe: a is never empty", "check ( b <> ':' ); safe: b is a name"},
	},
	"said to be safe, the only one": {
		base: []string{checkedTable}, rows: []string{checked}, file: "-- safe: constraint of t: a is never empty\n" + uncheck("a text, b text CHECK (b <> ':')"),
		plan: []string{"rebuild", "safe: a is never empty"},
	},
	"said to be safe, one foreign key of two": {
		base: []string{userTable, "CREATE TABLE t (id integer PRIMARY KEY, a text, b text)"}, rows: []string{ada},
		file:    "-- safe: foreign key of t: always has one\n" + uncheck("a text REFERENCES user(id), b text REFERENCES user(id)"),
		refused: "it says why one change of foreign key of t is safe, but makes several: + foreign key of t ((a) → user(id)",
	},
	"said to be safe, one collation of two": {
		base:    []string{"CREATE TABLE t (id integer PRIMARY KEY, a text COLLATE NOCASE, b text COLLATE NOCASE)"},
		file:    "-- safe: constraint of t: always in lower case\n" + uncheck("a text, b text"),
		refused: "makes several: - constraint of t (collate nocase of a); - constraint of t (collate nocase of b)",
	},
	"said to be safe, of another object": {
		base: []string{userTable}, rows: []string{ada}, file: "-- safe: unique index twice: no\nCREATE UNIQUE INDEX once ON user (email)",
		refused: "it says why the change of unique index twice is safe, and makes no such change",
	},
	"irreversible, said to be safe": {
		base: []string{userTable}, rows: []string{ada}, file: "-- safe: column user.image: nobody reads it\nALTER TABLE user DROP COLUMN image",
		refused: "it is irreversible, with - column user.image (text)",
	},
}

// What a trigger, a view or a foreign key mentions exists after the file.
var compiled = map[string]kind{
	"a trigger of another table, renamed aside": {
		base: []string{taskTable, userTable, "CREATE TRIGGER log AFTER UPDATE ON user BEGIN INSERT INTO task VALUES (new.id, 'changed'); END"}, rows: []string{ada, task}, allow: true,
		file:    "ALTER TABLE task RENAME TO old_task;\nCREATE TABLE task (id text PRIMARY KEY, title text, at integer);\nINSERT INTO task (id, title) SELECT id, title FROM old_task;\nDROP TABLE old_task;",
		refused: "0001_x.sql is breaking: after it the trigger log fails: no such table: main.old_task",
	},
	"a view, renamed aside": {
		base: []string{taskTable, "CREATE VIEW titles AS SELECT title FROM task"}, rows: []string{task}, allow: true,
		file:    "ALTER TABLE task RENAME TO old_task;\nCREATE TABLE task (id text PRIMARY KEY, title text);\nINSERT INTO task SELECT id, title FROM old_task;\nDROP TABLE old_task;",
		refused: "after it the view titles fails: no such table: main.old_task",
	},
	"a foreign key, renamed aside": {
		base: []string{userTable, "CREATE TABLE session (id text PRIMARY KEY, user_id text REFERENCES user(id))"}, rows: []string{ada}, allow: true,
		file:    "ALTER TABLE user RENAME TO old_user;\nCREATE TABLE user (id text PRIMARY KEY NOT NULL, email text NOT NULL, image text);\nINSERT INTO user SELECT * FROM old_user;\nDROP TABLE old_user;\nINSERT INTO session VALUES ('s', NULL);",
		refused: "no such table: main.old_user",
	},
	"a trigger of a dropped column": {
		base: []string{taskTable, userTable, "CREATE TRIGGER log AFTER UPDATE ON user BEGIN UPDATE task SET title = new.image; END"}, rows: []string{ada}, allow: true,
		file:    "CREATE TABLE n (id text PRIMARY KEY NOT NULL, email text NOT NULL);\nINSERT INTO n SELECT id, email FROM user;\nDROP TABLE user;\nALTER TABLE n RENAME TO user;\nCREATE TRIGGER log AFTER UPDATE ON user BEGIN UPDATE task SET title = new.image; END;",
		refused: "after it the trigger log fails: no such column: new.image",
	},
	"a view over a rebuilt table": {
		base: []string{userTable, "CREATE VIEW v AS SELECT id FROM user"}, rows: []string{ada}, file: naive,
		refused: "error in view v: no such table: main.user. Drop the view v before that, and create it again at the end of the file.",
	},
	"a view of a dropped table":   {base: []string{taskTable, "CREATE VIEW titles AS SELECT title FROM task"}, rows: []string{task}, allow: true, file: "DROP TABLE task", refused: "after it the view titles fails: no such table: main.task"},
	"a new view of nothing":       {base: []string{taskTable}, allow: true, file: "CREATE VIEW v AS SELECT a FROM absent", refused: "after it the view v fails: no such table: main.absent"},
	"a new trigger of nothing":    {base: []string{taskTable}, allow: true, file: "CREATE TRIGGER t AFTER DELETE ON task BEGIN DELETE FROM absent; END", refused: "after it the trigger t fails: no such table: main.absent"},
	"one trigger of two":          {base: []string{taskTable, "CREATE TRIGGER good AFTER INSERT ON task BEGIN SELECT 1; END"}, allow: true, file: "CREATE TRIGGER bad AFTER INSERT ON task BEGIN SELECT absent(1); END", refused: "after it the trigger bad fails: no such function: absent"},
	"a new reference to nothing":  {base: []string{taskTable}, allow: true, file: "CREATE TABLE child (a text REFERENCES absent(id))", refused: "after it the table child fails: no such table: main.absent"},
	"a reference without a key":   {base: []string{taskTable}, allow: true, file: "CREATE TABLE child (a text REFERENCES task(title))", refused: `foreign key mismatch - "child" referencing "task"`},
	"the key of a reference lost": {base: []string{userTable, "CREATE UNIQUE INDEX once ON user (email)", "CREATE TABLE child (a text REFERENCES user(email))"}, rows: []string{ada}, allow: true, file: "DROP INDEX once", refused: `foreign key mismatch - "child" referencing "user"`},
	"an INSTEAD OF trigger": {
		base: []string{taskTable, "CREATE VIEW titles AS SELECT id, title FROM task", "CREATE TRIGGER t INSTEAD OF INSERT ON titles BEGIN INSERT INTO task VALUES (new.id, new.title); END"}, rows: []string{task}, allow: true,
		file:    "DROP VIEW titles; CREATE VIEW titles AS SELECT id FROM task; CREATE TRIGGER t INSTEAD OF INSERT ON titles BEGIN INSERT INTO task VALUES (new.id, new.title); END;",
		refused: "after it the trigger t fails: no such column: new.title",
	},
	"broken before": {
		base: []string{"CREATE VIEW v AS SELECT a FROM absent", taskTable}, rows: []string{task}, file: "ALTER TABLE task ADD COLUMN at integer",
		plan: []string{"additive"},
	},
	"the form that works": {
		base: []string{taskTable, userTable, "CREATE TRIGGER log AFTER UPDATE ON user BEGIN INSERT INTO task (id, title) VALUES (new.id, 'changed'); END"}, rows: []string{ada, task},
		file: "CREATE TABLE n (id text PRIMARY KEY, title text, at integer);\nINSERT INTO n (id, title) SELECT id, title FROM task;\nDROP TRIGGER log;\nDROP TABLE task;\nALTER TABLE n RENAME TO task;\n" +
			"CREATE TRIGGER log AFTER UPDATE ON user BEGIN INSERT INTO task (id, title) VALUES (new.id, 'changed'); END;",
		plan: []string{"rebuild  ~ table task (rebuilt), + column task.at (integer)"}, after: map[string][]string{"SELECT title FROM task": {"walk"}},
	},
}

// With legacy renaming, other objects keep referring to the old name until the end of the file.
var renamedTheOldWay = map[string]kind{
	"aside and back": {
		base: []string{taskTable, userTable, "CREATE TRIGGER log AFTER UPDATE ON user BEGIN INSERT INTO task (id, title) VALUES (new.id, 'changed'); END"}, rows: []string{ada, task}, allow: true,
		file:  "PRAGMA legacy_alter_table = ON;\nALTER TABLE task RENAME TO old_task;\nCREATE TABLE task (id text PRIMARY KEY, title text);\nINSERT INTO task SELECT id, title FROM old_task;\nDROP TABLE old_task;",
		after: map[string][]string{"SELECT title FROM task": {"walk"}, "SELECT sql FROM sqlite_master WHERE name = 'log' AND sql LIKE '%old_task%'": {}},
	},
}
