package migrate_test

const (
	banTable  = "CREATE TABLE ban (id text)"
	noteTable = "CREATE TABLE note (a text)"
	quotedJob = `CREATE TABLE job (id integer, status text CHECK (status IN ("active", "done")))`
)

// sweeping is a trigger that deletes notes by a name of an outer table.
const sweeping = "CREATE TRIGGER sweep AFTER UPDATE ON user BEGIN DELETE FROM note WHERE EXISTS (SELECT 1 FROM ban WHERE a IS NULL); END"

// turned is a rebuild of pair with another order of its columns.
var turned = pairRebuild("id text PRIMARY KEY, b text, a text", "INSERT INTO n (id, a, b) SELECT id, a, b FROM pair")

const keeping = "CREATE TRIGGER keep AFTER INSERT ON note BEGIN INSERT INTO pair VALUES (new.a, 'a', 'b'); END"

// A name in what is stored means what it meant before, or the file needs an allowance.
var captured = map[string]kind{
	"a subquery's outer name, in a trigger": {
		base: []string{userTable, banTable, noteTable, sweeping}, rows: []string{ada, "INSERT INTO note VALUES ('x')", "INSERT INTO ban VALUES ('b')"},
		file:    "ALTER TABLE ban ADD COLUMN a text",
		refused: "it is destructive, with ~ trigger sweep (the name a in it means the new column ban.a from now on; qualify the name in it, or name the column otherwise)",
	},
	"a subquery's outer name, qualified": {
		base: []string{userTable, banTable, noteTable, "CREATE TRIGGER sweep AFTER UPDATE ON user BEGIN DELETE FROM note WHERE EXISTS (SELECT 1 FROM ban WHERE note.a IS NULL); END"},
		rows: []string{ada}, file: "ALTER TABLE ban ADD COLUMN a text", plan: []string{"additive"},
	},
	"an outer name that a trigger refuses by": {
		base: []string{userTable, banTable, noteTable, "CREATE TRIGGER no BEFORE INSERT ON note WHEN EXISTS (SELECT 1 FROM user WHERE EXISTS (SELECT 1 FROM ban WHERE image = 'ban')) BEGIN SELECT RAISE(ABORT, 'no'); END"},
		rows: []string{ada}, file: "ALTER TABLE ban ADD COLUMN image text DEFAULT 'ban'", refused: "~ trigger no (the name image in it means the new column ban.image",
	},
	"an alias that is the same for both": {
		base: []string{userTable, banTable, "CREATE VIEW v AS SELECT id FROM user AS u WHERE EXISTS (SELECT 1 FROM ban AS u WHERE u.image IS NULL)"},
		rows: []string{ada}, file: "ALTER TABLE ban ADD COLUMN image text", refused: "~ view v (the name image in it means the new column ban.image",
	},
	"an alias of a column": {
		base: []string{banTable, "CREATE VIEW v AS SELECT lower(id) AS low FROM ban WHERE low = 'b'"},
		file: "ALTER TABLE ban ADD COLUMN low text", refused: "~ view v (the name low in it means the new column ban.low",
	},
	"in a common table expression": {
		base: []string{userTable, banTable, "CREATE VIEW v AS WITH held AS (SELECT id FROM user WHERE EXISTS (SELECT 1 FROM ban WHERE image IS NULL)) SELECT id FROM held"},
		file: "ALTER TABLE ban ADD COLUMN image text", refused: "~ view v (the name image in it means",
	},
	"through a view": {
		base: []string{userTable, banTable, noteTable, "CREATE VIEW bans AS SELECT * FROM ban", "CREATE TRIGGER sweep AFTER UPDATE ON user BEGIN DELETE FROM note WHERE EXISTS (SELECT 1 FROM bans WHERE a IS NULL); END"},
		file: "ALTER TABLE ban ADD COLUMN a text", refused: "~ trigger sweep (the name a in it means the new column bans.a",
	},
	"by a rebuild": {
		base: []string{userTable, banTable, noteTable, sweeping}, rows: []string{ada},
		file:    "DROP TRIGGER sweep; CREATE TABLE n (id text, a text); INSERT INTO n (rowid, id) SELECT rowid, id FROM ban; DROP TABLE ban; ALTER TABLE n RENAME TO ban; " + sweeping,
		refused: "~ trigger sweep (the name a in it means the new column ban.a",
	},
	"by a rename that is said to be safe": {
		base: []string{userTable, "CREATE TABLE ban (id text, b text)", noteTable, sweeping}, rows: []string{ada},
		file: "-- safe: column ban.b: nobody reads it\nALTER TABLE ban RENAME COLUMN b TO a", refused: "~ trigger sweep (the name a in it may mean the renamed column ban.a",
	},
	"said to be safe": {
		base: []string{userTable, banTable, noteTable, sweeping}, rows: []string{ada},
		file: "-- safe: trigger sweep: it is to go by the ban from now on\nALTER TABLE ban ADD COLUMN a text", plan: []string{"safe: it is to go by the ban from now on"},
	},
	"of a table that the object does not read": {
		base: []string{userTable, banTable, noteTable, sweeping}, rows: []string{ada}, file: "ALTER TABLE user ADD COLUMN a text", refused: "",
		plan: []string{"additive"},
	},
	"a trigger that writes another table's column of that name": {
		base: []string{userTable, noteTable, "CREATE TRIGGER log AFTER UPDATE ON user BEGIN INSERT INTO note (a) VALUES (new.id); END"}, rows: []string{ada},
		file: "ALTER TABLE user ADD COLUMN a text", plan: []string{"additive"},
	},
	"a text, in a CHECK": {
		base: []string{quotedJob}, rows: []string{"INSERT INTO job VALUES (1, 'active')"}, file: "ALTER TABLE job ADD COLUMN active text DEFAULT 'z'",
		refused: `~ constraint of job ("active" in it was a text, and means the new column from now on; make it again with 'active', or name the column otherwise)`,
	},
	"a text, in a CHECK, by a rename": {
		base: []string{`CREATE TABLE job (id integer, status text CHECK (status IN ("active", "done")), b text)`}, file: "-- safe: column job.b: nobody reads it\nALTER TABLE job RENAME COLUMN b TO active",
		refused: `~ constraint of job ("active" in it was a text`,
	},
	"a truth value, by a rename": {
		base: []string{pairTable}, file: "-- safe: column pair.b: nobody reads it\nALTER TABLE pair RENAME COLUMN b TO [true]", refused: "~ column pair.true (statements that use TRUE read this column from now on",
	},
	"a text, in a CHECK, and another name": {
		base: []string{quotedJob}, rows: []string{"INSERT INTO job VALUES (1, 'active')"}, file: "ALTER TABLE job ADD COLUMN rank text DEFAULT 'z'", plan: []string{"additive"},
	},
	"a text, in a trigger": {
		base: []string{"CREATE TABLE job (id integer, status text)", `CREATE TRIGGER tr AFTER INSERT ON job BEGIN DELETE FROM job WHERE status = "gone"; END`},
		rows: []string{"INSERT INTO job VALUES (1, 'active')"}, file: "ALTER TABLE job ADD COLUMN gone text DEFAULT 'active'", refused: "~ trigger tr (the name gone in it means",
	},
	"a text, in a trigger's WHEN": {
		base: []string{"CREATE TABLE job (id integer, status text)", noteTable, `CREATE TRIGGER tr AFTER INSERT ON job WHEN (SELECT count(*) FROM note WHERE a = "bad") > 0 BEGIN SELECT RAISE(ABORT, 'no'); END`},
		file: "ALTER TABLE note ADD COLUMN bad text", refused: "~ trigger tr (the name bad in it means",
	},
	"a text, in a view": {
		base: []string{"CREATE TABLE job (id integer, status text)", `CREATE VIEW v AS SELECT id FROM job WHERE status = "active"`},
		file: "ALTER TABLE job ADD COLUMN active text", refused: "~ view v (the name active in it means the new column job.active",
	},
	"a text, in an index": {
		base: []string{"CREATE TABLE job (id integer, status text)", `CREATE INDEX i ON job (status) WHERE status <> "active"`},
		rows: []string{"INSERT INTO job VALUES (1, 'active')"}, file: "ALTER TABLE job ADD COLUMN active text DEFAULT 'z'", refused: `~ index i ("active" in it was a text`,
	},
	"a text, in a generated column": {
		base: []string{`CREATE TABLE job (id integer, status text, n text AS (coalesce(status, "none")))`}, file: "ALTER TABLE job ADD COLUMN none text", refused: `~ constraint of job ("none" in it was a text`,
	},
	"NATURAL JOIN": {
		base: []string{userTable, "CREATE TABLE nick (id text, nick text)", "CREATE VIEW v AS SELECT nick FROM user NATURAL JOIN nick"}, rows: []string{ada},
		file:    "ALTER TABLE nick ADD COLUMN image text",
		refused: "~ view v (it joins by the new column nick.image too from now on; write ON with the columns that are meant, or name the column otherwise)",
	},
	"NATURAL JOIN, and a name of one table": {
		base: []string{userTable, "CREATE TABLE nick (id text, nick text)", "CREATE VIEW v AS SELECT nick FROM user NATURAL JOIN nick"}, rows: []string{ada}, file: "ALTER TABLE nick ADD COLUMN at text", plan: []string{"additive"},
	},
	"NATURAL JOIN with a view": {
		base: []string{userTable, "CREATE TABLE nick (id text, nick text)", "CREATE VIEW users AS SELECT id, image AS face FROM user", "CREATE VIEW v AS SELECT nick FROM users NATURAL JOIN nick"}, rows: []string{ada},
		file: "ALTER TABLE nick ADD COLUMN face text", refused: "~ view v (it joins by the new column nick.face too",
	},
	"NATURAL JOIN with itself": {
		base: []string{userTable, "CREATE VIEW v AS SELECT email FROM user NATURAL JOIN user AS again"}, rows: []string{ada}, file: "ALTER TABLE user ADD COLUMN at text", refused: "~ view v (it joins by",
	},
	"USING": {
		base: []string{userTable, "CREATE TABLE nick (id text, of text)", "CREATE TABLE face (of text)", "CREATE VIEW v AS SELECT user.email FROM user JOIN nick ON user.id = nick.id JOIN face USING (of)"},
		file: "ALTER TABLE user ADD COLUMN of text", refused: "view v",
	},
	"SELECT * of a view": {
		base: []string{userTable, "CREATE VIEW v AS SELECT * FROM user WHERE image IS NOT NULL"}, rows: []string{ada}, file: "ALTER TABLE user ADD COLUMN at text", plan: []string{"additive"},
	},
	"SELECT DISTINCT *": {
		base: []string{"CREATE TABLE ban (id text)", "CREATE VIEW v AS SELECT DISTINCT * FROM ban"}, file: "ALTER TABLE ban ADD COLUMN at text",
		refused: "~ view v (its SELECT * takes in the new column ban.at, or the name at means it from now on; list the columns in it)",
	},
	"SELECT * of a view that had the name": {
		base: []string{userTable, "CREATE TABLE nick (nick text)", "CREATE VIEW v AS SELECT * FROM user, nick"}, file: "ALTER TABLE user ADD COLUMN nick text", refused: "~ view v (its SELECT * takes in the new column user.nick",
	},
	"SELECT * of a view with UNION": {
		base: []string{userTable, "CREATE TABLE w (id text, email text, image text)", "CREATE VIEW v AS SELECT * FROM user UNION ALL SELECT * FROM w"}, file: "ALTER TABLE user ADD COLUMN at text", refused: "v",
	},
	"SELECT * in EXISTS": {
		base: []string{userTable, banTable, noteTable, "CREATE TRIGGER sweep AFTER UPDATE ON user BEGIN DELETE FROM note WHERE EXISTS (SELECT * FROM ban WHERE ban.id = new.id); END"},
		file: "ALTER TABLE ban ADD COLUMN at text", plan: []string{"additive"},
	},
	"SELECT * of a trigger, into a table that grows too": {
		base: []string{banTable, noteTable, "CREATE TRIGGER keep AFTER DELETE ON ban BEGIN INSERT INTO note SELECT * FROM ban; END"},
		file: "ALTER TABLE ban ADD COLUMN at text; ALTER TABLE note ADD COLUMN at text;", refused: "~ trigger keep (its SELECT * takes in the new column ban.at",
	},
	"the order of columns, for a trigger": {
		base: []string{pairTable, noteTable, keeping},
		file: "DROP TRIGGER keep; " + turned + "; " + keeping, refused: "~ trigger keep (it takes the columns of pair by their place, which changes",
	},
	"the order of columns, for a view": {
		base: []string{pairTable, "CREATE VIEW v (one, two, three) AS SELECT * FROM pair"},
		file: "DROP VIEW v; " + turned + "; CREATE VIEW v (one, two, three) AS SELECT * FROM pair;", refused: "~ view v (it takes the columns of pair by their place, which changes",
	},
	"the order of columns, for a view without names": {
		base: []string{pairTable, "CREATE VIEW v AS SELECT * FROM pair"},
		file: "DROP VIEW v; " + turned + "; CREATE VIEW v AS SELECT * FROM pair;", plan: []string{"rebuild"},
	},
	"the row's number": {
		base: []string{taskTable}, file: retask("rowid text", "NULL"), refused: "+ column task.rowid (text: statements that use ROWID read this column from now on; name it otherwise)",
	},
	"a truth value":                {base: []string{taskTable}, file: "ALTER TABLE task ADD COLUMN \"true\" text", refused: "statements that use TRUE read this column from now on"},
	"a table for a function":       {base: []string{userTable}, file: "CREATE TABLE json_each (id text)", refused: "0001_x.sql line 1 is invalid: json_each is a table-valued function of SQLite, which a table or view of that name hides"},
	"a view for a function":        {base: []string{userTable}, file: "CREATE VIEW IF NOT EXISTS \"Json_Tree\" AS SELECT 1 AS a", refused: "table-valued function"},
	"a rename to a function":       {base: []string{userTable}, file: "CREATE TABLE z (a); ALTER TABLE z RENAME TO json_each;", refused: "line 1 is invalid: json_each is a table-valued function"},
	"a table for a pragma":         {base: []string{userTable}, allow: true, file: "CREATE TABLE pragma_table_info (id text)", refused: "pragma_table_info is a table-valued function"},
	"a table called like a module": {base: []string{userTable}, file: "CREATE TABLE fts5vocab (id text)", plan: []string{"additive"}},
}
