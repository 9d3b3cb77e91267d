package d1sql_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/addreams/addreams/app/d1/d1sql"
)

func split(t require.TestingT, script string) []string {
	statements, err := d1sql.Split(script)
	require.NoError(t, err)
	texts := []string{}
	for _, statement := range statements {
		texts = append(texts, statement.SQL)
	}
	return texts
}

func TestSplit(t *testing.T) {
	trigger := "CREATE TRIGGER t AFTER INSERT ON a WHEN CASE 1 WHEN 1 THEN 1 END BEGIN\r\n" +
		"  SELECT CASE WHEN 1 THEN ';' ELSE 2 END;\n  UPDATE a SET end = 1; -- ; END;\nEND"
	cases := map[string]struct {
		script string
		want   []string
	}{
		"nothing":               {" \n-- only; a comment\n;;/* ; */", []string{}},
		"one without semicolon": {"SELECT 1", []string{"SELECT 1"}},
		"two":                   {"SELECT 1;SELECT 2;", []string{"SELECT 1", "SELECT 2"}},
		"strings":               {"SELECT 'a;''b';SELECT ';'", []string{"SELECT 'a;''b'", "SELECT ';'"}},
		"identifiers":           {"SELECT `a;``b`, \"c;\"\"\", [d;];SELECT 2", []string{"SELECT `a;``b`, \"c;\"\"\", [d;]", "SELECT 2"}},
		"comments between":      {"-- a;\nSELECT 1; -- b;\n/* c; */ SELECT 2 -- d", []string{"SELECT 1", "SELECT 2"}},
		"comments within":       {"SELECT /* ; */ 1 -- ;\n, 2;", []string{"SELECT /* ; */ 1 -- ;\n, 2"}},
		"drizzle's breakpoints": {"SELECT 1;\n--> statement-breakpoint\nSELECT 2;", []string{"SELECT 1", "SELECT 2"}},
		"CRLF":                  {"SELECT 1;\r\nSELECT 2;\r\n", []string{"SELECT 1", "SELECT 2"}},
		"trigger":               {trigger + ";SELECT 2", []string{trigger, "SELECT 2"}},
		"temporary trigger":     {"create temp trigger x after insert on a begin select 1; end; SELECT 2", []string{"create temp trigger x after insert on a begin select 1; end", "SELECT 2"}},
		"trigger, commented END": {"CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; /* e */ END -- x\n; SELECT 2",
			[]string{"CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; /* e */ END", "SELECT 2"}},
		"a table named trigger": {"CREATE TABLE trigger (a); SELECT 2", []string{"CREATE TABLE trigger (a)", "SELECT 2"}},
		"explained trigger":     {"EXPLAIN CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END; SELECT 2", []string{"EXPLAIN CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END", "SELECT 2"}},
		"no ASCII":              {"SELECT 'ä;ö' AS größe; SELECT →", []string{"SELECT 'ä;ö' AS größe", "SELECT →"}},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) { assert.Equal(t, tc.want, split(t, tc.script)) })
	}
}

func TestSplitCountsLines(t *testing.T) {
	statements, err := d1sql.Split("-- one\nSELECT 1;\n\n/* a\nb */ SELECT\n2;")
	require.NoError(t, err)
	require.Len(t, statements, 2)
	assert.Equal(t, 2, statements[0].Line)
	assert.Equal(t, 5, statements[1].Line)
}

func TestSplitRefuses(t *testing.T) {
	cases := map[string]struct{ script, want string }{
		"string":     {"SELECT 1;\nSELECT 'a;", "line 2: a string that starts with ' has no end"},
		"identifier": {"SELECT `a", "line 1: a quoted identifier that starts with ` has no end"},
		"bracket":    {"SELECT [a", "line 1: a quoted identifier that starts with [ has no end"},
		"comment":    {"\n/* a", "line 2: a comment that starts with /* has no end"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := d1sql.Split(tc.script)
			assert.EqualError(t, err, tc.want)
		})
	}
}

func TestTokenName(t *testing.T) {
	for text, want := range map[string]string{"a": "a", `"a""b"`: `a"b`, "`a``b`": "a`b", "[a b]": "a b"} {
		tokens, err := d1sql.Tokens(text)
		require.NoError(t, err)
		require.Len(t, tokens, 1, text)
		assert.Equal(t, want, tokens[0].Name())
	}
}

// piece draws what a script is made of: hostile pieces that quote, comment, nest and end.
func piece() *rapid.Generator[string] {
	return rapid.SampledFrom([]string{
		"SELECT 1", " ", "\n", "\r\n", ";", "'it''s; '", "`q;`", `"d;"`, "[b;]", "-- c; '\n", "/* c; ' */", "x", "END", "begin", "BEGIN",
		"CASE WHEN 1 THEN 2 END", "?1", ":name", "--> statement-breakpoint\n", "→", "$", "@", "(", ")", "1e5",
		"CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; SELECT CASE 1 WHEN 1 THEN 2 END; END;",
		"CREATE TABLE a (b text DEFAULT ';');",
	})
}

func script(t *rapid.T) string {
	return strings.Join(rapid.SliceOf(piece()).Draw(t, "pieces"), rapid.SampledFrom([]string{"", " "}).Draw(t, "glue"))
}

// significant is what SQLite sees of a script, without the semicolons that only end empty statements.
func significant(t *rapid.T, text string) []string {
	tokens, err := d1sql.Tokens(text)
	require.NoError(t, err)

	texts := []string{}
	for _, token := range tokens {
		switch {
		case token.Kind == d1sql.Space || token.Kind == d1sql.Comment:
		case token.Kind == d1sql.Semicolon && (len(texts) == 0 || texts[len(texts)-1] == ";"):
		default:
			texts = append(texts, token.Text)
		}
	}
	if n := len(texts); n > 0 && texts[n-1] == ";" {
		texts = texts[:n-1]
	}

	return texts
}

func TestTokensLoseNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.Custom(script), rapid.String()).Draw(t, "script")
		tokens, err := d1sql.Tokens(text)
		if err != nil {
			t.Skip("without end")
		}
		var joined strings.Builder
		for _, token := range tokens {
			assert.Equal(t, 1+strings.Count(joined.String(), "\n"), token.Line)
			joined.WriteString(token.Text)
		}
		assert.Equal(t, text, joined.String())
	})
}

func TestJoinedStatementsAreTheScript(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := script(t)
		if _, err := d1sql.Tokens(text); err != nil {
			t.Skip("without end")
		}
		joined := strings.Join(split(t, text), "\n;\n")
		assert.Equal(t, significant(t, text), significant(t, joined))
	})
}

func TestStatementsSplitNoFurther(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := script(t)
		if _, err := d1sql.Tokens(text); err != nil {
			t.Skip("without end")
		}
		for _, statement := range split(t, text) {
			assert.Equal(t, []string{statement}, split(t, statement))
		}
	})
}

func TestCheck(t *testing.T) {
	cases := map[string]struct {
		sql  string
		want string // nothing if empty
	}{
		"table":               {"CREATE TABLE a (b text)", ""},
		"begin":               {"BEGIN", "BEGIN is refused by D1"},
		"commit":              {"commit", "COMMIT is refused by D1"},
		"vacuum":              {"VACUUM", "VACUUM is refused by D1"},
		"foreign keys off":    {"PRAGMA foreign_keys=OFF", "does nothing inside D1's transaction"},
		"foreign keys, main":  {"PRAGMA main.foreign_keys = 0", "does nothing inside D1's transaction"},
		"foreign keys, quote": {`PRAGMA "foreign_keys" = 0`, "does nothing inside D1's transaction"},
		"deferred keys":       {"PRAGMA defer_foreign_keys = on", ""},
		"row check off":       {"PRAGMA ignore_check_constraints(1)", "no rows are lost"},
		"banned pragma":       {"PRAGMA user_version = 7", "PRAGMA user_version is refused by D1"},
		"idle pragma":         {"PRAGMA table_info(user)", "has no place in a migration"},
		"temporary":           {"CREATE TEMPORARY TABLE a (b)", "temporary objects"},
		"full text":           {"CREATE VIRTUAL TABLE a USING fts5(b)", ""},
		"other module":        {"CREATE VIRTUAL TABLE a USING rtree(b, c, d)", "module rtree"},
		"Cloudflare's name":   {"DROP TABLE `_CF_KV`", "_cf_kv is Cloudflare's own"},
		"parameter":           {"INSERT INTO a VALUES (?1)", "parameter ?1"},
		"named parameter":     {"INSERT INTO a VALUES (:b)", "parameter :b"},
		"no parameter":        {"INSERT INTO a VALUES ('?', ':b')", ""},
		"long":                {"SELECT '" + strings.Repeat("x", 100_000) + "'", "D1 takes at most 100000"},
		"trigger":             {"CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END", ""},
		"lower-case begin":    {"CREATE TRIGGER t AFTER INSERT ON a begin SELECT 1; END", "not in capitals"},
		"lower-case end":      {"CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; end", "not in capitals"},
		"nested end":          {"CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT CASE 1 WHEN 1 THEN 2 END; END", "END of a CASE"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			statements, err := d1sql.Split(tc.sql)
			require.NoError(t, err)
			require.Len(t, statements, 1)
			problems := d1sql.Check(statements[0])
			if tc.want == "" {
				assert.Empty(t, problems)
				return
			}
			require.Len(t, problems, 1)
			assert.Contains(t, problems[0].What, tc.want)
			assert.NotEmpty(t, problems[0].Advice)
		})
	}
}
