package migrate_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/d1test"
	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/migrate/rehearse"
)

// kind is a pending file on a database with its own schema and rows, and what must become of both.
type kind struct {
	base    []string // applied as the first file
	rows    []string // written past the engine
	file    string
	allow   bool
	sample  int      // rows that are copied of a larger table; 0 is all of them
	refused string   // part of a refusal; then nothing may have changed
	fails   string   // part of the error of a file that the plan lets pass; the same
	plan    []string // parts of the plan's line
	after   map[string][]string
}

// everything returns the whole schema and all rows.
func everything(t *testing.T, db d1.Database) []string {
	t.Helper()
	const ours = "l.name NOT LIKE '\\_cf%' ESCAPE '\\' AND l.name NOT LIKE 'sqlite%'"
	found := column(t, db, "SELECT type || name || coalesce(sql, '') FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\'")
	tables := d1test.Query(t, db, `SELECT l.name, group_concat('quote("' || c.name || '")', ' || ') AS columns
		FROM pragma_table_list AS l JOIN pragma_table_info(l.name) AS c WHERE l.schema = 'main' AND l.type = 'table' AND `+ours+" GROUP BY 1")

	var batch []d1.Statement
	for _, table := range tables {
		batch = append(batch, d1.SQL("SELECT '"+strings.ReplaceAll(table.Text(0), "'", "''")+" ' || "+table.Text(1)+` FROM "`+table.Text(0)+`"`))
	}
	results, err := db.Batch(t.Context(), batch...)
	require.NoError(t, err)
	for _, result := range results {
		for _, row := range d1test.Rows(t, result) {
			found = append(found, row.Text(0))
		}
	}
	slices.Sort(found)
	return found
}

// check tries the case on a database.
func (k kind) check(t *testing.T, db d1.Database) {
	t.Helper()
	base := map[string]string{"0000_base.sql": strings.Join(k.base, ";\n") + ";"}
	bare, err := migrate.New(db, folder(base), migrate.Options{Allow: []string{migrate.All}})
	require.NoError(t, err)
	_, err = bare.Apply(t.Context())
	require.NoError(t, err)
	run(t, db, k.rows...)
	before := everything(t, db)

	base["0001_x.sql"] = k.file
	options := migrate.Options{Rehearser: rehearse.InMemory{Sample: k.sample}}
	if k.allow {
		options.Allow = []string{"0001_x.sql"}
	}
	made := engine(t, db, folder(base), options)
	plan, err := made.Plan(t.Context())
	require.NoError(t, err)
	_, err = made.Apply(t.Context())

	line := strings.Join(plan.Lines(), "\n")
	for _, part := range k.plan {
		assert.Contains(t, line, part)
	}
	if k.refused != "" {
		require.ErrorContains(t, plan.Err(), k.refused)
		require.Error(t, err)
		assert.Equal(t, before, everything(t, db), "nothing has changed")
		return
	}
	require.NoError(t, plan.Err())
	if k.fails != "" {
		require.ErrorContains(t, err, k.fails)
		assert.Equal(t, before, everything(t, db), "nothing has changed")
		return
	}
	require.NoError(t, err)
	for query, want := range k.after {
		assert.Equal(t, want, column(t, db, query), query)
	}
	drift, err := made.Drift(t.Context())
	require.NoError(t, err)
	assert.Empty(t, drift)
}

func TestKinds(t *testing.T) {
	t.Parallel()
	for name, cases := range kinds {
		for situation, k := range cases {
			t.Run(name+"/"+situation, func(t *testing.T) {
				t.Parallel()
				k.check(t, memory(t))
			})
		}
	}
}

var kinds = map[string]map[string]kind{
	"shadow tables": shadowTables, "double quotes": doubleQuotes, "values": ownValues, "what the Worker relies on": relied,
	"what no longer compiles": compiled, "rows": rowsDecide, "parents": parents, "renamed the old way": renamedTheOldWay,
	"rows that are reached": reached, "rows of a whole table": whole, "rows that are met": meets, "copies": copies,
	"what the Worker writes": meant, "names that are captured": captured, "full text": fullText, "what the target is asked": asked,
	"commands": commands, "gaps in a copy": gaps, "texts with a NUL": cutTexts, "row numbers": rowNumbers, "what is written instead": advised, "children that are looked through": scans, "too long together": tooLong,
	"names beyond ASCII": folded, "keys of other columns": keysChanged,
}

const (
	userTable = "CREATE TABLE user (id text PRIMARY KEY NOT NULL, email text NOT NULL, image text)"
	ada       = "INSERT INTO user VALUES ('u1', 'ada@example.test', 'x'), ('u2', 'bob@example.test', NULL)"
)

// naive is the recipe in SQLite's manual, which assumes that foreign keys are off.
const naive = `CREATE TABLE __new (id text PRIMARY KEY NOT NULL, email text NOT NULL, image text, age integer);
INSERT INTO __new (id, email, image) SELECT id, email, image FROM user;
DROP TABLE user;
ALTER TABLE __new RENAME TO user;`

// Tables whose names look like those in which a full-text table keeps its content.
var shadowTables = map[string]kind{
	"a child is emptied by a rebuild": {
		base: []string{userTable, "CREATE VIRTUAL TABLE search USING fts5(prompt)", "CREATE TABLE search_log (id text PRIMARY KEY, user_id text REFERENCES user(id) ON DELETE CASCADE)"},
		rows: []string{ada, "INSERT INTO search_log VALUES ('l1', 'u1')"}, file: naive, allow: true,
		refused: "0001_x.sql line 3 is cascading: DROP TABLE user would run ON DELETE CASCADE on the rows of search_log",
	},
	"a drop": {
		base: []string{"CREATE VIRTUAL TABLE search USING fts5(prompt)", "CREATE TABLE search_log (id text)"},
		rows: []string{"INSERT INTO search_log VALUES ('l1')"}, file: "DROP TABLE IF EXISTS search_log",
		refused: "it is irreversible, with - table search_log (1 column)",
	},
	"another column": {
		base: []string{"CREATE VIRTUAL TABLE search USING fts5(prompt)", "CREATE TABLE search_log (id text)"},
		rows: []string{"INSERT INTO search_log VALUES ('l1')"}, file: "ALTER TABLE search_log ADD COLUMN at integer",
		plan: []string{"additive  + column search_log.at (integer)"}, after: map[string][]string{"SELECT id FROM search_log": {"l1"}},
	},
	"rows that go": {
		base: []string{"CREATE VIRTUAL TABLE search USING fts5(prompt)", "CREATE TABLE search_log (id text PRIMARY KEY)"},
		rows: []string{"INSERT INTO search_log VALUES ('l1'), ('l2')"},
		file: "CREATE TABLE n (id text PRIMARY KEY); INSERT INTO n SELECT id FROM search_log WHERE id = 'l1'; DROP TABLE search_log; ALTER TABLE n RENAME TO search_log;", allow: true,
		refused: "the table search_log would have lost rows: 1 of 2 rows, as the one with id = 'l2'",
	},
	"one that has a shadow's very name": {
		base: []string{"CREATE TABLE search_content (id integer PRIMARY KEY, prompt text)", "INSERT INTO search_content VALUES (1, 'red shoes')", "CREATE VIRTUAL TABLE search USING fts5(prompt, content='search_content', content_rowid='id')"},
		file: "DROP TABLE search; DROP TABLE search_content;", refused: "search_content",
	},
	"the full-text table itself": {
		base: []string{"CREATE VIRTUAL TABLE search USING fts5(prompt)"},
		rows: []string{"INSERT INTO search VALUES ('red shoes')"}, file: "DROP TABLE search",
		refused: "- table search (3 columns)",
	},
	"a full-text table beside": {
		base: []string{userTable, "CREATE VIRTUAL TABLE search USING fts5(email)"},
		rows: []string{ada, "INSERT INTO search VALUES ('red shoes')"}, file: naive, plan: []string{"rebuild  ~ table user (rebuilt)"},
		after: map[string][]string{"SELECT email FROM search WHERE search MATCH 'shoes'": {"red shoes"}, "SELECT id FROM user": {"u1", "u2"}},
	},
}

const taskTable = `CREATE TABLE task (id text PRIMARY KEY, title text)`

const task = "INSERT INTO task VALUES ('t1', 'walk')"

// SQLite reads a name in double quotes that resolves to nothing as a string.
var doubleQuotes = map[string]kind{
	"drizzle-kit's rebuild with a new column": {
		base: []string{taskTable}, rows: []string{task}, allow: true,
		file:    "CREATE TABLE `__new_task` (id text PRIMARY KEY, title text, owner text);\nINSERT INTO `__new_task`(\"id\", \"title\", \"owner\") SELECT \"id\", \"title\", \"owner\" FROM `task`;\nDROP TABLE `task`;\nALTER TABLE `__new_task` RENAME TO `task`;",
		refused: `0001_x.sql line 2 is invalid: "owner" names no column, so SQLite would take it for the text 'owner'`,
	},
	"WHERE":             {base: []string{taskTable}, rows: []string{task}, allow: true, file: `DELETE FROM task WHERE title = "walk"`, refused: `"walk" names no column`},
	"SET":               {base: []string{taskTable}, rows: []string{task}, allow: true, file: `UPDATE task SET title = "run"`, refused: `"run" names no column`},
	"VALUES":            {base: []string{taskTable}, rows: []string{task}, allow: true, file: `INSERT INTO task VALUES ("t2", 'x')`, refused: `"t2"`},
	"CHECK":             {base: []string{taskTable}, allow: true, file: `CREATE TABLE n (a text CHECK (a <> "no"))`, refused: `"no" names no column`},
	"generated":         {base: []string{taskTable}, allow: true, file: `ALTER TABLE task ADD COLUMN n text AS (title || "s")`, refused: `"s" names no column`},
	"index":             {base: []string{taskTable}, allow: true, file: `CREATE INDEX i ON task ("tilte")`, refused: `"tilte" names no column`},
	"index's predicate": {base: []string{taskTable}, allow: true, file: `CREATE INDEX i ON task (title) WHERE id = "x"`, refused: `"x" names no column`},
	"view":              {base: []string{taskTable}, allow: true, file: `CREATE VIEW v AS SELECT "tilte" FROM task`, refused: `"tilte" names no column`},
	"trigger":           {base: []string{taskTable}, allow: true, file: `CREATE TRIGGER tr AFTER INSERT ON task BEGIN UPDATE task SET title = "x"; END`, refused: `"x" names no column`},
	"trigger's WHEN":    {base: []string{taskTable}, allow: true, file: `CREATE TRIGGER tr AFTER INSERT ON task WHEN new.title = "x" BEGIN SELECT 1; END`, refused: `"x" names no column`},
	"names that are there": {
		base: []string{taskTable}, rows: []string{task}, file: `CREATE TABLE "n" ("a" text DEFAULT 'x'); INSERT INTO "n" ("a") SELECT "title" FROM "task";`,
		plan: []string{"additive"}, after: map[string][]string{"SELECT a FROM n": {"walk"}},
	},
	"in what was there before": {
		base: []string{`CREATE TABLE old (a text CHECK (a <> "no"))`, `CREATE VIEW v AS SELECT a FROM old WHERE a <> "none"`, `CREATE TRIGGER tr AFTER INSERT ON old BEGIN UPDATE old SET a = "x" WHERE 0; END`},
		rows: []string{"INSERT INTO old VALUES ('yes')"}, file: "INSERT INTO old VALUES ('more'); ALTER TABLE old ADD COLUMN b text;",
		after: map[string][]string{"SELECT a FROM old": {"yes", "more"}},
	},
}

const pairTable = "CREATE TABLE pair (id text PRIMARY KEY, a text, b text)"

// pairRebuild returns a rebuild by a copy.
func pairRebuild(columns, copied string) string {
	return "CREATE TABLE n (" + columns + ");\n" + copied + ";\nDROP TABLE pair;\nALTER TABLE n RENAME TO pair;"
}

// Every column of a rebuilt table keeps its own values.
var ownValues = map[string]kind{
	"of a table without a key, whose values may be secret": {
		base: []string{"CREATE TABLE t (email text, password text)"}, rows: []string{"INSERT INTO t VALUES ('x', 'y'), (NULL, 'hunter2')"},
		file:    "CREATE TABLE n (email text NOT NULL, password text);\nINSERT INTO n SELECT coalesce(email, 'none'), password FROM t;\nDROP TABLE t;\nALTER TABLE n RENAME TO t;",
		refused: "~ values of t (1 of 2 rows, as with rowid = 2)",
	},
	"by star, in another order": {
		base: []string{pairTable}, rows: []string{"INSERT INTO pair VALUES ('p1', 'x', 'y'), ('p2', 'z', 'z')"},
		file:    pairRebuild("id text PRIMARY KEY, b text, a text", "INSERT INTO n SELECT * FROM pair"),
		refused: "it is irreversible, with ~ values of pair.a (1 of 2 rows, as with id = 'p1'), ~ values of pair.b",
	},
	"copied twice, without a key": {
		base: []string{"CREATE TABLE pair (a text, b text)", "CREATE TABLE tag (a text)"}, rows: []string{"INSERT INTO pair VALUES ('x', 'y'), ('z', 'w')", "INSERT INTO tag VALUES ('x'), ('x'), ('z')"},
		file:    pairRebuild("a text, b text", "INSERT INTO n SELECT pair.a, pair.b FROM pair JOIN tag ON tag.a = pair.a"),
		refused: "it is destructive, with + rows of pair (1 more than the 2 rows before: no key tells duplicates apart)",
	},
	"in another order, by name": {
		base: []string{pairTable}, rows: []string{"INSERT INTO pair VALUES ('p1', 'x', 'y')"},
		file: pairRebuild("id text PRIMARY KEY, b text, a text", "INSERT INTO n (id, a, b) SELECT id, a, b FROM pair"),
		plan: []string{"rebuild  ~ table pair (rebuilt), ~ columns of pair (in another order: id, a, b → id, b, a)"}, after: map[string][]string{"SELECT a || b FROM pair": {"xy"}},
	},
	"with one more in between": {
		base: []string{pairTable}, rows: []string{"INSERT INTO pair VALUES ('p1', 'x', 'y')"},
		file: pairRebuild("id text PRIMARY KEY, c text, a text, b text", "INSERT INTO n (id, a, b) SELECT id, a, b FROM pair"),
		plan: []string{"rebuild  ~ table pair (rebuilt), + column pair.c (text)"},
	},
	"from another column": {
		base: []string{pairTable}, rows: []string{"INSERT INTO pair VALUES ('p1', 'x', 'y')"},
		file:    pairRebuild("id text PRIMARY KEY, a text, b text", "INSERT INTO n SELECT id, a, a FROM pair"),
		refused: "~ values of pair.b (1 of 1 row, as with id = 'p1')",
	},
	"between rows": {
		base: []string{pairTable}, rows: []string{"INSERT INTO pair VALUES ('p1', 'x', 'y'), ('p2', 'z', 'z')"},
		file:    pairRebuild("id text PRIMARY KEY, a text, b text", "INSERT INTO n SELECT id, (SELECT max(a) FROM pair), b FROM pair"),
		refused: "~ values of pair.a (1 of 2 rows, as with id = 'p1')",
	},
	"the key": {
		base: []string{pairTable}, rows: []string{"INSERT INTO pair VALUES ('p1', 'x', 'y')"},
		file:    pairRebuild("id text PRIMARY KEY, a text, b text", "INSERT INTO n SELECT a, a, b FROM pair"),
		refused: "~ values of pair.id",
	},
	"without a key": {
		base: []string{"CREATE TABLE pair (a text, b text)"}, rows: []string{"INSERT INTO pair VALUES ('x', 'y'), ('x', 'y'), ('p', 'q')"},
		file:    pairRebuild("a text, b text", "INSERT INTO n SELECT a, b FROM pair WHERE a = 'x'; INSERT INTO n VALUES ('p', 'p')"),
		refused: "~ values of pair (1 of 3 rows",
	},
	"of another type": {
		base: []string{pairTable}, rows: []string{"INSERT INTO pair VALUES ('p1', '007', 'y')"},
		file:    pairRebuild("id text PRIMARY KEY, a integer, b text", "INSERT INTO n SELECT id, a, b FROM pair"),
		refused: "~ column pair.a (text → integer), ~ values of pair.a",
	},
	"case alone": {
		base: []string{"CREATE TABLE pair (id text PRIMARY KEY, a text COLLATE NOCASE, b text)"}, rows: []string{"INSERT INTO pair VALUES ('p1', 'X', 'y')"},
		file:    pairRebuild("id text PRIMARY KEY, a text COLLATE NOCASE, b text", "INSERT INTO n SELECT id, lower(a), b FROM pair"),
		refused: "~ values of pair.a",
	},
	"an expression that is allowed": {
		base: []string{pairTable}, rows: []string{"INSERT INTO pair VALUES ('p1', 'x', NULL)"}, allow: true,
		file: pairRebuild("id text PRIMARY KEY, a text, b text NOT NULL", "INSERT INTO n SELECT id, a, coalesce(b, '') FROM pair"),
		plan: []string{"irreversible", "~ column pair.b (text → text not null)", "~ values of pair.b (1 of 1 row, as with id = 'p1')"}, after: map[string][]string{"SELECT a || b FROM pair": {"x"}},
	},
	"an UPDATE of what was copied": {
		base: []string{pairTable}, rows: []string{"INSERT INTO pair VALUES ('p1', 'x', 'y')"},
		file:    pairRebuild("id text PRIMARY KEY, a text, b text", "INSERT INTO n SELECT id, a, b FROM pair; UPDATE n SET a = 'z'"),
		refused: "~ values of pair.a",
	},
	"through a trigger": {
		base: []string{pairTable, taskTable, "CREATE TRIGGER t AFTER INSERT ON task BEGIN UPDATE pair SET a = 'z'; END"}, rows: []string{"INSERT INTO pair VALUES ('p1', 'x', 'y')"},
		file: task, refused: "~ values of pair.a",
	},
	"by an UPDATE that is said to be safe": {
		base: []string{userTable}, rows: []string{ada}, file: "-- safe: rows of user: fine\nUPDATE user SET image = NULL",
		refused: "~ values of user.image (1 of 2 rows, as with id = 'u1')",
	},
	"by an UPDATE of rows that nobody has looked at": {
		base: []string{userTable}, rows: []string{crowd}, sample: 250, file: "-- safe: rows of user: fine\nUPDATE user SET image = NULL WHERE id = 'u1000'",
		refused: "~ values of user.image (an UPDATE, and not all rows were looked at)",
	},
	"by an UPDATE of the key": {
		base: []string{userTable}, rows: []string{ada}, file: "-- safe: rows of user: fine\nUPDATE user SET id = 'x' || id",
		refused: "~ values of user.id (2 of 2 rows",
	},
	"by an UPDATE, without a key": {
		base: []string{"CREATE TABLE pair (a text, b text)"}, rows: []string{"INSERT INTO pair VALUES ('x', 'y')"}, file: "-- safe: rows of pair: fine\nUPDATE pair SET a = 'z'",
		refused: "~ values of pair (1 of 1 row",
	},
	"by an INSERT that updates": {
		base: []string{userTable}, rows: []string{ada}, file: "-- safe: rows of user: fine\nINSERT INTO user VALUES ('u1', 'x', 'z') ON CONFLICT DO UPDATE SET image = excluded.image",
		refused: "~ values of user.image (1 of 2 rows, as with id = 'u1')",
	},
	"of NULLs alone, by an UPDATE": {
		base: []string{userTable}, rows: []string{ada}, file: "-- safe: rows of user: the Worker shows none in the same way\nUPDATE user SET image = 'none' WHERE image IS NULL",
		plan: []string{"rebuild  ~ rows of user (safe: "}, after: map[string][]string{"SELECT image FROM user": {"x", "none"}},
	},
	"of a new column, by an UPDATE": {
		base: []string{userTable}, rows: []string{crowd}, file: "-- safe: rows of user: the column is new\nALTER TABLE user ADD COLUMN n integer;\nUPDATE user SET n = 1;",
		plan: []string{"rebuild"},
	},
	"honest, columns in another order": {
		base: []string{pairTable}, rows: []string{"INSERT INTO pair VALUES ('p1', 'x', 'y'), ('p2', NULL, x'00ff'), ('p3', 1, 1.5)"},
		file: pairRebuild("id text PRIMARY KEY, b text, a text", "INSERT INTO n (id, a, b) SELECT id, a, b FROM pair"),
		plan: []string{"rebuild  ~ table pair (rebuilt)"}, after: map[string][]string{"SELECT id || quote(a) || quote(b) FROM pair": {"p1'x''y'", "p2NULLX'00FF'", "p3'1''1.5'"}},
	},
	"honest, renamed before": {
		base: []string{pairTable}, rows: []string{"INSERT INTO pair VALUES ('p1', 'x', 'y')"}, allow: true,
		file:  "ALTER TABLE pair RENAME COLUMN a TO c;" + pairRebuild("id text PRIMARY KEY, c text, b text", "INSERT INTO n SELECT id, c, b FROM pair"),
		after: map[string][]string{"SELECT c || b FROM pair": {"xy"}},
	},
}
