package migrate_test

import "strings"

// What fails or not depending on the existing rows.
var rowsDecide = map[string]kind{
	"computed default":            {base: []string{userTable}, rows: []string{ada}, file: "ALTER TABLE user ADD COLUMN at integer DEFAULT (unixepoch()) NOT NULL", refused: "0001_x.sql line 1 is failing: Cannot add a column with non-constant default"},
	"computed default, no rows":   {base: []string{userTable}, file: "ALTER TABLE user ADD COLUMN at integer DEFAULT (unixepoch()) NOT NULL", plan: []string{"additive"}},
	"stored column":               {base: []string{userTable}, rows: []string{ada}, file: "ALTER TABLE user ADD COLUMN n text AS (email) STORED", allow: true, refused: "cannot add a STORED column"},
	"default beside a reference":  {base: []string{userTable, taskTable}, rows: []string{task}, allow: true, file: "ALTER TABLE task ADD COLUMN owner text DEFAULT 'u1' REFERENCES user(id)", refused: "Cannot add a REFERENCES column with non-NULL default value"},
	"default that breaks a CHECK": {base: []string{userTable}, rows: []string{ada}, allow: true, file: "ALTER TABLE user ADD COLUMN n integer DEFAULT 0 CHECK (n > 0)", refused: "is failing: CHECK constraint failed"},
	"no default":                  {base: []string{userTable}, rows: []string{ada}, allow: true, file: "ALTER TABLE user ADD COLUMN n integer NOT NULL", refused: "Cannot add a NOT NULL column with default value NULL"},
	"duplicates": {
		base: []string{userTable}, rows: []string{ada, "INSERT INTO user VALUES ('u3', 'ada@example.test', NULL)"}, allow: true, file: "CREATE UNIQUE INDEX once ON user (email)",
		refused: "0001_x.sql line 1 is failing: UNIQUE constraint failed: user.email: 1 value of user in several rows, and the unique index once takes each once, as with id = 'u1'",
	},
	"duplicates beside a predicate": {
		base: []string{userTable}, rows: []string{ada, "INSERT INTO user VALUES ('u3', 'ada@example.test', NULL)"}, allow: true, file: "CREATE UNIQUE INDEX once ON user (email) WHERE image IS NULL",
		plan: []string{"destructive  + unique index once"},
	},
	"duplicates of an expression": {
		base: []string{userTable}, rows: []string{ada, "INSERT INTO user VALUES ('u3', 'ADA@example.test', NULL)"}, allow: true, file: "CREATE UNIQUE INDEX once ON user (lower(email))",
		refused: "1 value of user in several rows, and the unique index once takes each once, as with id = 'u1'",
	},
	"NULLs into NOT NULL": {
		base: []string{userTable}, rows: []string{ada, "INSERT INTO user VALUES ('u3', 'c', NULL)"}, allow: true,
		file:    "CREATE TABLE n (id text PRIMARY KEY NOT NULL, email text NOT NULL, image text NOT NULL);\nINSERT INTO n SELECT * FROM user;\nDROP TABLE user;\nALTER TABLE n RENAME TO user;",
		refused: "0001_x.sql line 2 is failing: NOT NULL constraint failed: n.image: 2 rows of user without image, which becomes NOT NULL, as with id = 'u2'",
	},
	"values against a CHECK": {
		base: []string{userTable}, rows: []string{ada}, allow: true,
		file:    "CREATE TABLE n (id text PRIMARY KEY NOT NULL, email text NOT NULL CHECK (email LIKE 'a%'), image text);\nINSERT INTO n SELECT * FROM user;\nDROP TABLE user;\nALTER TABLE n RENAME TO user;",
		refused: "line 2 is failing: CHECK constraint failed: email LIKE 'a%': 1 row of user against its new CHECK ( email like 'a%' ), as with id = 'u2'",
	},
	"orphans": {
		base: []string{userTable, "CREATE TABLE note (id text PRIMARY KEY, by text)"}, rows: []string{ada, "INSERT INTO note VALUES ('n1', 'u1'), ('n2', 'gone'), ('n3', NULL)"}, allow: true,
		file:    "CREATE TABLE n (id text PRIMARY KEY, by text REFERENCES user(id));\nINSERT INTO n SELECT * FROM note;\nDROP TABLE note;\nALTER TABLE n RENAME TO note;",
		refused: "1 row of note without a row of user to refer to, as with id = 'n2'",
	},
	"orphans, put off": {
		base: []string{userTable, "CREATE TABLE note (id text PRIMARY KEY, by text)"}, rows: []string{ada, "INSERT INTO note VALUES ('n1', 'u1'), ('n2', 'gone'), ('n3', NULL)"}, allow: true,
		file:    "PRAGMA defer_foreign_keys = ON;\nCREATE TABLE n (id text PRIMARY KEY, by text REFERENCES user(id));\nINSERT INTO n SELECT * FROM note;\nDROP TABLE note;\nALTER TABLE n RENAME TO note;",
		refused: "1 row of note without a row of user to refer to, as with id = 'n2'",
	},
	"a row that is there": {base: []string{userTable}, rows: []string{ada}, file: "INSERT INTO user VALUES ('u1', 'x', NULL)", refused: "is failing: UNIQUE constraint failed: user.id"},
	"a row that needs one that is there": {
		base: []string{userTable, "CREATE TABLE note (id text PRIMARY KEY, by text NOT NULL REFERENCES user(id))"}, rows: []string{ada},
		file: "INSERT INTO note VALUES ('n1', 'u2'); INSERT INTO note SELECT 'n2', (SELECT min(id) FROM user);", after: map[string][]string{"SELECT id || by FROM note": {"n1u2", "n2u1"}},
	},
	"a pattern that is too long for a BLOB too": {
		base: []string{userTable}, rows: []string{"INSERT INTO user VALUES ('u1', x'61', NULL)"}, allow: true,
		file:    "CREATE INDEX i ON user (id) WHERE email LIKE '" + strings.Repeat("x", 51) + "'",
		refused: "0001_x.sql line 1 is failing: LIKE or GLOB pattern too complex",
	},
	"a BLOB that a pattern matches": {
		base: []string{userTable}, rows: []string{"INSERT INTO user VALUES ('u1', x'61', NULL), ('u2', 'b', NULL)"}, allow: true,
		file: "UPDATE user SET image = 'x' WHERE email LIKE 'a'", after: map[string][]string{"SELECT id FROM user WHERE image = 'x'": {"u1"}},
	},
	"an expression that fails on a row": {
		base: []string{taskTable}, rows: []string{task}, file: "CREATE INDEX i ON task (json_extract(title, '$.a'))",
		refused: "0001_x.sql line 1 is failing: malformed JSON",
	},
}

const (
	sessionTable = "CREATE TABLE session (id text PRIMARY KEY, user_id text NOT NULL REFERENCES user(id) ON DELETE CASCADE)"
	ledgerTable  = "CREATE TABLE ledger (id text PRIMARY KEY, user_id text NOT NULL REFERENCES user(id))"
	sessions     = "INSERT INTO session VALUES ('s1', 'u1'), ('s2', 'u2')"
	ledger       = "INSERT INTO ledger VALUES ('l1', 'u1')"
	newUser      = "CREATE TABLE user (id text PRIMARY KEY NOT NULL, email text NOT NULL, image text, age integer);\n"
)

// away is a rebuild under the table's own name: recipe C.
const away = "CREATE TABLE kept AS SELECT * FROM user;\nDROP TABLE user;\n" + newUser +
	"INSERT INTO user (id, email, image) SELECT id, email, image FROM kept;\nDROP TABLE kept;\n"

const (
	auditTable = "CREATE TABLE audit (id integer PRIMARY KEY, what text)"
	gone       = "CREATE TRIGGER gone AFTER DELETE ON session BEGIN INSERT INTO audit (what) VALUES ('gone ' || old.id); END"
	arrived    = "CREATE TRIGGER arrived AFTER INSERT ON session BEGIN INSERT INTO audit (what) VALUES ('new ' || new.id); END"
)

const deferred = "PRAGMA defer_foreign_keys = ON;\n"

// Rebuilds of a table that others refer to.
var parents = map[string]kind{
	"naive, no action":           {base: []string{userTable, ledgerTable}, rows: []string{ada, ledger}, allow: true, file: naive, refused: "line 3 is cascading: DROP TABLE user would fail, since rows of ledger refer to it"},
	"naive, cascade":             {base: []string{userTable, sessionTable}, rows: []string{ada, sessions}, allow: true, file: naive, refused: "line 3 is cascading: DROP TABLE user would run ON DELETE CASCADE on the rows of session"},
	"naive, set null":            {base: []string{userTable, "CREATE TABLE note (id text PRIMARY KEY, by text REFERENCES user(id) ON DELETE SET NULL)"}, rows: []string{ada, "INSERT INTO note VALUES ('n1', 'u1')"}, allow: true, file: naive, refused: "would run ON DELETE SET NULL on the rows of note"},
	"naive, two generations":     {base: []string{userTable, sessionTable, "CREATE TABLE page (id text PRIMARY KEY, session_id text REFERENCES session(id) ON DELETE CASCADE)"}, rows: []string{ada, sessions, "INSERT INTO page VALUES ('p1', 's1')"}, allow: true, file: naive, refused: "would run ON DELETE CASCADE on the rows of session"},
	"naive, put off":             {base: []string{userTable, ledgerTable}, rows: []string{ada, ledger}, allow: true, file: deferred + naive, refused: "line 4 is cascading: DROP TABLE user would fail, since rows of ledger refer to it"},
	"away, not put off":          {base: []string{userTable, ledgerTable}, rows: []string{ada, ledger}, allow: true, file: away, refused: "DROP TABLE user would fail, since rows of ledger refer to it"},
	"away, with a child at risk": {base: []string{userTable, sessionTable}, rows: []string{ada, sessions}, allow: true, file: deferred + away, refused: "would run ON DELETE CASCADE on the rows of session"},
	"recipe C": {
		base: []string{userTable, ledgerTable}, rows: []string{ada, ledger}, file: deferred + away, plan: []string{"rebuild  ~ table user (rebuilt), + column user.age (integer)"},
		after: map[string][]string{"SELECT id || email || coalesce(image, '') FROM user": {"u1ada@example.testx", "u2bob@example.test"}, "SELECT id || user_id FROM ledger": {"l1u1"}},
	},
	"recipe D": {
		base: []string{userTable, sessionTable, ledgerTable}, rows: []string{ada, sessions, ledger},
		file: deferred + "CREATE TABLE apart (id text PRIMARY KEY, user_id text NOT NULL);\nINSERT INTO apart SELECT id, user_id FROM session;\nDROP TABLE session;\n" + away +
			sessionTable + ";\nINSERT INTO session SELECT id, user_id FROM apart;\nDROP TABLE apart;",
		plan:  []string{"rebuild  ~ table session (rebuilt), ~ table user (rebuilt)"},
		after: map[string][]string{"SELECT id || user_id FROM session": {"s1u1", "s2u2"}, "SELECT id FROM user": {"u1", "u2"}, "SELECT id FROM ledger": {"l1"}},
	},
	"recipe E": {
		base: []string{userTable, sessionTable}, rows: []string{ada, sessions},
		file: deferred + "CREATE TABLE apart AS SELECT * FROM session;\n" + away + "INSERT INTO session SELECT * FROM apart;\nDROP TABLE apart;",
		plan: []string{"rebuild"}, after: map[string][]string{"SELECT id || user_id FROM session": {"s1u1", "s2u2"}, "SELECT id FROM user": {"u1", "u2"}},
	},
	"recipe E, with a log": {
		base: []string{userTable, sessionTable, auditTable, gone, arrived}, rows: []string{ada, sessions, "DELETE FROM audit"},
		file: deferred + "CREATE TABLE apart AS SELECT * FROM session;\n" + away + "INSERT INTO session SELECT * FROM apart;\nDROP TABLE apart;",
		plan: []string{"rebuild", "+ rows of audit (by a trigger or foreign key, or through a view)"}, after: map[string][]string{"SELECT what FROM audit ORDER BY what": {"gone s1", "gone s2", "new s1", "new s2"}},
	},
	"recipe E, with a log of what goes": {
		base: []string{userTable, sessionTable, auditTable, gone}, rows: []string{ada, sessions},
		file: deferred + "CREATE TABLE apart AS SELECT * FROM session;\n" + away + "INSERT INTO session SELECT * FROM apart;\nDROP TABLE apart;",
		plan: []string{"rebuild", "+ rows of audit (by a trigger"}, after: map[string][]string{"SELECT what FROM audit ORDER BY what": {"gone s1", "gone s2"}},
	},
	"recipe E, with a log that forgets": {
		base: []string{userTable, sessionTable, auditTable, "CREATE TRIGGER forgets AFTER DELETE ON session BEGIN DELETE FROM audit; END"}, rows: []string{ada, sessions, "INSERT INTO audit VALUES (1, 'a')"}, allow: true,
		file:    deferred + "CREATE TABLE apart AS SELECT * FROM session;\n" + away + "INSERT INTO session SELECT * FROM apart;\nDROP TABLE apart;",
		plan:    []string{"- rows of audit (by a trigger"},
		refused: "the table audit would have lost rows",
	},
	"recipe E, short of a row": {
		base: []string{userTable, sessionTable}, rows: []string{ada, sessions}, allow: true,
		file:    deferred + "CREATE TABLE apart AS SELECT * FROM session WHERE id = 's1';\n" + away + "INSERT INTO session SELECT * FROM apart;\nDROP TABLE apart;",
		refused: "would run ON DELETE CASCADE on the rows of session",
	},
	"recipe D, with another's values": {
		base: []string{userTable, sessionTable}, rows: []string{ada, sessions},
		file: deferred + "CREATE TABLE apart (id text PRIMARY KEY, user_id text NOT NULL);\nINSERT INTO apart SELECT id, 'u1' FROM session;\nDROP TABLE session;\n" + away +
			sessionTable + ";\nINSERT INTO session SELECT id, user_id FROM apart;\nDROP TABLE apart;",
		refused: "~ values of session.user_id (1 of 2 rows, as with id = 's2')",
	},
	"a table that refers to itself": {
		base: []string{"CREATE TABLE tree (id text PRIMARY KEY, up text REFERENCES tree(id))"}, rows: []string{"INSERT INTO tree VALUES ('t1', NULL), ('t2', 't1')"},
		file: deferred + "CREATE TABLE kept AS SELECT * FROM tree;\nDROP TABLE tree;\nCREATE TABLE tree (id text PRIMARY KEY, up text REFERENCES tree(id), n integer);\nINSERT INTO tree (id, up) SELECT id, up FROM kept;\nDROP TABLE kept;",
		plan: []string{"rebuild"}, after: map[string][]string{"SELECT id || coalesce(up, '') FROM tree": {"t1", "t2t1"}},
	},
	"naive, children without rows": {
		base: []string{userTable, sessionTable, ledgerTable}, rows: []string{ada}, file: naive, plan: []string{"rebuild"}, after: map[string][]string{"SELECT id FROM user": {"u1", "u2"}},
	},
}
