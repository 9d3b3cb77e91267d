package migrate_test

const (
	termsTable = "CREATE VIRTUAL TABLE terms USING fts5(a, content='')"
	terms      = "INSERT INTO terms (rowid, a) VALUES (1, 'red'), (2, 'blue')"
	keptTable  = "CREATE VIRTUAL TABLE kept USING fts5(a)"
	ownTexts   = "INSERT INTO kept (rowid, a) VALUES (1, 'red'), (2, 'blue')"
	blue       = "SELECT rowid || '' FROM terms WHERE terms MATCH 'blue'"
)

// Commands to full-text tables look like an INSERT, and some remove what can't be brought back.
var commands = map[string]kind{
	"delete-all": {
		base: []string{termsTable}, rows: []string{terms}, file: "INSERT INTO terms (terms) VALUES ('delete-all')",
		refused: "it is irreversible, with - rows of terms (by the command 'delete-all': it has no content to index again)",
	},
	"DELETE": {
		base: []string{termsTable}, rows: []string{terms}, file: "DELETE FROM terms WHERE rowid = 1", allow: true,
		refused: "0001_x.sql line 1 is failing: SQLite neither deletes nor updates rows of terms, a full-text table without content, and it has 2 rows. Give it the command 'delete'",
	},
	"UPDATE":                 {base: []string{termsTable}, rows: []string{terms}, file: "UPDATE terms SET a = 'x'", allow: true, refused: "SQLite neither deletes nor updates rows of terms"},
	"DELETE, without rows":   {base: []string{termsTable}, file: "DELETE FROM terms", allow: true},
	"DELETE that is allowed": {base: []string{"CREATE VIRTUAL TABLE terms USING fts5(a, content='', contentless_delete=1)"}, rows: []string{terms}, file: "DELETE FROM terms WHERE rowid = 1", allow: true},
	"delete": {
		base: []string{termsTable}, rows: []string{terms}, file: "INSERT INTO terms (terms, rowid, a) VALUES ('delete', 1, 'red')",
		refused: "it is irreversible, with - rows of terms (by the command 'delete'",
	},
	"delete, allowed": {
		base: []string{termsTable}, rows: []string{terms}, file: "INSERT INTO terms (terms, rowid, a) VALUES ('delete', 1, 'red')", allow: true,
		plan:  []string{"- rows of terms", "line 1 is not rehearsed: the texts of terms can't be read"},
		after: map[string][]string{blue: {"2"}, "SELECT rowid || '' FROM terms WHERE terms MATCH 'red'": {}},
	},
	"in other words": {
		base: []string{termsTable}, rows: []string{terms}, file: "INSERT INTO main.\"TERMS\" (rowid, [terms], a) VALUES (1, 'DELETE', 'red')",
		refused: "- rows of terms (by the command 'delete'",
	},
	"computed": {
		base: []string{termsTable}, rows: []string{terms}, file: "INSERT INTO terms (terms) SELECT 'delete' || '-all'", refused: "- rows of terms (by the command '?'",
	},
	"behind another": {
		base: []string{termsTable}, rows: []string{terms}, file: "INSERT INTO terms (terms) VALUES ('optimize'), ('delete-all')", refused: "- rows of terms (by the command '?'",
	},
	"by REPLACE": {base: []string{termsTable}, rows: []string{terms}, file: "REPLACE INTO terms (terms) VALUES ('delete-all')", refused: "it is irreversible, with - rows of terms"},
	"by a trigger of the file": {
		base: []string{termsTable}, rows: []string{terms}, refused: "it is irreversible, with - rows of terms (by the trigger t)",
		file: "CREATE TABLE n (a);\nCREATE TRIGGER t AFTER INSERT ON n BEGIN INSERT INTO terms (terms) VALUES ('delete-all'); END;\nINSERT INTO n VALUES (1);\nDROP TABLE n;",
	},
	"by a trigger that was there": {
		base: []string{termsTable, "CREATE TABLE n (a)", "CREATE TRIGGER t AFTER INSERT ON n BEGIN INSERT INTO terms (terms) VALUES ('delete-all'); END"},
		rows: []string{terms}, file: "INSERT INTO n VALUES (1)", refused: "it is irreversible, with - rows of terms (by the trigger t)",
	},
	"by a trigger that adds": {
		base: []string{termsTable, "CREATE TABLE n (a)", "CREATE TRIGGER t AFTER INSERT ON n BEGIN INSERT INTO terms (rowid, a) VALUES (new.rowid + 10, new.a); END"},
		rows: []string{terms}, file: "INSERT INTO n VALUES ('green')", plan: []string{"additive", "+ rows of terms (by a trigger"}, after: map[string][]string{blue: {"2"}},
	},
	"that remove nothing": {
		base: []string{termsTable, keptTable}, rows: []string{terms, ownTexts}, after: map[string][]string{blue: {"2"}},
		file: "INSERT INTO terms (terms) VALUES ('optimize');\nINSERT INTO terms (terms, rank) VALUES ('merge', 16);\nINSERT INTO kept (kept) VALUES ('rebuild');",
		plan: []string{"additive  ~ index of terms (by the command 'optimize'), ~ index of terms (by the command 'merge'), ~ index of kept (by the command 'rebuild')"},
	},
	"to an index that can be made again": {
		base: []string{userTable, searchTable}, rows: []string{ada, indexed}, file: "INSERT INTO search (search) VALUES ('delete-all');\n" + indexed,
		plan: []string{"rebuild  ~ index of search (by the command 'delete-all')"}, after: map[string][]string{found: {"u2"}},
	},
	"to an index that is left empty": {
		base: []string{userTable, searchTable}, rows: []string{ada, indexed}, file: "INSERT INTO search (search) VALUES ('delete-all')", allow: true, refused: "the full-text table search finds other rows",
	},
	"a column that has the name of another table": {
		base: []string{"CREATE TABLE terms (terms text)"}, file: "INSERT INTO terms (terms) VALUES ('delete-all')", plan: []string{"additive  + rows of terms"},
	},
	"made again without its content": {
		base: []string{termsTable}, rows: []string{terms}, file: "DROP TABLE terms;\n" + termsTable, refused: "it is irreversible, with - rows of terms (it has no content to index again)",
	},
	"content that is kept no longer": {
		base: []string{keptTable}, rows: []string{ownTexts}, refused: "- rows of kept (it no longer keeps its texts)",
		file: "CREATE VIRTUAL TABLE n USING fts5(a, content='');\nINSERT INTO n (rowid, a) SELECT rowid, a FROM kept;\nDROP TABLE kept;\nALTER TABLE n RENAME TO kept;",
	},
}
