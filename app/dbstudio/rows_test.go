package dbstudio_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/d1test"
	"github.com/addreams/addreams/app/dbstudio"
)

// ordered is what SQLite itself says of an order.
func (s *site) ordered(column, table, order string) []any {
	s.t.Helper()
	answer := s.ask("/api/sql", object{"sql": "SELECT " + column + " AS x FROM " + table + " ORDER BY " + order})
	var all []any
	for _, row := range answer["results"].([]any)[0].(object)["rows"].([]any) {
		all = append(all, row.([]any)[0])
	}
	return all
}

func TestPagesAreWhole(t *testing.T) {
	mixed := []string{"NULL", "NULL", "NULL", "1", "1", "1", "2.5", "-3", "'1'", "'a'", "'A'", "'it''s'", "x'00ff'", "9007199254740993", "''"}
	rows := make([]string, len(mixed))
	for i, value := range mixed {
		rows[i] = fmt.Sprintf("(%d, %s)", i, value)
	}
	script := []string{
		"CREATE TABLE plain (n integer, v)", "CREATE INDEX plain_v ON plain (v)",
		"CREATE TABLE nocase (n integer, v text COLLATE NOCASE)",
		"CREATE TABLE alias (n integer PRIMARY KEY, v)",
		"CREATE TABLE shadowed (n integer, v, rowid text, _rowid_ text)",
		"CREATE TABLE compound (a text NOT NULL, n integer NOT NULL, v, PRIMARY KEY (a, n)) WITHOUT ROWID",
		`CREATE TABLE "odd ""name"" [x] 'y';--" (n integer, v)`,
		"CREATE TABLE all_shadowed (n integer, v, rowid text, _rowid_ text, oid text)",
		"CREATE VIEW seen AS SELECT n, v FROM plain ORDER BY n",
	}
	for _, into := range []string{"plain", "nocase", "alias", "shadowed", `"odd ""name"" [x] 'y';--"`, "all_shadowed"} {
		script = append(script, "INSERT INTO "+into+" (n, v) VALUES "+strings.Join(rows, ", "))
	}
	script = append(script, "INSERT INTO compound (a, n, v) SELECT CASE n % 3 WHEN 0 THEN 'x''y' WHEN 1 THEN 'Z' ELSE '' END, n, v FROM plain")
	s := open(t, script, dbstudio.Options{})

	cases := map[string]struct {
		table, order, back string // the key, up and down
		unkeyed            bool
	}{
		"rowid":                       {table: "plain", order: "rowid", back: "rowid DESC"},
		"collation":                   {table: "nocase", order: "rowid", back: "rowid DESC"},
		"integer primary key":         {table: "alias", order: "rowid", back: "rowid DESC"},
		"a column named rowid":        {table: "shadowed", order: "oid", back: "oid DESC"},
		"WITHOUT ROWID":               {table: "compound", order: "a, n", back: "a DESC, n DESC"},
		"a name of quotes":            {table: `odd "name" [x] 'y';--`, order: "rowid", back: "rowid DESC"},
		"every name of rowid is used": {table: "all_shadowed", order: "n", back: "n DESC", unkeyed: true},
		"a view":                      {table: "seen", order: "n", back: "n DESC", unkeyed: true},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			quoted := `"` + strings.ReplaceAll(tc.table, `"`, `""`) + `"`
			place := 0
			if tc.table == "compound" {
				place = 1
			}
			if !tc.unkeyed {
				assert.Equal(t, s.ordered("n", quoted, tc.order), s.values(object{"table": tc.table, "limit": 2}, place))
				assert.Equal(t, s.ordered("n", quoted, tc.back), s.values(object{"table": tc.table, "limit": 2, "desc": true}, place))
				assert.Equal(t, s.ordered("n", quoted, "v, "+tc.order), s.values(object{"table": tc.table, "sort": "v", "limit": 2}, place))
				assert.Equal(t, s.ordered("n", quoted, "v DESC, "+tc.back), s.values(object{"table": tc.table, "sort": "v", "desc": true, "limit": 2}, place))
			}

			assert.ElementsMatch(t, s.ordered("n", quoted, "n"), s.values(object{"table": tc.table, "sort": "v", "limit": 4}, place))
			assert.Equal(t, !tc.unkeyed, s.page(object{"table": tc.table}).keyed)
		})
	}
}

// recording keeps the statements that were sent.
type recording struct {
	d1.Database
	sent []string
}

func (r *recording) Batch(ctx context.Context, statements ...d1.Statement) ([]d1.Result, error) {
	for _, statement := range statements {
		r.sent = append(r.sent, statement.SQL)
	}
	return r.Database.Batch(ctx, statements...)
}

// TestPagesReadOnlyTheirRows asks SQLite for its plan of each page: nothing is sorted, and a page that is not the first
// begins in an index.
func TestPagesReadOnlyTheirRows(t *testing.T) {
	s := open(t, []string{
		"CREATE TABLE big (id text PRIMARY KEY NOT NULL, kind text, at integer)",
		`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
		INSERT INTO big SELECT printf('%08d', i * 7919 % 5003), iif(i % 2, 'odd', NULL), i / 10 FROM n`,
		"CREATE INDEX big_kind ON big (kind)", "CREATE INDEX big_at ON big (at)",
		"CREATE TABLE pair (a text, b integer, PRIMARY KEY (a, b)) WITHOUT ROWID",
		"INSERT INTO pair SELECT kind, at FROM big WHERE kind IS NOT NULL GROUP BY at",
	}, dbstudio.Options{})
	recorded := &recording{Database: s.db}
	s.studio = dbstudio.New(dbstudio.Options{DB: recorded, Address: address, CountLimit: 1000})
	s.cookie = nil
	s.enter()

	for _, query := range []object{
		{"table": "big"}, {"table": "big", "desc": true}, {"table": "big", "sort": "id"}, {"table": "big", "sort": "kind"},
		{"table": "big", "sort": "kind", "desc": true}, {"table": "big", "sort": "at", "desc": true}, {"table": "pair"},
		{"table": "pair", "desc": true}, {"table": "big", "sort": "at", "filters": []object{{"column": "at", "op": "ge", "value": 7}}},
	} {
		query["limit"] = 50
		query["after"] = s.page(query).next
		recorded.sent = nil
		s.page(query)

		asked := 0
		for _, sql := range recorded.sent {
			if !strings.Contains(sql, " LIMIT 51") {
				continue
			}
			asked++
			plan := d1test.Query(t, s.db, "EXPLAIN QUERY PLAN "+sql)
			assert.Contains(t, plan[0].Text(3), "SEARCH", sql)
			for _, row := range plan {
				assert.NotContains(t, row.Text(3), "TEMP B-TREE", sql)
			}
		}
		assert.NotZero(t, asked, "%v", query)
	}
	assert.Equal(t, object{"rows": 1000.0, "more": true}, s.ask("/api/counts", object{"tables": []string{"big"}})["big"])
}

func TestFilters(t *testing.T) {
	s := open(t, []string{
		"CREATE TABLE t (n integer, name text, v)",
		"INSERT INTO t VALUES (1, 'Ada', 5), (2, 'ada%', '5'), (3, NULL, NULL), (4, 'it''s _x', 6.5), (10, '', x'35')",
	}, dbstudio.Options{})

	cases := map[string]struct {
		column, op string
		value      any
		want       []any
	}{
		"text for an integer": {"n", "eq", "10", []any{10.0}},
		"at least":            {"n", "ge", 4, []any{4.0, 10.0}},
		"contains":            {"name", "contains", "ADA", []any{1.0, 2.0}},
		"no pattern":          {"name", "contains", "%", []any{2.0}},
		"a quote":             {"name", "contains", "it's", []any{4.0}},
		"starts":              {"name", "starts", "ada", []any{2.0}},
		"null":                {"name", "null", nil, []any{3.0}},
		"not null":            {"v", "notnull", nil, []any{1.0, 2.0, 4.0, 10.0}},
		"both kinds of five":  {"v", "eq", "5", []any{1.0, 2.0}},
		"neither five":        {"v", "ne", "5", []any{4.0, 10.0}},
		"no SQL":              {"name", "eq", "' OR 1=1 --", nil},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			s.t = t
			found := s.values(object{"table": "t", "filters": []object{{"column": tc.column, "op": tc.op, "value": tc.value}}}, 0)
			assert.Equal(t, tc.want, found)
		})
	}
	s.t = t
	_, message := s.refused("/api/rows", object{"table": "t", "filters": []object{{"column": "x", "op": "eq"}}})
	assert.Equal(t, "The table t has no column x.", message)
	_, message = s.refused("/api/rows", object{"table": "t", "filters": []object{{"column": "n", "op": "= 1 OR"}}})
	assert.Equal(t, `A filter can't be "= 1 OR".`, message)
	_, message = s.refused("/api/rows", object{"table": `t" WHERE 1; --`})
	assert.Equal(t, `There is no table t" WHERE 1; --.`, message)
}

func TestCursorBelongsToItsQuery(t *testing.T) {
	s := open(t, []string{"CREATE TABLE t (n integer)", "INSERT INTO t VALUES (1), (2), (3)"}, dbstudio.Options{})
	next := s.page(object{"table": "t", "limit": 1}).next

	_, message := s.refused("/api/rows", object{"table": "t", "limit": 1, "desc": true, "after": next})
	assert.Equal(t, "The page was requested with another sort order or filter: reload it.", message)
	_, message = s.refused("/api/rows", object{"table": "t", "after": next[:len(next)-2] + "xx"})
	assert.Contains(t, message, "Reload the page.")
}

func TestLongAndOddValues(t *testing.T) {
	long := strings.Repeat("ä", 30_000)
	s := open(t, []string{
		"CREATE TABLE t (n integer, v)",
		"INSERT INTO t VALUES (1, replace(hex(zeroblob(15000)), '0', 'ä')), (2, replace(hex(zeroblob(15000)), '0', 'ä') || 'b'), (3, 9007199254740993), (4, zeroblob(40)), (5, 3.0)",
	}, dbstudio.Options{})

	found := s.page(object{"table": "t"})
	assert.Equal(t, object{"t": "text", "v": strings.Repeat("ä", 1000), "cut": true}, found.cells[0][1])
	assert.Equal(t, object{"t": "int", "v": "9007199254740993"}, found.cells[2][1])
	assert.Equal(t, object{"t": "blob", "v": strings.Repeat("00", 32), "bytes": 40.0, "cut": true}, found.cells[3][1])
	assert.Equal(t, long, s.ask("/api/row", object{"key": found.keys[0]})["cells"].([]any)[1], "a row by itself is whole")
	assert.Equal(t, []any{5.0, 3.0, 1.0, 2.0, 4.0}, s.values(object{"table": "t", "sort": "v", "limit": 1}, 0), "long values page too")
}

func TestRowTellsWhatRefersToIt(t *testing.T) {
	s := open(t, []string{
		"CREATE TABLE user (id text PRIMARY KEY NOT NULL)",
		"CREATE TABLE session (id text PRIMARY KEY NOT NULL, owner text NOT NULL REFERENCES user ON DELETE CASCADE)",
		"CREATE TABLE profile (user_id text PRIMARY KEY NOT NULL)",
		"INSERT INTO user VALUES ('ada'), ('bob')",
		"INSERT INTO session VALUES ('s1', 'ada'), ('s2', 'ada'), ('s3', 'bob')",
		"INSERT INTO profile VALUES ('ada')",
	}, dbstudio.Options{CountLimit: 1})

	children := s.ask("/api/row", object{"key": s.page(object{"table": "user"}).keys[0]})["children"].([]any)

	require.Len(t, children, 2)
	profile, session := children[0].(object), children[1].(object)
	assert.Equal(t, true, profile["implied"], "named as a reference, and not declared")
	assert.Equal(t, object{"rows": 1.0, "more": false}, profile["count"])
	assert.Equal(t, object{"rows": 1.0, "more": true}, session["count"], "counted up to the limit")
	assert.Equal(t, []any{"s1", "s2"}, s.values(object{"table": "session", "filters": session["filters"]}, 0))
}

func TestExport(t *testing.T) {
	s := open(t, []string{
		"CREATE TABLE t (n integer, token text, v)",
		`WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 1203)
		INSERT INTO t SELECT n, 'hidden', CASE n WHEN 1 THEN 'a "b", c' WHEN 2 THEN NULL ELSE x'ff' END FROM i`,
	}, dbstudio.Options{})

	csv := s.get("/api/export?format=csv&query=" + url.QueryEscape(`{"table":"t"}`))
	require.Equal(t, http.StatusOK, csv.Code)
	assert.Equal(t, `attachment; filename=t.csv`, csv.Header().Get("Content-Disposition"))
	lines := strings.Split(strings.TrimSpace(csv.Body.String()), "\n")
	assert.Len(t, lines, 1204)
	assert.Equal(t, []string{"n,token,v", `1,••••,"a ""b"", c"`, "2,••••,", "3,••••,ff"}, lines[:4])

	some := s.get("/api/export?format=json&query=" + url.QueryEscape(`{"table":"t","filters":[{"column":"n","op":"le","value":2}]}`))
	assert.Equal(t, "[\n {\"n\": 1, \"token\": \"••••\", \"v\": \"a \\\"b\\\", c\"},\n {\"n\": 2, \"token\": \"••••\", \"v\": null}\n]\n", some.Body.String())
	none := s.get("/api/export?format=json&query=" + url.QueryEscape(`{"table":"t","filters":[{"column":"n","op":"eq","value":0}]}`))
	assert.Equal(t, "[]\n", none.Body.String())
}
