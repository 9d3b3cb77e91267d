package migrate_test

import "strings"

const (
	searchTable = "CREATE VIRTUAL TABLE search USING fts5(email, content='user')"
	indexed     = "INSERT INTO search (search) VALUES ('rebuild')"
	wordsTable  = "CREATE VIRTUAL TABLE search USING fts5(words, content='')"
	words       = "INSERT INTO search (rowid, words) VALUES (1, 'red shoes')"
	found       = "SELECT u.id FROM search AS s JOIN user AS u ON u.rowid = s.rowid WHERE s.email MATCH 'bob'"
)

// Full-text tables over another table's content, whose rows they know by number.
var fullText = map[string]kind{
	"rows that are renumbered": {
		base: []string{userTable, searchTable}, rows: []string{ada, "UPDATE user SET rowid = rowid + 10", indexed}, file: naive, allow: true,
		refused: "0001_x.sql is breaking: after it the full-text table search finds other rows of user than those that match. " +
			"Write INSERT INTO search (search) VALUES ('rebuild'); in the same file, after everything that it does to user.",
	},
	"rows that happen to have the same numbers": {base: []string{userTable, searchTable}, rows: []string{ada, indexed}, file: naive, allow: true, refused: "the full-text table search finds other rows"},
	"indexed too soon": {
		base: []string{userTable, searchTable}, rows: []string{ada, indexed}, allow: true,
		file: strings.Replace(naive, "DROP", indexed+";\nDROP", 1), refused: "the full-text table search finds other rows",
	},
	"values that change past it": {
		base: []string{userTable, searchTable}, rows: []string{ada, indexed}, file: "UPDATE user SET email = 'bobby@example.test' WHERE id = 'u2'", allow: true,
		refused: "the full-text table search finds other rows",
	},
	"the full-text table made again, and not filled": {
		base: []string{userTable, searchTable}, rows: []string{ada, indexed}, file: "DROP TABLE search;\n" + searchTable, allow: true, refused: "the full-text table search finds other rows",
	},
	"indexed again": {
		base: []string{userTable, searchTable}, rows: []string{ada, "UPDATE user SET rowid = rowid + 10", indexed}, file: naive + "\n" + indexed + ";",
		plan: []string{"rebuild"}, after: map[string][]string{found: {"u2"}},
	},
	"rows with numbers of their own": {
		base: []string{"CREATE TABLE user (id integer PRIMARY KEY, email text)", "CREATE VIRTUAL TABLE search USING fts5(email, content='user', content_rowid='id')"},
		rows: []string{"INSERT INTO user VALUES (4, 'ada'), (9, 'bob')", indexed}, plan: []string{"rebuild"},
		file:  "CREATE TABLE n (id integer PRIMARY KEY, email text, age integer);\nINSERT INTO n (id, email) SELECT id, email FROM user;\nDROP TABLE user;\nALTER TABLE n RENAME TO user;",
		after: map[string][]string{"SELECT email FROM search WHERE search MATCH 'bob'": {"bob"}},
	},
	"a new one over rows": {
		base: []string{userTable}, rows: []string{ada}, file: searchTable, allow: true,
		refused: "0001_x.sql is breaking: after it the full-text table search lacks rows of user, so that taking one out of it fails. Write INSERT INTO search (search) VALUES ('rebuild'); in the same file",
	},
	"a new one over rows that nobody has looked at": {
		base: []string{userTable}, rows: []string{"INSERT INTO user VALUES ('u1', printf('%020001d', 1), 'x')"}, file: searchTable, allow: true, refused: "the full-text table search lacks rows of user",
	},
	"a new one over rows of a table with quotes in its name": {
		base: []string{`CREATE TABLE "x'0'" (a text)`}, rows: []string{`INSERT INTO "x'0'" VALUES ('red')`}, allow: true,
		file: "CREATE VIRTUAL TABLE found USING fts5(a, content='x''0''')", refused: "the full-text table found lacks rows of x'0'",
	},
	"a new one that is indexed": {
		base: []string{userTable}, rows: []string{ada}, file: searchTable + ";\n" + indexed, plan: []string{"additive"}, after: map[string][]string{found: {"u2"}},
	},
	"a new one that is filled by hand": {
		base: []string{userTable}, rows: []string{ada}, file: searchTable + ";\nINSERT INTO search (rowid, email) SELECT rowid, email FROM user", plan: []string{"additive"}, after: map[string][]string{found: {"u2"}},
	},
	"a new one over nothing": {base: []string{userTable}, file: searchTable, plan: []string{"additive  + table search"}},
	"another column":         {base: []string{userTable, searchTable}, rows: []string{ada, indexed}, file: "ALTER TABLE user ADD COLUMN n integer", plan: []string{"additive"}, after: map[string][]string{found: {"u2"}}},
	"not indexed before":     {base: []string{userTable, searchTable}, rows: []string{ada}, file: "ALTER TABLE user ADD COLUMN n integer", plan: []string{"additive"}},
	"one without content, made again": {
		base: []string{wordsTable}, rows: []string{words}, file: "DROP TABLE search;\n" + wordsTable, refused: "it is irreversible, with - rows of search (it has no content to index again)",
	},
	"one without content, emptied by a command": {
		base: []string{wordsTable}, rows: []string{words}, file: "INSERT INTO search (search) VALUES ('delete-all')", refused: "it is irreversible, with - rows of search (by the command 'delete-all': it has no content to index again)",
	},
	"one without content, put in order": {
		base: []string{wordsTable}, rows: []string{words}, file: "INSERT INTO search (search) VALUES ('optimize')", plan: []string{"additive"},
		after: map[string][]string{"SELECT rowid || '' FROM search WHERE search MATCH 'shoes'": {"1"}},
	},
}
