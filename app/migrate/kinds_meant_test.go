package migrate_test

import (
	"fmt"
	"strings"
)

const (
	numbered = "CREATE TABLE t (id integer PRIMARY KEY, a text)"
	hidden   = "CREATE TRIGGER v_insert INSTEAD OF INSERT ON v BEGIN INSERT INTO user VALUES (new.id, new.email, new.image); END"
)

// keyed returns a rebuild of t with another key.
func keyed(id string) string {
	return "CREATE TABLE n (id " + id + ", a text);\nINSERT INTO n SELECT id, a FROM t;\nDROP TABLE t;\nALTER TABLE n RENAME TO t;"
}

// logged returns a trigger that records something of every row of user.
func logged(table, kept string) string {
	return "CREATE TABLE log " + table + ";\nCREATE TRIGGER t AFTER INSERT ON user BEGIN INSERT INTO log VALUES (" + kept + "); END;"
}

// loggedIn is the same, with the columns that it fills.
func loggedIn(table, columns, kept string) string {
	return strings.Replace(logged(table, kept), "INSERT INTO log", "INSERT INTO "+columns, 1)
}

// longPattern is longer than D1 takes.
var longPattern = strings.Repeat("x", 51)

const oneMore = "CREATE TABLE last (a);\nCREATE TRIGGER more AFTER INSERT ON c10 BEGIN INSERT INTO last VALUES (1); END;"

// chained returns tables whose triggers set each other off.
func chained(levels int) []string {
	made := []string{"CREATE TABLE c0 (a)"}
	for i := range levels {
		made = append(made, fmt.Sprintf("CREATE TABLE c%d (a)", i+1), fmt.Sprintf("CREATE TRIGGER k%d AFTER INSERT ON c%d BEGIN INSERT INTO c%d VALUES (1); END", i, i, i+1))
	}
	return made
}

// What the Worker writes is no longer accepted, or means something else, although no column shows it.
var meant = map[string]kind{
	"INT in the place of INTEGER":                {base: []string{numbered}, rows: []string{"INSERT INTO t (a) VALUES ('x')"}, file: keyed("int PRIMARY KEY"), refused: "~ key t.id (no longer numbers the rows"},
	"a key that descends":                        {base: []string{numbered}, rows: []string{"INSERT INTO t (a) VALUES ('x')"}, file: keyed("integer PRIMARY KEY DESC"), refused: "~ key t.id (no longer numbers the rows"},
	"INTEGER in the place of INT":                {base: []string{"CREATE TABLE t (id int PRIMARY KEY, a text)"}, file: keyed("integer PRIMARY KEY"), refused: "~ key t.id (numbers the rows: takes integers only)"},
	"the same key":                               {base: []string{numbered}, rows: []string{"INSERT INTO t (a) VALUES ('x')"}, file: keyed("INTEGER PRIMARY KEY"), plan: []string{"rebuild"}},
	"a default in double quotes":                 {base: []string{`CREATE TABLE t (id integer PRIMARY KEY, a text DEFAULT "Open")`}, file: "CREATE TABLE n (id integer PRIMARY KEY, a text DEFAULT 'open');\nINSERT INTO n SELECT id, a FROM t;\nDROP TABLE t;\nALTER TABLE n RENAME TO t;", refused: "default 'Open' → text default 'open'"},
	"a key that another implies":                 {base: []string{"CREATE TABLE t (a text COLLATE NOCASE)", "CREATE UNIQUE INDEX i ON t (a COLLATE BINARY)"}, file: "CREATE UNIQUE INDEX j ON t (a)", refused: "+ unique index j"},
	"a CHECK of no column":                       {base: []string{taskTable}, file: "ALTER TABLE task ADD COLUMN n text CHECK (1 = 0)", refused: "+ constraint of task (check ( 1 = 0 ))"},
	"a CHECK of the row's number":                {base: []string{taskTable}, file: "ALTER TABLE task ADD COLUMN n text CHECK (rowid < 2)", refused: "+ constraint of task (check ( rowid < 2 ))"},
	"a counter at its end":                       {base: []string{"CREATE TABLE t (id integer PRIMARY KEY AUTOINCREMENT, a text)"}, rows: []string{"INSERT INTO t (a) VALUES ('x')"}, file: "UPDATE sqlite_sequence SET seq = 9223372036854775807 WHERE name = 't'", refused: "~ counter of t (is at its end"},
	"a trigger to what takes once":               {base: []string{userTable}, file: logged("(a text UNIQUE)", "new.image"), refused: "+ trigger t (on user)"},
	"a trigger to what needs more":               {base: []string{userTable}, file: logged("(a text NOT NULL)", "new.image"), refused: "+ trigger t (on user)"},
	"a trigger to a child":                       {base: []string{userTable}, file: logged("(a text REFERENCES user(id))", "new.id"), refused: "+ trigger t (on user)"},
	"a trigger that reads JSON":                  {base: []string{userTable}, file: logged("(a text)", "json_extract(new.email, '$.a')"), refused: "+ trigger t (on user)"},
	"an index on a date":                         {base: []string{userTable}, rows: []string{ada}, file: "CREATE INDEX i ON user (date(email))", refused: "it is destructive, with + index i"},
	"an index of rows by a date":                 {base: []string{userTable}, rows: []string{ada}, file: "CREATE INDEX i ON user (id) WHERE strftime('%Y', email) > '2000'", refused: "+ index i"},
	"an index on the least number":               {base: []string{userTable}, rows: []string{ada}, file: "CREATE INDEX i ON user (abs(image))", refused: "+ index i"},
	"an index on a long text":                    {base: []string{userTable}, rows: []string{ada}, file: "CREATE INDEX i ON user (replace(email, 'a', email))", refused: "+ index i"},
	"an index on a pattern":                      {base: []string{userTable}, rows: []string{ada}, file: "CREATE INDEX i ON user (email LIKE 'a' ESCAPE image)", refused: "+ index i"},
	"an index on a long pattern":                 {base: []string{userTable}, rows: []string{ada}, file: "CREATE INDEX i ON user (email LIKE image)", refused: "+ index i"},
	"an index on a pattern that D1 refuses":      {base: []string{userTable}, file: "CREATE INDEX i ON user (email) WHERE email LIKE '" + longPattern + "'", refused: "it is destructive, with + index i"},
	"an index on a pattern that is put together": {base: []string{userTable}, rows: []string{ada}, file: "CREATE INDEX i ON user (email LIKE 'a' || image)", refused: "it is destructive, with + index i"},
	"an index on digits":                         {base: []string{userTable}, rows: []string{ada}, file: "CREATE INDEX i ON user (hex(image))", refused: "it is destructive, with + index i"},
	"a column of a pattern that D1 refuses":      {base: []string{userTable}, file: "ALTER TABLE user ADD COLUMN n integer AS (email LIKE '" + longPattern + "')", refused: "+ constraint of user (as ( email like"},
	"a CHECK of a pattern that D1 refuses":       {base: []string{userTable}, file: "ALTER TABLE user ADD COLUMN n text CHECK (n NOT GLOB '" + longPattern + "')", refused: "+ constraint of user (check ( n not glob"},
	"a trigger with a pattern that D1 refuses": {
		base: []string{userTable}, refused: "it is destructive, with + trigger t (on user)",
		file: "CREATE TABLE log (a text);\nCREATE TRIGGER t AFTER INSERT ON user WHEN new.email LIKE '" + longPattern + "' BEGIN INSERT INTO log VALUES (1); END;",
	},
	"a trigger that reads a view with such a pattern": {
		base: []string{userTable}, refused: "it is destructive, with + trigger t (on user)",
		file: "CREATE VIEW v AS SELECT email FROM user WHERE email LIKE '" + longPattern + "';\n" + logged("(a integer)", "(SELECT count(*) FROM v)"),
	},
	"a trigger that makes bytes":               {base: []string{userTable}, file: logged("(a)", "randomblob(length(new.email) * 100000)"), refused: "+ trigger t (on user)"},
	"a trigger that fills up":                  {base: []string{userTable}, file: logged("(a)", "printf('%*d', length(new.email), 1)"), refused: "+ trigger t (on user)"},
	"a trigger that makes zeros":               {base: []string{userTable}, file: logged("(a)", "zeroblob(3000000)"), refused: "+ trigger t (on user)"},
	"a trigger that joins texts":               {base: []string{userTable}, file: logged("(a)", "(SELECT group_concat(email) FROM user)"), refused: "+ trigger t (on user)"},
	"a trigger that draws digits":              {base: []string{userTable}, file: logged("(a)", "hex(randomblob(4) || new.email)"), refused: "+ trigger t (on user)"},
	"an index on a pattern with a long ESCAPE": {base: []string{userTable}, file: "CREATE INDEX i ON user (email LIKE 'a' ESCAPE 'bc')", refused: "it is destructive, with + index i"},
	"an index on a pattern with an ESCAPE":     {base: []string{userTable}, rows: []string{ada}, file: "CREATE INDEX i ON user (email LIKE 'a%%' ESCAPE '%')", plan: []string{"additive"}},
	"a trigger that draws an id":               {base: []string{userTable}, file: logged("(a text)", "lower(hex(randomblob(16)))"), plan: []string{"additive"}},
	"a trigger at the end of others":           {base: chained(10), file: oneMore, refused: "it is destructive, with + trigger more (on c10)"},
	"a trigger at the end of enough":           {base: chained(9), file: strings.ReplaceAll(oneMore, "c10", "c9"), plan: []string{"additive"}, after: map[string][]string{"SELECT name FROM sqlite_master WHERE name = 'more'": {"more"}}},
	"a trigger that gives the number":          {base: []string{userTable}, file: logged("(id integer PRIMARY KEY, a text)", "1, new.image"), refused: "+ trigger t (on user)"},
	"a trigger that names the number":          {base: []string{userTable}, file: loggedIn("(id integer PRIMARY KEY, a text)", "log (id, a)", "new.rowid, new.image"), refused: "+ trigger t (on user)"},
	"a trigger that gives the row's number":    {base: []string{userTable}, file: loggedIn("(a text)", "log (rowid, a)", "new.rowid, new.image"), refused: "+ trigger t (on user)"},
	"a trigger that leaves the number out":     {base: []string{userTable}, file: loggedIn("(id integer PRIMARY KEY AUTOINCREMENT, a text)", "log (a)", "new.image"), plan: []string{"additive"}},
	"a trigger to a key of two columns":        {base: []string{userTable}, file: logged("(a text, b text, PRIMARY KEY (a, b)) WITHOUT ROWID", "new.image, new.id"), refused: "+ trigger t (on user)"},
	"a trigger to what an index computes":      {base: []string{userTable}, file: logged("(a text); CREATE INDEX i ON log (json_extract(a, '$.a'))", "new.image"), refused: "+ trigger t (on user)"},
	"a trigger to a default that fails":        {base: []string{userTable}, file: loggedIn("(a text, b text DEFAULT (json('{')))", "log (a)", "new.image"), refused: "+ trigger t (on user)"},
	"a trigger to a default of the time":       {base: []string{userTable}, file: loggedIn("(a text, at integer DEFAULT (unixepoch()), b text DEFAULT CURRENT_TIMESTAMP)", "log (a)", "new.image"), plan: []string{"additive"}},
	"a trigger to what is checked":             {base: []string{userTable}, file: logged("(a text CHECK (a <> ''))", "new.image"), refused: "+ trigger t (on user)"},
	"a trigger to what is STRICT":              {base: []string{userTable}, file: logged("(a integer) STRICT", "new.image"), refused: "+ trigger t (on user)"},
	"a trigger that updates a new table": {
		base: []string{userTable}, refused: "+ trigger t (on user)",
		file: "CREATE TABLE log (id integer PRIMARY KEY);\nINSERT INTO log VALUES (1), (2);\nCREATE TRIGGER t AFTER INSERT ON user BEGIN UPDATE log SET id = 5; END;",
	},
	"a trigger that numbers texts": {
		base: []string{userTable}, refused: "+ trigger t (on user)",
		file: "CREATE VIRTUAL TABLE search USING fts5(email);\nCREATE TRIGGER t AFTER INSERT ON user BEGIN INSERT INTO search(rowid, email) VALUES (new.rowid, new.email); END;",
	},
	"a trigger that takes texts out": {
		base: []string{userTable}, refused: "+ trigger t (on user)",
		file: "CREATE VIRTUAL TABLE search USING fts5(email, content='');\nCREATE TRIGGER t AFTER DELETE ON user BEGIN INSERT INTO search(search, rowid, email) VALUES ('delete', old.rowid, old.email); END;",
	},
	"a trigger that indexes texts": {
		base: []string{userTable}, rows: []string{ada}, plan: []string{"additive"},
		file: "CREATE VIRTUAL TABLE search USING fts5(email);\nCREATE TRIGGER t AFTER INSERT ON user BEGIN INSERT INTO search(email) VALUES (new.email); END;",
	},
	"a column of a date": {base: []string{userTable}, rows: []string{ada}, file: "ALTER TABLE user ADD COLUMN n text AS (date(email))", refused: "+ constraint of user (as ( date ( email ) ))"},
	"an index on what always has a value": {
		base: []string{userTable}, rows: []string{ada}, plan: []string{"additive"},
		file: "CREATE INDEX i ON user (lower(trim(coalesce(image, 'x'))), substr(email, 1, 3), CAST(email AS integer)) WHERE (image IS NOT NULL) AND (email IN ('a', 'b') OR email LIKE 'a%')",
	},
	"a column of what always has a value": {base: []string{userTable}, rows: []string{ada}, file: "ALTER TABLE user ADD COLUMN n varchar(9) AS (upper(substr(email, 1, 3)))", plan: []string{"additive"}},
	"a trigger that keeps the time": {
		base: []string{userTable}, rows: []string{ada}, file: logged("(a text, b varchar(3) AS (upper(a)))", "strftime('%Y', 'now') || unixepoch()"), plan: []string{"additive"},
	},
	"a trigger to what stores a date": {base: []string{userTable}, file: logged("(a text, b text AS (date(a)) STORED)", "new.image"), refused: "+ trigger t (on user)"},
	"a trigger that keeps a log":      {base: []string{userTable}, file: logged("(a text)", "new.image"), plan: []string{"additive"}},
	"a trigger to what sets off another": {
		base: []string{userTable, taskTable}, refused: "+ trigger a (on task)",
		file: "CREATE TABLE m (a);\nCREATE TRIGGER a AFTER INSERT ON task BEGIN INSERT INTO m VALUES (1); END;\nCREATE TRIGGER b AFTER INSERT ON m BEGIN DELETE FROM user; END;",
	},
	"a trigger through a view": {
		base: []string{userTable, taskTable, "CREATE VIEW v AS SELECT * FROM user", hidden},
		file: "CREATE TRIGGER t AFTER INSERT ON task BEGIN INSERT INTO v VALUES (new.id, 'x', 'x'); END", refused: "+ trigger t (on task)",
	},
	"a second trigger of a view": {
		base: []string{userTable, "CREATE VIEW v AS SELECT * FROM user", hidden},
		file: "CREATE TRIGGER no INSTEAD OF INSERT ON v BEGIN SELECT RAISE(ABORT, 'no'); END", refused: "+ trigger no (on v)",
	},
}
