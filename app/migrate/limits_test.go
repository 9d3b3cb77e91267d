package migrate_test

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate"
)

// attempt is a statement that D1 accepts or refuses, and what precedes it.
type attempt struct {
	setup []string
	sql   string
	want  string // in the refusal; empty if the statement is taken
}

func repeated(n int, each func(int) string, glue string) string {
	parts := make([]string, n)
	for i := range parts {
		parts[i] = each(i)
	}
	return strings.Join(parts, glue)
}

func same(text string) func(int) string { return func(int) string { return text } }

func numberedName(i int) string { return fmt.Sprint("c", i) }

// chain returns n triggers, each of which fires the next; prefix tells the tables of two chains apart.
func chain(prefix string, n int) []string {
	made := []string{fmt.Sprintf("CREATE TABLE %s0 (a)", prefix)}
	for i := range n {
		made = append(made, fmt.Sprintf("CREATE TABLE %s%d (a)", prefix, i+1),
			fmt.Sprintf("CREATE TRIGGER %st%d AFTER INSERT ON %s%d BEGIN INSERT INTO %s%d VALUES (new.a); END", prefix, i, prefix, i, prefix, i+1))
	}
	return made
}

// cascade returns n tables with a row each, whose foreign keys cascade from the first to the last.
func cascade(prefix string, n int) []string {
	made := []string{fmt.Sprintf("CREATE TABLE %s0 (a PRIMARY KEY)", prefix), fmt.Sprintf("INSERT INTO %s0 VALUES (1)", prefix)}
	for i := range n {
		made = append(made, fmt.Sprintf("CREATE TABLE %s%d (a PRIMARY KEY REFERENCES %s%d (a) ON DELETE CASCADE)", prefix, i+1, prefix, i),
			fmt.Sprintf("INSERT INTO %s%d VALUES (1)", prefix, i+1))
	}
	return made
}

func rowsOf(table string, rows, columns int) string {
	return "INSERT INTO " + table + " VALUES " + repeated(rows, same("("+repeated(columns, same("1"), ",")+")"), ",")
}

// computed returns rows whose values are expressions, so that each costs operations.
func computed(table string, rows int) string {
	return "INSERT INTO " + table + " VALUES " + repeated(rows, same("(abs(1),abs(2),abs(3),abs(4),abs(5),abs(6),abs(7),abs(8))"), ",")
}

var eight = []string{"CREATE TABLE eight (a, b, c, d, e, f, g, h)"}

// attempts are on both sides of each limit.
var attempts = map[string]attempt{
	"100 columns":                {nil, "CREATE TABLE wide (" + repeated(100, numberedName, ",") + ")", ""},
	"101 columns":                {nil, "CREATE TABLE wider (" + repeated(101, numberedName, ",") + ")", "too many columns on wider"},
	"100 columns of a result":    {nil, "SELECT " + repeated(100, func(i int) string { return fmt.Sprint("1 AS c", i) }, ","), ""},
	"101 columns of a result":    {nil, "SELECT " + repeated(101, func(i int) string { return fmt.Sprint("1 AS c", i) }, ","), "too many columns in result set"},
	"a 101st column":             {[]string{"CREATE TABLE full (" + repeated(100, numberedName, ",") + ")"}, "ALTER TABLE full ADD COLUMN more", "too many columns on "},
	"depth 99":                   {nil, "SELECT " + strings.Repeat("-+", 48) + "1", ""},
	"depth 101":                  {nil, "SELECT " + strings.Repeat("1+", 101) + "1", "Expression tree is too large (maximum depth 100)"},
	"90 brackets":                {nil, "SELECT " + strings.Repeat("(", 90) + "1" + strings.Repeat(")", 90), ""},
	"5 SELECTs":                  {nil, repeated(5, same("SELECT 1 AS a"), " UNION ALL "), ""},
	"6 SELECTs":                  {nil, repeated(6, same("SELECT 1 AS a"), " UNION ALL "), "too many terms in compound SELECT"},
	"400 rows of constants":      {eight, rowsOf("eight", 400, 8), ""},
	"2,500 rows of constants":    {eight, rowsOf("eight", 2500, 8), "out of memory"},
	"300 rows of functions":      {eight, computed("eight", 300), ""},
	"1,500 rows of functions":    {eight, computed("eight", 1500), "out of memory"},
	"127 arguments":              {nil, "SELECT max(" + repeated(127, same("1"), ",") + ")", ""},
	"128 arguments":              {nil, "SELECT max(" + repeated(128, same("1"), ",") + ")", "too many arguments on function max"},
	"a pattern of 50":            {nil, "SELECT 'a' LIKE '" + strings.Repeat("x", 50) + "'", ""},
	"a pattern of 51":            {nil, "SELECT 'a' LIKE '" + strings.Repeat("x", 51) + "'", "LIKE or GLOB pattern too complex"},
	"a GLOB of 51":               {nil, "SELECT 'a' GLOB '" + strings.Repeat("x", 51) + "'", "LIKE or GLOB pattern too complex"},
	"a chain of 10 triggers":     {chain("ten", 10), "INSERT INTO ten0 VALUES (1)", ""},
	"a chain of 11 triggers":     {chain("eleven", 11), "INSERT INTO eleven0 VALUES (1)", "trigger"},
	"a chain of 12 triggers":     {chain("twelve", 12), "INSERT INTO twelve0 VALUES (1)", "trigger"},
	"a cascade of 10":            {cascade("down10_", 10), "DELETE FROM down10_0", ""},
	"a cascade of 12":            {cascade("down12_", 12), "DELETE FROM down12_0", "trigger"},
	"a long statement":           {nil, "SELECT '" + strings.Repeat("x", 99_991) + "'", ""},
	"a statement too long":       {nil, "SELECT '" + strings.Repeat("x", 99_992) + "'", "statement too long"},
	"a long value":               {nil, "SELECT length(zeroblob(2000000))", ""},
	"a value too long":           {nil, "SELECT zeroblob(2300000)", "string or blob too big"},
	"attached":                   {nil, "ATTACH ':memory:' AS other", "not authorized"},
	"temporary":                  {nil, "CREATE TEMP TABLE t (a)", "not authorized"},
	"a temporary view":           {nil, "CREATE TEMP VIEW v AS SELECT 1", "not authorized"},
	"Cloudflare's table":         {nil, "CREATE TABLE _cf_t (a)", "not authorized"},
	"Cloudflare's table, read":   {nil, "SELECT * FROM _cf_METADATA", ""},
	"Cloudflare's view":          {nil, "CREATE VIEW _cf_v AS SELECT 1", "not authorized"},
	"Cloudflare's index":         {eight, "CREATE INDEX _cf_i ON eight (a)", "not authorized"},
	"Cloudflare's trigger":       {eight, "CREATE TRIGGER _cf_g AFTER INSERT ON eight BEGIN SELECT 1; END", "not authorized"},
	"r-tree":                     {nil, "CREATE VIRTUAL TABLE r USING rtree(a, b, c)", "not authorized"},
	"fts5":                       {nil, "CREATE VIRTUAL TABLE words USING fts5(a)", ""},
	"fts5vocab":                  {[]string{"CREATE VIRTUAL TABLE texts USING fts5(a)"}, "CREATE VIRTUAL TABLE vocab USING fts5vocab(texts, row)", ""},
	"a shadow table, written":    {[]string{"CREATE VIRTUAL TABLE kept USING fts5(a)"}, "DELETE FROM kept_data", "table kept_data may not be modified"},
	"a shadow table, dropped":    {[]string{"CREATE VIRTUAL TABLE kept2 USING fts5(a)"}, "DROP TABLE kept2_data", "table kept2_data may not be dropped"},
	"the schema, written":        {nil, "DELETE FROM sqlite_master", "table sqlite_master may not be modified"},
	"SQLite's statistics":        {nil, "SELECT * FROM dbstat", ""},
	"SQLite's pages":             {nil, "SELECT * FROM sqlite_dbpage", ""},
	"a function newer than D1's": {nil, "SELECT if(1, 2, 3)", ""},
	"NOT NULL added in place":    {[]string{"CREATE TABLE plain (a)"}, "ALTER TABLE plain ALTER COLUMN a SET NOT NULL", ""},
	"a CHECK added in place":     {[]string{"CREATE TABLE plain2 (a)"}, "ALTER TABLE plain2 ADD CONSTRAINT c CHECK (a > 0)", ""},
	"rename":                     {[]string{"CREATE TABLE old (a)"}, "ALTER TABLE old RENAME TO young", ""},
	"rename to Cloudflare's":     {[]string{"CREATE TABLE old2 (a)"}, "ALTER TABLE old2 RENAME TO _cf_old", ""},
	"rename of a column":         {[]string{"CREATE TABLE old3 (a)"}, "ALTER TABLE old3 RENAME COLUMN a TO b", ""},
	"drop of a column":           {[]string{"CREATE TABLE old4 (a, b)"}, "ALTER TABLE old4 DROP COLUMN a", ""},
	"a pragma with a number":     {nil, "PRAGMA foreign_keys = 2", "not authorized"},
	"a pragma with a word":       {nil, "PRAGMA defer_foreign_keys = on", ""},
	"statistics":                 {eight, "ANALYZE", ""},
	"an index rebuilt":           {[]string{"CREATE TABLE idx (a UNIQUE)"}, "REINDEX idx", ""},
	"a recursive query":          {nil, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 9) SELECT max(i) FROM n", ""},
	"65 tables joined":           {eight, "SELECT 1 FROM " + repeated(65, func(i int) string { return fmt.Sprint("eight AS e", i) }, ","), "at most 64 tables in a join"},
	"NUL":                        {nil, "SELECT 1;\x00 SELECT 2", "NUL"},
}

func verdict(t *testing.T, db d1.Database, one attempt) string {
	t.Helper()
	_, err := db.Batch(t.Context(), append(statements(one.setup), d1.SQL(one.sql))...)
	if err == nil {
		return ""
	}
	var refused *d1.Error
	require.True(t, errors.As(err, &refused), "%v", err)
	return refused.Message
}

func statements(texts []string) []d1.Statement {
	var list []d1.Statement
	for _, text := range texts {
		list = append(list, d1.SQL(strings.Replace(text, "CREATE TABLE eight", "CREATE TABLE IF NOT EXISTS eight", 1)))
	}
	return list
}

// The rehearsal and the native server refuse exactly what D1 refuses: they use the same SQLite adapter.
func TestLimitsAreWorkerds(t *testing.T) {
	t.Parallel()
	cloud := theCloud(t)
	real, local := cloud.database(t), memory(t)

	for name, one := range attempts {
		t.Run(name, func(t *testing.T) {
			here, there := verdict(t, local, one), verdict(t, real, one)
			t.Logf("here %q, in workerd %q", here, there)
			if assert.Equal(t, there == "", here == "", "here %q, in workerd %q", here, there); one.want != "" {
				assert.Contains(t, here, one.want)
			}
		})
	}

	t.Run("patterns", func(t *testing.T) {
		for _, one := range patterns {
			query := "SELECT quote(" + one + ") AS matched"
			assert.Equal(t, column(t, real, query), column(t, local, query), one)
		}
	})

	driver, err := sql.Open("sqlite", ":memory:")
	require.NoError(t, err)
	defer driver.Close()
	t.Run("functions", func(t *testing.T) {
		for _, call := range list(t, driver, selectCalls) {
			one := attempt{sql: "EXPLAIN SELECT " + call}
			here, there := verdict(t, local, one), verdict(t, real, one)
			assert.Equal(t, forbids(there), forbids(here), "%s: here %q, in workerd %q", call, here, there)
		}
	})
	t.Run("pragmas", func(t *testing.T) {
		for _, pragma := range list(t, driver, "SELECT name FROM pragma_pragma_list") {
			for _, argument := range []string{"", " = on", " = 'off'", " = 1", " = -1", " = 7", "(eight)", "(_cf_METADATA)"} {
				one := attempt{sql: "PRAGMA " + pragma + argument}
				here, there := verdict(t, local, one), verdict(t, real, one)
				assert.Equal(t, there == "", here == "", "%s%s: here %q, in workerd %q", pragma, argument, here, there)
			}
		}
	})
}

// patterns are comparisons that the adapter makes itself.
var patterns = []string{
	"x'61' LIKE 'a'", "x'61' GLOB 'a'", "'a' LIKE x'41'", "x'00ff' LIKE '%'", "x'610062' LIKE 'a'", "'A' LIKE 'a'", "'A' GLOB 'a'", "'É' LIKE 'é'", "'é' LIKE '_'", "'🎉' GLOB '?'",
	"'' LIKE ''", "'' LIKE '%'", "'' LIKE '_'", "NULL LIKE 'a'", "'a' LIKE NULL", "'abc' LIKE 'a%c'", "'abcd' LIKE 'a%c'", "'abc' LIKE '%%c'", "'abc' LIKE '%_c'", "'a' LIKE '%_a'",
	"'50%' LIKE '50\\%' ESCAPE '\\'", "'500' LIKE '50\\%' ESCAPE '\\'", "'a' LIKE '\\' ESCAPE '\\'", "'a%b' LIKE 'a%%b' ESCAPE '%'", "'a_b' LIKE 'a__b' ESCAPE '_'", "'a' LIKE 'a' ESCAPE NULL", "'ab' LIKE '%xb' ESCAPE 'x'",
	"1 LIKE '1'", "1.0 LIKE '1.0'", "1e300 LIKE '1.0e+300'", "0.1 LIKE '0.1'", "-2.25 LIKE '-2.25'", "1e15 LIKE '%e%'", "123456789012345678 LIKE '123456789012345678'", "1e-5 LIKE '%e-05'", "9e999 LIKE 'Inf'",
	"'b' GLOB '[a-c]'", "'d' GLOB '[a-c]'", "'d' GLOB '[^a-c]'", "']' GLOB '[]]'", "'-' GLOB '[a-]'", "'a' GLOB '[a'", "'abc' GLOB '*[c]'", "'abc' GLOB 'a*'", "'a*' GLOB 'a[*]'", "'^' GLOB '[^^]'", "'a' GLOB '*?'", "'a' GLOB '**'",
	"glob('a*', 'abc')", "like('a%', 'ABC')", "like('a', 'b', 'x')", "'a' NOT LIKE 'b'",
}

// selectCalls returns a call of each function of the driver's SQLite.
const selectCalls = `SELECT '"' || name || '"(' || substr(replace(hex(zeroblob(max(1, max(abs(narg))))), '00', ', 1'), 3) || ')'
	FROM pragma_function_list WHERE name NOT LIKE '->%' GROUP BY name`

// A file that exceeds a limit is refused in the plan, with what to write instead, and nothing is sent.
func TestBeyondALimit(t *testing.T) {
	for name, one := range attempts {
		if one.want == "" || strings.HasPrefix(one.sql, "DELETE FROM down") {
			continue // a cascade's depth is not known before rows are there: see TestLimitsAreWorkerds
		}
		t.Run(name, func(t *testing.T) {
			db := memory(t)
			for _, statement := range statements(one.setup) {
				_, err := db.Batch(t.Context(), statement)
				require.NoError(t, err)
			}
			plan, err := engine(t, db, folder(map[string]string{"0000_x.sql": one.sql}), migrate.Options{Allow: []string{migrate.All}}).Plan(t.Context())
			require.NoError(t, err)

			var refused *migrate.Refused
			require.ErrorAs(t, plan.Err(), &refused)
			assert.NotEmpty(t, refused.Refusals[0].Advice)
			assert.NotContains(t, refused.Refusals[0].Advice, "Correct the statement")
			t.Log(plan.Err())
		})
	}
}

// forbids reports whether a function may not be called, or does not exist.
func forbids(message string) bool {
	return strings.Contains(message, "not authorized") || strings.Contains(message, "no such function")
}

func list(t *testing.T, db *sql.DB, query string) []string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	require.NoError(t, err)
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		require.NoError(t, rows.Scan(&name))
		names = append(names, name)
	}
	require.NoError(t, rows.Err())
	return names
}
