package migrate_test

import (
	"os"
	"path/filepath"
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
	"github.com/addreams/addreams/app/migrate/script"
	"github.com/addreams/addreams/migrations"
)

// Everything in the folder is read, refused by name, or known not to be a migration. Nothing is left out silently.
func TestNothingInTheFolderIsLeftOut(t *testing.T) {
	const create = "CREATE TABLE a (b)"
	cases := map[string]struct {
		path string
		want string // read, if empty
	}{
		"a migration":               {"0002_a.sql", ""},
		"drizzle-kit's new layout":  {"0001_add/migration.sql", "migration 0001_add/migration.sql: it lies in a folder, where migrations are not read: move it to 0001_add.sql"},
		"drizzle-kit's, by time":    {"20261127101112_add/migration.sql", "move it to NNNN_what_it_does.sql, with the next number"},
		"a folder in a folder":      {"a/b/0002_c.sql", "move it to 0002_c.sql"},
		"a folder with a file name": {"0002_a.sql/x.md", "it is a folder: name it NNNN_what_it_does.sql"},
		"in a hidden folder":        {".old/0002_a.sql", "it lies in a folder"},
		"capital extension":         {"0002_a.SQL", "name it NNNN_what_it_does.sql"},
		"capitals":                  {"0002_Add.sql", "name it NNNN_what_it_does.sql"},
		"a hyphen":                  {"0002-add.sql", "name it NNNN_what_it_does.sql"},
		"three digits":              {"002_add.sql", "name it NNNN_what_it_does.sql"},
		"five digits":               {"00020_add.sql", "name it NNNN_what_it_does.sql"},
		"a space":                   {"0002_add .sql", "name it NNNN_what_it_does.sql"},
		"no number":                 {"add.sql", "name it NNNN_what_it_does.sql"},
		"a down migration":          {"0002_add.down.sql", "name it NNNN_what_it_does.sql"},
		"hidden":                    {".0002_add.sql", "name it NNNN_what_it_does.sql"},
		"no extension":              {"0002_add", "it is not a .sql file and would be left out"},
		"another extension":         {"0002_add.sql.txt", "it is not a .sql file and would be left out"},
		"an editor's copy":          {"0002_add.sql~", "migration 0002_add.sql~: it is an editor's copy, and would be left out: delete it"},
		"an editor's other copy":    {"#0002_add.sql#", "it is not a .sql file and would be left out"},
		"a copy that was kept":      {"0002_add.sql.bak", "it is not a .sql file and would be left out"},
		"left by a merge":           {"0002_add.sql.orig", "it is not a .sql file and would be left out"},
		"compressed":                {"0002_add.sql.gz", "it is not a .sql file and would be left out"},
		"called Markdown":           {"0002_add.sql.md", "it is not a .sql file and would be left out"},
		"called JSON":               {"meta/0002_add.SQL.json", "it is not a .sql file and would be left out"},
		"another dialect":           {"0002_add.psql", "it is not a .sql file and would be left out"},
		"a dot at the end":          {"0002_add.sql.", "it is not a .sql file and would be left out"},
		"a space at the end":        {"0002_add.sql ", "it is not a .sql file and would be left out"},
		"notes on no migration":     {"0002_a.safe", "migration 0002_a.safe: no migration has its name"},
		"notes in a folder":         {"a/0001_children.safe", "no migration has its name"},
		"a number that is taken":    {"0001_also.sql", "migrations 0001_also.sql and 0001_children.sql have the same number"},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			files := started(map[string]string{tc.path: create})
			_, err := migrate.New(memory(t), files, migrate.Options{})

			_, version := script.SchemaVersion(files)

			if tc.want == "" {
				require.NoError(t, err)
				assert.NoError(t, version)
				return
			}
			assert.ErrorContains(t, err, tc.want)
			assert.ErrorContains(t, version, tc.want, "a deployment reads the version first")
		})
	}
}

func TestAllThatIsMisplacedIsNamed(t *testing.T) {
	_, err := migrate.New(memory(t), folder(map[string]string{"a.sql": "SELECT 1", "b/c.sql": "SELECT 1"}), migrate.Options{})

	require.ErrorContains(t, err, "migration a.sql")
	assert.ErrorContains(t, err, "migration b/c.sql")
}

func TestWhatMayLieBesideMigrations(t *testing.T) {
	files := started(map[string]string{
		"README.md": "", "embed.go": "", "migrated/migrated.go": "", "meta/_journal.json": "{}", "meta/0000_snapshot.json": "{}",
		".DS_Store": "", ".gitkeep": "", ".idea/workspace.xml": "", ".0002_a.sql.swp": "", ".0002_a.sql.un~": "",
	})
	plan, err := engine(t, memory(t), files, migrate.Options{}).Plan(t.Context())

	require.NoError(t, err)
	assert.Len(t, plan.Steps, 2)
}

func TestLinkedMigration(t *testing.T) {
	dir := t.TempDir()
	target := filepath.Join(t.TempDir(), "target.sql")
	require.NoError(t, os.WriteFile(target, []byte("CREATE TABLE a (b)"), 0o600))
	require.NoError(t, os.Symlink(target, filepath.Join(dir, "0000_a.sql")))

	_, err := migrate.New(memory(t), os.DirFS(dir), migrate.Options{})
	assert.ErrorContains(t, err, "migration 0000_a.sql: it is a link")
}

// The command line and the native server embed the folder: they must see a misplaced file too.
func TestTheEmbeddedFolderIsWhole(t *testing.T) {
	_, err := migrations.FS.Open("README.md")
	assert.NoError(t, err, "the whole folder is embedded, not only what is named well")

	_, err = migrate.New(memory(t), migrations.FS, migrate.Options{})

	assert.NoError(t, err)
}

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

// A file that is not SQL text is refused as unfit, with what it is and how to fix it, and nothing of it is run.
func TestBytesThatAreNoSQLText(t *testing.T) {
	const sql = "CREATE TABLE a (b);\nCREATE TABLE c (d);\n"
	cases := map[string]struct{ bytes, what, advice string }{
		"NUL between statements":  {"CREATE TABLE a (b);\x00\nCREATE TABLE c (d);", "line 1 is unfit: it has a NUL", "Remove it"},
		"NUL in a statement":      {"CREATE TABLE a (b)\x00;\nCREATE TABLE c (d);", "line 1 is unfit: it has a NUL", "Remove it"},
		"NUL in a string":         {"CREATE TABLE a (b);\nINSERT INTO a VALUES ('x\x00y')", "line 2 is unfit: it has a NUL", "x'00'"},
		"NUL in a comment":        {sql + "-- \x00", "line 3 is unfit: it has a NUL", "Remove it"},
		"UTF-16, little endian":   {"\xFF\xFE" + utf16Bytes(sql, false), "0002_x.sql is unfit: it is UTF-16 text", "iconv -f UTF-16 -t UTF-8"},
		"UTF-16, big endian":      {"\xFE\xFF" + utf16Bytes(sql, true), "0002_x.sql is unfit: it is UTF-16 text", "iconv -f UTF-16 -t UTF-8"},
		"UTF-16LE without a mark": {utf16Bytes(sql, false), "0002_x.sql is unfit: it is UTF-16 text", "iconv -f UTF-16LE"},
		"UTF-16BE without a mark": {utf16Bytes(sql, true), "0002_x.sql is unfit: it is UTF-16 text", "iconv -f UTF-16BE"},
		"Latin-1":                 {"CREATE TABLE a (b);\nINSERT INTO a VALUES ('caf\xE9')", "line 2 is unfit: the byte 0xE9 is not UTF-8", "WINDOWS-1252"},
		"cut in a character":      {sql + "-- caf\xC3", "line 3 is unfit: the byte 0xC3 is not UTF-8", "iconv"},
		"a lone surrogate":        {"-- \xED\xA0\x80\n" + sql, "line 1 is unfit: the byte 0xED is not UTF-8", "iconv"},
		"old Macintosh line ends": {"-- a comment\rCREATE TABLE a (b);\r", "line 1 is unfit: it has a CR without LF", "Use LF"},
		"CR in a string":          {"CREATE TABLE a (b DEFAULT 'x\ry')", "line 1 is unfit: it has a CR without LF", "char(13)"},
		"a second mark":           {sql + "\uFEFF" + sql, "line 3 is unfit: it has a byte order mark behind its start", "Remove it"},
		"DOS end of file":         {sql + "\x1A", "line 3 is unfit: it has the control character U+001A", "char(26)"},
		"form feed":               {sql + "\f", "line 3 is unfit: it has the control character U+000C", "char(12)"},
		"delete":                  {sql + "-- \x7F", "line 3 is unfit: it has the control character U+007F", "char(127)"},
		"C1 control":              {sql + "-- \u0085", "line 3 is unfit: it has the control character U+0085", "char(133)"},
		"reversed text":           {sql + "-- \u202E x", "line 3 is unfit: it has U+202E", "char(8238)"},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			db := populated(t)
			before := column(t, db, "SELECT name FROM sqlite_master")

			_, err := engine(t, db, started(map[string]string{"0002_x.sql": tc.bytes}), migrate.Options{Allow: []string{migrate.All}}).Apply(t.Context())

			var refused *migrate.Refused
			require.ErrorAs(t, err, &refused)
			require.Len(t, refused.Refusals, 1)
			assert.Equal(t, migrate.KindUnfit, refused.Refusals[0].Kind)
			assert.Contains(t, err.Error(), tc.what)
			assert.Contains(t, refused.Refusals[0].Advice, tc.advice)
			assert.Equal(t, before, column(t, db, "SELECT name FROM sqlite_master"))
			assert.Len(t, column(t, db, "SELECT name FROM d1_migrations"), 2)
		})
	}
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

	assert.ErrorContains(t, err, "0000_a.sql line 1 is unfit: it has the control character U+0001")
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
