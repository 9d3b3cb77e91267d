package migrate_test

// keylessNote is a table without a key; gapped gives it rows whose numbers have a gap.
const (
	keylessNote = "CREATE TABLE note (a text)"
	gapped      = "INSERT INTO note (rowid, a) VALUES (2, 'y'), (3, 'z')"
	logging     = "CREATE TRIGGER log AFTER DELETE ON note BEGIN INSERT INTO gone (n) VALUES (old.rowid); END"
)

// anew and along are rebuilds of note that number its rows anew, and that take the numbers along.
const (
	anew  = "CREATE TABLE n (a text, b text);\nINSERT INTO n (a) SELECT a FROM note;\nDROP TABLE note;\nALTER TABLE n RENAME TO note;\n"
	along = "CREATE TABLE n (a text, b text);\nINSERT INTO n (rowid, a) SELECT rowid, a FROM note;\nDROP TABLE note;\nALTER TABLE n RENAME TO note;\n"
)

// The numbers of rows stay where something reads them.
var rowNumbers = map[string]kind{
	"that nothing uses": {
		base: []string{keylessNote}, rows: []string{gapped}, file: anew,
		plan: []string{"rebuild", "~ row numbers of note (2 of 2 rows; where rowid is used, copy it: INSERT INTO new (rowid, …) SELECT rowid, …)"},
	},
	"that are copied": {
		base: []string{keylessNote}, rows: []string{gapped}, file: along, plan: []string{"rebuild  ~ table note (rebuilt), + column note.b (text)"},
		after: map[string][]string{"SELECT quote(rowid) FROM note": {"2", "3"}},
	},
	"that a trigger keeps": {
		base: []string{keylessNote, "CREATE TABLE gone (n integer)", logging}, rows: []string{gapped}, file: anew + logging,
		refused: "it is destructive, with ~ row numbers of note (2 of 2 rows; where rowid is used, copy it: INSERT INTO new (rowid, …) SELECT rowid, …; it is used by the trigger log)",
	},
	"that a trigger keeps, copied": {
		base: []string{keylessNote, "CREATE TABLE gone (n integer)", logging}, rows: []string{gapped}, file: along + logging, plan: []string{"rebuild"},
	},
	"that a view shows": {
		base: []string{keylessNote, "CREATE VIEW v AS SELECT _rowid_ AS n, a FROM note"}, rows: []string{gapped}, file: "DROP VIEW v;\n" + anew + "CREATE VIEW v AS SELECT _rowid_ AS n, a FROM note",
		refused: "it is used by the view v",
	},
	"without gaps": {
		base: []string{keylessNote, "CREATE TABLE gone (n integer)", logging}, rows: []string{"INSERT INTO note VALUES ('x'), ('y')"}, file: anew + logging, plan: []string{"rebuild"},
	},
	"of a table with a key of its own": {
		base: []string{taskTable, "CREATE VIEW v AS SELECT rowid AS n FROM task"}, rows: []string{"INSERT INTO task (rowid, id, title) VALUES (2, 'c', 'd')"},
		file: "DROP VIEW v;\n" + retask("n text", "NULL") + "CREATE VIEW v AS SELECT rowid AS n FROM task", refused: "it is used by the view v",
	},
	"that a full-text table gets": {
		base: []string{keylessNote, "CREATE VIRTUAL TABLE search USING fts5(a, content='note')", "CREATE TRIGGER put AFTER INSERT ON note BEGIN INSERT INTO search (rowid, a) VALUES (new.rowid, new.a); END"},
		rows: []string{"INSERT INTO note VALUES ('x'), ('y')", "INSERT INTO search (search, rowid, a) VALUES ('delete', 1, 'x')", "DELETE FROM note WHERE a = 'x'"},
		file: anew + "INSERT INTO search (search) VALUES ('rebuild');\nCREATE TRIGGER put AFTER INSERT ON note BEGIN INSERT INTO search (rowid, a) VALUES (new.rowid, new.a); END",
		plan: []string{"rebuild"}, after: map[string][]string{"SELECT a FROM search WHERE search MATCH 'y'": {"y"}},
	},
}

// manyUsers and manyNotes are 25,000 rows of user, and of a table that refers to it.
const (
	manyUsers = "INSERT INTO user WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 25000) SELECT printf('u%06d', i), i, 'x' FROM n"
	manyNotes = "INSERT INTO s WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 25000) SELECT i, printf('u%06d', i) FROM n"
	ofUsers   = "CREATE TABLE s (id integer PRIMARY KEY, u text REFERENCES user(id) ON DELETE CASCADE)"
)

const recipeE = `PRAGMA defer_foreign_keys = ON;
CREATE TABLE apart AS SELECT * FROM s;
CREATE TABLE kept AS SELECT * FROM user;
DROP TABLE user;
CREATE TABLE user (id text PRIMARY KEY NOT NULL, email text NOT NULL, image text, age integer);
INSERT INTO user (id, email, image) SELECT id, email, image FROM kept;
DROP TABLE kept;
INSERT INTO s SELECT * FROM apart;
DROP TABLE apart;`

// A DROP TABLE looks for rows of its children by an index, or the file is refused.
var scans = map[string]kind{
	"without an index": {
		base: []string{userTable, ofUsers}, rows: []string{manyUsers, manyNotes}, file: recipeE, allow: true,
		refused: "0001_x.sql line 4 is failing: for each of its 25000 rows, DROP TABLE user looks through all 25000 rows of s for those that refer to it, which takes longer than D1 allows. Create an index on s (u) before that",
	},
	"with an index": {
		base: []string{userTable, ofUsers, "CREATE INDEX s_u ON s (u)"}, rows: []string{manyUsers, manyNotes}, file: recipeE, plan: []string{"rebuild"},
		after: map[string][]string{"SELECT quote(count(*)) FROM s": {"25000"}},
	},
	"with an index that the file makes": {
		base: []string{userTable, ofUsers}, rows: []string{manyUsers, manyNotes}, file: "CREATE INDEX s_u ON s (u);\n" + recipeE, plan: []string{"rebuild"},
	},
	"with an index of some rows": {
		base: []string{userTable, ofUsers, "CREATE INDEX s_u ON s (u) WHERE u > 'u'"}, rows: []string{manyUsers, manyNotes}, file: recipeE, refused: "Create an index on s (u) before that",
	},
}

// What SQLite's words don't say is said by the refusal.
var advised = map[string]kind{
	"NOT NULL by ALTER":        {base: []string{userTable}, file: "ALTER TABLE user ALTER COLUMN image SET NOT NULL", refused: "SQLite can change a constraint of a table only by a rebuild"},
	"CHECK by ALTER":           {base: []string{userTable}, file: "ALTER TABLE user ADD CONSTRAINT c CHECK (email <> '')", refused: "SQLite can change a constraint of a table only by a rebuild"},
	"a name as a default":      {base: []string{userTable}, file: `ALTER TABLE user ADD COLUMN z text DEFAULT "x"`, refused: "the default is a name, which SQLite takes for a text; write DEFAULT 'x')"},
	"a bare name as a default": {base: []string{userTable}, file: "ALTER TABLE user ADD COLUMN z text DEFAULT x", refused: "write DEFAULT 'x')"},
	"an index that a view names": {
		base: []string{userTable, "CREATE INDEX i ON user (email)", "CREATE VIEW v AS SELECT id FROM user INDEXED BY i WHERE email = 'a'"}, file: "DROP INDEX i",
		refused: "after it the view v fails: no such index: i. It names the index with INDEXED BY. Keep the index, or make the view v without that first.",
	},
	"an index that a trigger names": {
		base: []string{userTable, noteTable, "CREATE INDEX i ON user (email)", "CREATE TRIGGER t AFTER INSERT ON note BEGIN DELETE FROM note WHERE a = (SELECT id FROM user INDEXED BY i WHERE email = 'a'); END"}, file: "DROP INDEX i",
		refused: "after it the trigger t fails: no such index: i. It names the index with INDEXED BY",
	},
}
