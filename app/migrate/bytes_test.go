package migrate_test

import (
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/d1test"
	"github.com/addreams/addreams/app/migrate"
)

func utf16Bytes(text string, big bool) string {
	var b strings.Builder
	for _, unit := range utf16.Encode([]rune(text)) {
		if low, high := byte(unit), byte(unit>>8); big {
			b.Write([]byte{high, low})
		} else {
			b.Write([]byte{low, high})
		}
	}
	return b.String()
}

// byteCase is a file that is not SQL text.
type byteCase struct{ bytes, what, advice string }

const twoTables = "CREATE TABLE a (b);\nCREATE TABLE c (d);\n"

// A file that is not SQL text is refused as invalid, with what it is and how to fix it, and nothing of it is run.
var invalidBytes = map[string]byteCase{
	"NUL between statements":  {"CREATE TABLE a (b);\x00\nCREATE TABLE c (d);", "line 1 is invalid: it has a NUL", "Remove it"},
	"NUL in a statement":      {"CREATE TABLE a (b)\x00;\nCREATE TABLE c (d);", "line 1 is invalid: it has a NUL", "Remove it"},
	"NUL in a string":         {"CREATE TABLE a (b);\nINSERT INTO a VALUES ('x\x00y')", "line 2 is invalid: it has a NUL", "x'00'"},
	"NUL in a comment":        {twoTables + "-- \x00", "line 3 is invalid: it has a NUL", "Remove it"},
	"UTF-16, little endian":   {"\xFF\xFE" + utf16Bytes(twoTables, false), "0002_x.sql is invalid: it is UTF-16 text", "iconv -f UTF-16 -t UTF-8"},
	"UTF-16, big endian":      {"\xFE\xFF" + utf16Bytes(twoTables, true), "0002_x.sql is invalid: it is UTF-16 text", "iconv -f UTF-16 -t UTF-8"},
	"UTF-16LE without a mark": {utf16Bytes(twoTables, false), "0002_x.sql is invalid: it is UTF-16 text", "iconv -f UTF-16LE"},
	"UTF-16BE without a mark": {utf16Bytes(twoTables, true), "0002_x.sql is invalid: it is UTF-16 text", "iconv -f UTF-16BE"},
	"Latin-1":                 {"CREATE TABLE a (b);\nINSERT INTO a VALUES ('caf\xE9')", "line 2 is invalid: the byte 0xE9 is not UTF-8", "WINDOWS-1252"},
	"cut in a character":      {twoTables + "-- caf\xC3", "line 3 is invalid: the byte 0xC3 is not UTF-8", "iconv"},
	"a lone surrogate":        {"-- \xED\xA0\x80\n" + twoTables, "line 1 is invalid: the byte 0xED is not UTF-8", "iconv"},
	"old Macintosh line ends": {"-- a comment\rCREATE TABLE a (b);\r", "line 1 is invalid: it has a CR without LF", "Use LF"},
	"CR in a string":          {"CREATE TABLE a (b DEFAULT 'x\ry')", "line 1 is invalid: it has a CR without LF", "char(13)"},
	"a second mark":           {twoTables + "\uFEFF" + twoTables, "line 3 is invalid: it has a byte order mark behind its start", "Remove it"},
	"DOS end of file":         {twoTables + "\x1A", "line 3 is invalid: it has the control character U+001A", "char(26)"},
	"form feed":               {twoTables + "\f", "line 3 is invalid: it has the control character U+000C", "char(12)"},
	"delete":                  {twoTables + "-- \x7F", "line 3 is invalid: it has the control character U+007F", "char(127)"},
	"C1 control":              {twoTables + "-- \u0085", "line 3 is invalid: it has the control character U+0085", "char(133)"},
	"reversed text":           {twoTables + "-- \u202E x", "line 3 is invalid: it has U+202E", "char(8238)"},
}

func TestBytesThatAreNoSQLText(t *testing.T) {
	t.Parallel()
	for name, k := range invalidBytes {
		t.Run(name, func(t *testing.T) { k.check(t, populated(t)) })
	}
}

func TestBytesThatAreNoSQLTextOnWorkerd(t *testing.T) {
	t.Parallel()
	db := theCloud(t).database(t)
	populate(t, db)
	for name, k := range invalidBytes {
		t.Run(name, func(t *testing.T) { k.check(t, unmarked(db)) })
	}
}

// check tries the case on a database with rows.
func (k byteCase) check(t *testing.T, db d1.Database) {
	t.Helper()
	before := everything(t, db)

	_, err := engine(t, db, started(map[string]string{"0002_x.sql": k.bytes}), migrate.Options{Allow: []string{migrate.All}}).Apply(t.Context())

	var refused *migrate.Refused
	require.ErrorAs(t, err, &refused)
	require.Len(t, refused.Refusals, 1)
	assert.Equal(t, migrate.KindInvalid, refused.Refusals[0].Kind)
	assert.Contains(t, err.Error(), k.what)
	assert.Contains(t, refused.Refusals[0].Advice, k.advice)
	assert.Equal(t, before, everything(t, db), "nothing has changed")
}

// An applied file is not sent again, so its bytes are not checked: a refusal could never be resolved.
func TestAppliedBytesAreLeftAlone(t *testing.T) {
	db := populated(t)
	files := started(map[string]string{"0002_x.sql": "CREATE TABLE a (b);\f"})
	run(t, db, "CREATE TABLE a (b)")
	run(t, db, "INSERT INTO d1_migrations (name) VALUES ('0002_x.sql')")

	_, err := engine(t, db, files, migrate.Options{}).Apply(t.Context())
	assert.NoError(t, err)
}

func TestBaselineRefusesUnfitBytes(t *testing.T) {
	db := memory(t)
	run(t, db, "CREATE TABLE a (b)")

	_, err := engine(t, db, folder(map[string]string{"0000_a.sql": "CREATE TABLE a (b);\x01"}), migrate.Options{}).Baseline(t.Context(), "")

	assert.ErrorContains(t, err, "0000_a.sql line 1 is invalid: it has the control character U+0001")
}

func TestTextThatIsRead(t *testing.T) {
	for name, content := range map[string]string{
		"a mark":          "\uFEFFCREATE TABLE a (b)",
		"CRLF":            "CREATE TABLE a (\r\nb\r\n);\r\n",
		"a tab":           "CREATE TABLE\ta (b)",
		"no ASCII":        "CREATE TABLE a (größe text DEFAULT '→ 🎉');",
		"statement break": "CREATE TABLE a (b);\n--> statement-breakpoint\nCREATE TABLE c (d)",
	} {
		t.Run(name, func(t *testing.T) {
			db := populated(t)
			apply(t, db, started(map[string]string{"0002_x.sql": content}))
			assert.Equal(t, []string{"a"}, column(t, db, "SELECT name FROM sqlite_master WHERE name = 'a'"))
		})
	}
}

// Whatever bytes a file has: either it is refused and nothing changes, or all its statements have run.
func TestAnyBytes(t *testing.T) {
	part := rapid.SampledFrom([]string{
		"CREATE TABLE a (b);", "CREATE TABLE c (d)", ";", "\n", "\r\n", "\r", "\x00", "\xFF", "\xFE", "\uFEFF", "'", "-- x", "/*", "*/", "\u202E", "\x1A",
	})
	rapid.Check(t, func(r *rapid.T) {
		content := strings.Join(rapid.SliceOfN(part, 1, 6).Draw(r, "parts"), "")
		db := memory(t)
		made, err := migrate.New(db, fstest.MapFS{"0000_x.sql": {Data: []byte(content)}}, migrate.Options{})
		if err != nil {
			return
		}
		_, err = made.Apply(t.Context())

		tables := column(t, db, "SELECT name FROM sqlite_master WHERE name IN ('a', 'c')")
		if err != nil {
			assert.Empty(r, tables)
			return
		}
		result, failed := d1.Query(t.Context(), db, "SELECT count(*) FROM sqlite_master WHERE name IN ('a', 'c')")
		require.NoError(r, failed)
		statements := strings.Count(stripped(content), "CREATE")
		assert.Equal(r, int64(statements), d1test.Rows(t, result)[0].Int(0))
	})
}

// stripped returns the text without comments and strings.
func stripped(text string) string {
	var b strings.Builder
	for text != "" {
		start := strings.IndexAny(text, "'-/")
		if start < 0 {
			return b.String() + text
		}
		b.WriteString(text[:start])
		text = text[start:]
		end := 1
		switch {
		case strings.HasPrefix(text, "--"):
			end = strings.IndexAny(text+"\n", "\n")
		case strings.HasPrefix(text, "/*"):
			end = strings.Index(text, "*/") + 2
		case text[0] == '\'':
			end = strings.Index(text[1:], "'") + 2
		}
		text = text[min(end, len(text)):]
	}

	return b.String()
}
