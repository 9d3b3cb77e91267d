package dbstudio_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/d1/d1http/d1httptest"
	"github.com/addreams/addreams/app/dbstudio"
)

// writes are statements that change something, in every disguise.
var writes = []string{
	"DELETE FROM t", "delete/**/from t", "-- read\nUPDATE t SET a = 2", "INSERT INTO t VALUES (2)", "REPLACE INTO t VALUES (2)",
	"WITH x AS (SELECT 1) DELETE FROM t", "WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x", "WITH x AS (SELECT 1) UPDATE t SET a = 2",
	"WITH x AS (SELECT 1) REPLACE INTO t SELECT * FROM x", "SELECT 1; DELETE FROM t", "DROP TABLE t", "CREATE TABLE u (a)",
	"ALTER TABLE t ADD COLUMN b", "PRAGMA defer_foreign_keys = ON", "PRAGMA foreign_keys(0)", "PRAGMA optimize", "PRAGMA main.optimize",
	"VACUUM", "ATTACH 'x' AS y", "BEGIN", "REINDEX", "ANALYZE", "PRAGMA table_info = t",
}

func TestReadOnly(t *testing.T) {
	script := []string{"CREATE TABLE t (a)", "INSERT INTO t VALUES (1)"}
	for name, remote := range map[string]bool{"SQLite": false, "D1": true} {
		t.Run(name, func(t *testing.T) {
			s := open(t, script, dbstudio.Options{})
			if remote {
				s.studio = dbstudio.New(dbstudio.Options{DB: d1httptest.Serve(t, s.db).Open(t), Address: address})
				s.cookie = nil
				s.enter()
			}
			for _, sql := range writes {
				kind, message := s.refused("/api/sql", object{"sql": sql})
				assert.Equal(t, "read-only", kind, sql)
				assert.Contains(t, message, "--write", sql)
			}
			for _, sql := range []string{
				"SELECT 1) UNION SELECT (2", "SELECT 1); DELETE FROM t; SELECT (1", "SELECT (1", // through the brackets that bound a result
			} {
				s.refused("/api/sql", object{"sql": sql})
			}
			key := s.page(object{"table": "t"}).keys[0]
			kind, _ := s.refused("/api/changes", object{"changes": []object{{"kind": "delete", "table": "t", "key": key}}, "apply": true})
			assert.Equal(t, "read-only", kind)
			for _, sql := range []string{
				"SELECT a FROM t", "VALUES (1), (2)", "WITH x AS (SELECT replace('a', 'a', 'b') AS r) SELECT * FROM x",
				"EXPLAIN DELETE FROM t", "EXPLAIN QUERY PLAN UPDATE t SET a = 1", "PRAGMA table_info(t)", "PRAGMA main.index_list('t')",
				"SELECT \"delete\" FROM (SELECT 1 AS \"delete\")",
			} {
				s.ask("/api/sql", object{"sql": sql})
			}

			assert.Equal(t, int64(1), s.scalar("SELECT a FROM t"))
		})
	}
}

func TestRun(t *testing.T) {
	s := open(t, []string{"CREATE TABLE t (id integer PRIMARY KEY, a)", "INSERT INTO t (a) VALUES ('x'), ('y')"}, writable)

	answer := s.ask("/api/sql", object{"sql": "INSERT INTO t (a) VALUES ('z'); SELECT a FROM t ORDER BY id DESC; -- the end"})
	results := answer["results"].([]any)
	require.Len(t, results, 2)
	assert.Equal(t, 1.0, results[0].(object)["changes"])
	assert.Equal(t, []any{[]any{"z"}, []any{"y"}, []any{"x"}}, results[1].(object)["rows"])
	assert.Positive(t, answer["milliseconds"])

	joined := s.ask("/api/sql", object{"sql": "SELECT * FROM t JOIN t AS u USING (a) JOIN t AS v ON v.id = u.id"})
	assert.Equal(t, []any{"id", "a", "id:1", "id:2", "a:1"}, joined["results"].([]any)[0].(object)["columns"], "two columns of one name")

	_, message := s.refused("/api/sql", object{"sql": "UPDATE t SET a = 'q'; SELECT missing FROM t"})
	assert.Equal(t, "no such column: missing", message)
	assert.Equal(t, int64(0), s.scalar("SELECT count(*) FROM t WHERE a = 'q'"), "all or nothing")
	_, message = s.refused("/api/sql", object{"sql": "SELECT 'open"})
	assert.Equal(t, "line 1: a string that starts with ' has no end", message)
	_, message = s.refused("/api/sql", object{"sql": "SELECT ?"})
	assert.Equal(t, "The parameter ? has no value here: write the value.", message)
	_, message = s.refused("/api/sql", object{"sql": " -- nothing"})
	assert.Equal(t, "There is no statement.", message)
}

func TestLongResultIsCut(t *testing.T) {
	s := open(t, nil, dbstudio.Options{})

	answer := s.ask("/api/sql", object{"sql": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"})

	result := answer["results"].([]any)[0].(object)
	assert.Len(t, result["rows"], 2000)
	assert.Equal(t, true, result["more"])
}

func TestMeasurements(t *testing.T) {
	s := open(t, []string{"CREATE TABLE t (a)"}, dbstudio.Options{})
	assert.NotContains(t, s.ask("/api/sql", object{"sql": "SELECT 1"}), "rowsRead", "SQLite does not tell")

	s.studio = dbstudio.New(dbstudio.Options{DB: d1httptest.Serve(t, s.db).Open(t), Address: address})
	s.cookie = nil
	s.enter()
	assert.Contains(t, s.ask("/api/sql", object{"sql": "SELECT 1"}), "rowsRead")
}

func TestExplain(t *testing.T) {
	s := open(t, []string{"CREATE TABLE t (id integer PRIMARY KEY, a)", "CREATE INDEX t_a ON t (a)"}, dbstudio.Options{})

	plans := s.ask("/api/explain", object{"sql": "SELECT id FROM t WHERE a = 1; DELETE FROM t"})["plans"].([]any)

	require.Len(t, plans, 2)
	assert.Equal(t, "SEARCH t USING COVERING INDEX t_a (a=?)", plans[0].(object)["steps"].([]any)[0].(object)["detail"])
	assert.Equal(t, int64(0), s.scalar("SELECT count(*) FROM t"))
}

func TestMasks(t *testing.T) {
	s := open(t, []string{
		"CREATE TABLE account (id text, password text, access_token text)",
		"INSERT INTO account VALUES ('a', 'hunter2', NULL)",
		`CREATE TABLE quota ("key" text PRIMARY KEY NOT NULL, n integer) WITHOUT ROWID`,
		"INSERT INTO quota VALUES ('hunter2', 1), ('hunter3', 2)",
	}, writable)

	seen := s.page(object{"table": "account"})
	assert.Equal(t, []any{"a", object{"t": "secret"}, nil}, seen.cells[0])
	assert.Equal(t, []any{"a", "hunter2", nil}, s.page(object{"table": "account", "reveal": []string{"password"}}).cells[0])
	assert.Equal(t, []any{"a", object{"t": "secret"}, nil}, s.ask("/api/row", object{"key": seen.keys[0]})["cells"])
	keys := s.page(object{"table": "quota", "limit": 1})
	assert.NotContains(t, fmt.Sprint(keys), "hunter", "a key that is a secret is sealed")
	assert.Len(t, s.values(object{"table": "quota", "limit": 1}, 1), 2)
	_, message := s.refused("/api/rows", object{"table": "account", "sort": "password"})
	assert.Equal(t, "The column password is masked: show it before you sort by it.", message)
	_, message = s.refused("/api/rows", object{"table": "account", "filters": []object{{"column": "password", "op": "starts", "value": "h"}}})
	assert.Equal(t, "The column password is masked: show it before you search in it.", message)
	conflicted := s.page(object{"table": "account"}).keys[0]
	s.exec("UPDATE account SET id = 'b'")
	_, answer := s.post("/api/changes", object{"changes": []object{{"kind": "update", "table": "account", "key": conflicted, "values": object{"id": "c"}}}})
	assert.NotContains(t, fmt.Sprint(answer["conflicts"]), "hunter2")

	for sql, masked := range map[string]bool{
		"SELECT * FROM account":                  true,
		"SELECT password FROM account":           true,
		"SELECT Password AS p FROM account":      true,
		"SELECT lower(password) FROM account":    true,
		"SELECT \"password\" || '' FROM account": true,
		"SELECT id FROM account":                 false,
		"SELECT 'password' AS word FROM account": false,
	} {
		answer := s.ask("/api/sql", object{"sql": sql})
		assert.Equal(t, masked, answer["results"].([]any)[0].(object)["masked"], sql)
		assert.NotContains(t, strings.ToLower(fmt.Sprint(answer["results"].([]any)[0].(object)["rows"])), "hunter2", sql)
		assert.NotContains(t, fmt.Sprint(s.ask("/api/sql", object{"sql": sql, "reveal": true})["results"]), "t:secret", sql)
	}
}
