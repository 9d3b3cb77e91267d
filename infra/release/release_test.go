package release_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/infra/config"
	"github.com/addreams/addreams/infra/release"
)

// TestReadRefusesAMisplacedMigration expects a migration that would be ignored to end the preview: the Worker that needs it
// would be uploaded.
func TestReadRefusesAMisplacedMigration(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "0000_a.sql"), []byte("CREATE TABLE a (b)"), 0o600))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "0001_add"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "0001_add", "migration.sql"), []byte("CREATE TABLE c (d)"), 0o600))

	_, err := release.Read(config.Release{Migrations: dir})

	require.ErrorContains(t, err, "migration 0001_add/migration.sql: it lies in a folder, where migrations are not read: move it to 0001_add.sql")
}
