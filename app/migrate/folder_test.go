package migrate_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/migrate/script"
	"github.com/addreams/addreams/migrations"
)

// folderCase is a file at a path of the folder.
type folderCase struct {
	path string
	want string // read, if empty
}

// Everything in the folder is read, refused by name, or known not to be a migration. Nothing is left out silently.
var paths = map[string]folderCase{
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

func TestNothingInTheFolderIsLeftOut(t *testing.T) {
	t.Parallel()
	for name, k := range paths {
		t.Run(name, func(t *testing.T) { k.check(t, memory(t)) })
	}
}

func TestNothingInTheFolderIsLeftOutOnWorkerd(t *testing.T) {
	t.Parallel()
	db := theCloud(t).database(t)
	for name, k := range paths {
		t.Run(name, func(t *testing.T) { k.check(t, unmarked(db)) })
	}
}

// check tries the case on a database. A path that is read is pending, and not applied.
func (k folderCase) check(t *testing.T, db d1.Database) {
	t.Helper()
	files := started(map[string]string{k.path: "CREATE TABLE a (b)"})
	made, err := migrate.New(db, files, migrate.Options{})
	_, version := script.SchemaVersion(files)

	if k.want != "" {
		assert.ErrorContains(t, err, k.want)
		assert.ErrorContains(t, version, k.want, "a deployment reads the version first")
		assert.Empty(t, everything(t, db), "nothing has changed")
		return
	}
	require.NoError(t, err)
	require.NoError(t, version)
	plan, err := made.Plan(t.Context())
	require.NoError(t, err)
	assert.Equal(t, k.path, plan.Pending()[len(plan.Pending())-1].Name)
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
