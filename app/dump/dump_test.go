package dump_test

import (
	"bytes"
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/d1http"
	"github.com/addreams/addreams/app/d1/d1http/d1httptest"
	"github.com/addreams/addreams/app/dump"
)

func TestValues(t *testing.T) {
	values := []string{
		"NULL", "0", "-1", "9223372036854775807", "-9223372036854775808", "9007199254740993", "0.1", "-0.5", "1.0", "1e300", "5e-324",
		"2.2250738585072014e-308", "1.7976931348623157e308", "0.30000000000000004", "123456789012345680.0", "9e999", "-9e999", "''", "'it''s; --'",
		"'line' || char(13, 10) || 'end'", "'a' || char(0) || 'b'", "char(0)", "char(65533)", "'ünï 😀'", "CAST(x'ff61c0' AS TEXT)", "CAST(x'eda080' AS TEXT)",
		"x''", "x'00ff'", "'text'", "'blob'", "'Inf'", "'T41'", "'123'", "'1e5'",
	}
	for _, columns := range [...]string{"v", "v INTEGER", "v REAL", "v TEXT", "v NUMERIC", "v BLOB"} {
		db := database(t, "CREATE TABLE t ("+columns+")")
		for _, value := range values {
			_, err := d1.Query(t.Context(), db, "INSERT INTO t VALUES ("+value+")")
			require.NoError(t, err, value)
		}
		roundTrips(t, db)
	}
}

// Every number is read back bit by bit.
func TestRandomNumbers(t *testing.T) {
	db := database(t, "CREATE TABLE t (v)")
	random := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		value := math.Float64frombits(random.Uint64())
		if math.IsNaN(value) || math.IsInf(value, 0) {
			continue
		}
		_, err := d1.Query(t.Context(), db, "INSERT INTO t VALUES (?), (?)", value, random.NormFloat64())
		require.NoError(t, err)
	}
	roundTrips(t, db)
}

func TestSchemas(t *testing.T) {
	for name, statements := range map[string][]string{
		"odd names": {
			`CREATE TABLE "a "" b;c" ("x y" INTEGER, "q""uote", [select] TEXT, ` + "`группа`" + ` TEXT, "rowid" TEXT, "it's" TEXT)`,
			`INSERT INTO "a "" b;c" VALUES (1, 2, 'three', 'четыре', 'r', 'six')`,
			`CREATE INDEX "i ""x"";" ON "a "" b;c" ("x y")`,
		},
		"comments": {"CREATE TABLE t (a /* ; */, b -- x;\n)"},
		"parents later": {
			"CREATE TABLE child (id INTEGER PRIMARY KEY, parent REFERENCES parent(id) ON DELETE CASCADE)", "CREATE TABLE parent (id TEXT PRIMARY KEY)",
			"INSERT INTO parent VALUES ('p')", "INSERT INTO child VALUES (7, 'p'), (8, NULL)",
		},
		"generated": {
			"CREATE TABLE t (a INTEGER, b AS (a * 2), c AS (a * 3) STORED, d DEFAULT 4)", "INSERT INTO t (a) VALUES (1), (2)", "CREATE INDEX i ON t (b) WHERE c > 3",
		},
		"strict": {"CREATE TABLE t (a ANY, b INT, c REAL, d TEXT, e BLOB) STRICT", "INSERT INTO t VALUES ('1', 2, 3, '4', x'05'), (1, 2, 3.5, '4', x'')"},
		"counter": {
			"CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a)", "INSERT INTO t VALUES (1, 'x'), (900, 'y')", "DELETE FROM t WHERE id = 900",
			"CREATE TABLE u (id INTEGER PRIMARY KEY AUTOINCREMENT)",
		},
		"triggers": {
			"CREATE TABLE t (a)", "CREATE TABLE log (a)",
			"CREATE TRIGGER tr AFTER INSERT ON t BEGIN INSERT INTO log VALUES (NEW.a); SELECT 1; END",
			"CREATE VIEW v AS SELECT a FROM t", "CREATE TRIGGER vt INSTEAD OF INSERT ON v BEGIN INSERT INTO t VALUES (NEW.a); END",
			"INSERT INTO t VALUES (1), (2)",
		},
		"rowids": {"CREATE TABLE t (a)", "INSERT INTO t (rowid, a) VALUES (-5, 'x'), (3, 'y'), (9223372036854775807, 'z')", "CREATE VIEW v AS SELECT rowid AS r, a FROM t"},
		"full text": {
			"CREATE TABLE doc (id INTEGER PRIMARY KEY, body TEXT)", "INSERT INTO doc VALUES (1, 'red fox'), (5, 'blue whale')",
			"CREATE VIRTUAL TABLE own USING fts5(title, body UNINDEXED, tokenize = 'porter')", "INSERT INTO own (rowid, title, body) VALUES (7, 'running', 'b'), (9, 'it''s', NULL)",
			"INSERT INTO own (own, rank) VALUES ('rank', 'bm25(10.0)'), ('automerge', 6)",
			"CREATE TABLE search_content (a)", "INSERT INTO search_content VALUES (1)",
			"CREATE VIRTUAL TABLE search USING fts5(body, content = 'doc', content_rowid = 'id')", "INSERT INTO search (search) VALUES ('rebuild')",
			"CREATE TRIGGER ai AFTER INSERT ON doc BEGIN INSERT INTO search (rowid, body) VALUES (NEW.id, NEW.body); END",
			"CREATE VIEW hits AS SELECT rowid AS r FROM search WHERE search MATCH 'whale'", "CREATE VIEW stems AS SELECT rowid AS r FROM own WHERE own MATCH 'run'",
		},
		"ledgers": {"CREATE TABLE d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE)", "INSERT INTO d1_migrations VALUES (1, 'a.sql')", "CREATE TABLE addreams_migrations (name)"},
	} {
		t.Run(name, func(t *testing.T) { roundTrips(t, database(t, statements...)) })
	}
}

// D1 takes a comment at the end for a second statement, and an end of line would not end it.
func TestCommentAtTheEnd(t *testing.T) {
	script, _ := export(t, database(t, "CREATE VIEW v AS SELECT 1 AS one -- ; note\n"), dump.Options{})
	assert.Contains(t, script, "CREATE VIEW v AS SELECT 1 AS one;\n")
}

// A circle of foreign keys loads where they are checked at the end of the transaction.
func TestCircle(t *testing.T) {
	db := database(t, "CREATE TABLE a (id PRIMARY KEY, b REFERENCES b(id))", "CREATE TABLE b (id PRIMARY KEY, a REFERENCES a(id))",
		"INSERT INTO a VALUES (1, NULL)", "INSERT INTO b VALUES (2, 1)", "UPDATE a SET b = 2")
	script, _ := export(t, db, dump.Options{})

	loaded := database(t)
	load(t, script, loaded)
	assert.Equal(t, contents(t, db), contents(t, loaded))
}

// Tables of several pages, in the order of keys of every kind.
func TestPages(t *testing.T) {
	numbers := " SELECT n FROM (WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 4500) SELECT n FROM s)"
	for name, statements := range map[string][]string{
		"rowid":      {"CREATE TABLE t (n)", "INSERT INTO t" + numbers, "DELETE FROM t WHERE n % 3 = 0"},
		"no rowid":   {"CREATE TABLE t (a TEXT, b INT, PRIMARY KEY (b, a)) WITHOUT ROWID", "INSERT INTO t SELECT 'x' || n, n / 7 FROM (" + numbers + ")"},
		"collations": {"CREATE TABLE t (a TEXT COLLATE NOCASE, PRIMARY KEY (a COLLATE BINARY DESC)) WITHOUT ROWID", "INSERT INTO t SELECT iif(n % 2, 'x', 'X') || (n / 2) FROM (" + numbers + ")"},
		"wide":       {"CREATE TABLE t (" + manyColumns(100) + ")", "INSERT INTO t (c0, c99) SELECT n, -n FROM (" + numbers + " LIMIT 1200)"},
		"large":      {"CREATE TABLE t (n, b)", "INSERT INTO t SELECT n, randomblob(20000) FROM (" + numbers + " LIMIT 130)"},
	} {
		t.Run(name, func(t *testing.T) {
			db := &counting{Database: database(t, statements...)}
			export(t, db, dump.Options{})
			assert.Greater(t, db.batches, 4, "the schema twice, and pages")
			assert.Less(t, db.largest, 5<<19, "a page is limited in bytes")
			roundTrips(t, db.Database)
		})
	}
}

// No statement may be longer than D1 takes, however long the values are, and constraints see whole rows.
func TestLongValues(t *testing.T) {
	db := database(t, "CREATE TABLE t (k TEXT, a TEXT UNIQUE CHECK (json_valid(a)), b BLOB NOT NULL, PRIMARY KEY (k)) STRICT, WITHOUT ROWID",
		"CREATE TABLE addreams_export_value (x)", "CREATE TABLE u (a, b, c, d)", "CREATE TRIGGER tr BEFORE INSERT ON t BEGIN SELECT raise(ABORT, 'fires'); END")
	_, err := db.Batch(t.Context(), d1.SQL("DROP TRIGGER tr"),
		d1.SQL("INSERT INTO t VALUES ('it''s', ?, ?)", `["`+strings.Repeat("it's ünï ", 60_000)+`"]`, bytes.Repeat([]byte{0, 1, 0xff}, 300_000)),
		d1.SQL("INSERT INTO t VALUES ('short', '[]', x'00')"),
		d1.SQL("INSERT INTO u VALUES (?1, ?1, ?1, ?1), (?2, 1, 2, 3), (?3, NULL, 'x', ?4)",
			strings.Repeat("'", 44_000), strings.Repeat("a", 45_000), strings.Repeat("b", 400_000), strings.Repeat("c\x00", 50_000)),
		d1.SQL("CREATE TRIGGER tr BEFORE INSERT ON t BEGIN SELECT raise(ABORT, 'fires'); END"))
	require.NoError(t, err)

	script := roundTrips(t, db)
	assert.Contains(t, script, "DROP TABLE addreams_export_value_;\n")
}

func TestOptions(t *testing.T) {
	db := database(t, "CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT, x)", "CREATE INDEX i ON a (x)", "CREATE TABLE b (y)",
		"CREATE VIEW v AS SELECT x FROM a", "INSERT INTO a (x) VALUES (1)", "INSERT INTO b VALUES (2)")

	script, summary := export(t, db, dump.Options{NoData: true})
	assert.Equal(t, dump.Summary{Tables: 2, Notes: []string{}}, summary)
	assert.NotContains(t, script, "INSERT")

	rows, _ := export(t, db, dump.Options{NoSchema: true})
	loaded := database(t)
	load(t, script, loaded)
	load(t, rows, loaded)
	assert.Equal(t, contents(t, db), contents(t, loaded))

	script, summary = export(t, db, dump.Options{Tables: []string{"A"}})
	assert.Equal(t, "PRAGMA defer_foreign_keys=TRUE;\nCREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT, x);\n"+
		"INSERT INTO \"a\" (\"id\", \"x\") VALUES\n(1,1);\nCREATE INDEX i ON a (x);\n"+
		"DELETE FROM sqlite_sequence WHERE name = 'a';\nINSERT INTO sqlite_sequence (name, seq) VALUES ('a', 1);\n", script)
	assert.EqualValues(t, 1, summary.Rows)
}

func TestWhatCannotBeWritten(t *testing.T) {
	db := database(t, "CREATE VIRTUAL TABLE bare USING fts5(a, content = '')", "INSERT INTO bare (rowid, a) VALUES (1, 'gone')", "CREATE VIRTUAL TABLE words USING fts5vocab(bare, row)")
	script, summary := export(t, db, dump.Options{})
	assert.Equal(t, []string{"The full-text table bare keeps no texts: it is empty in the dump, and has to be filled again."}, summary.Notes)
	load(t, script, database(t))

	_, err := dump.Write(t.Context(), db, &bytes.Buffer{}, dump.Options{Tables: []string{"none"}})
	require.EqualError(t, err, "there is no table none that could be exported")
	_, err = dump.Write(t.Context(), database(t, "CREATE TABLE t (rowid, oid, _rowid_)"), &bytes.Buffer{}, dump.Options{})
	require.ErrorContains(t, err, "the rows of t can't be read in pages")
	_, err = dump.Write(t.Context(), database(t, "CREATE TABLE t (a)"), broken{}, dump.Options{})
	assert.ErrorIs(t, err, errBroken)
}

var errBroken = errors.New("the pipe is broken")

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errBroken }

// Over HTTP every value arrives as in SQLite, too.
func TestOverHTTP(t *testing.T) {
	db := database(t, "CREATE TABLE t (a)", "INSERT INTO t VALUES (9007199254740993), (0.1), (x'ff'), (char(0)), (CAST(x'ff' AS TEXT)), (zeroblob(90000)), (NULL)")
	remote, err := d1http.New(d1httptest.Serve(t, db).Config())
	require.NoError(t, err)

	script, _ := export(t, remote, dump.Options{})
	loaded := database(t)
	load(t, script, loaded)
	assert.Equal(t, contents(t, db), contents(t, loaded))
}
