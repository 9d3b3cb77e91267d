package generate_test

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/migrate/generate"
)

func opened(t *testing.T, path string) generate.Folder {
	t.Helper()
	folder, err := generate.OpenFolder(path)
	require.NoError(t, err)
	return folder
}

// Of several runs at once, one writes its file, and the others say why they don't.
func TestRunsAtOnce(t *testing.T) {
	path := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(path, "0000_a.sql"), []byte("SELECT 1;"), 0o600))
	var group sync.WaitGroup
	errors := make([]error, 8)
	var folders []generate.Folder
	for range errors {
		folders = append(folders, opened(t, path))
	}

	for i, folder := range folders {
		group.Go(func() {
			name, err := folder.Next(fmt.Sprint("run_", i))
			if err == nil {
				_, err = folder.Write(name, "SELECT 2;")
			}
			errors[i] = err
		})
	}
	group.Wait()

	written := 0
	for _, err := range errors {
		if err == nil {
			written++
			continue
		}
		assert.Regexp(t, "another addreams db generate is writing to|was written meanwhile; nothing was written: run it again", err.Error())
	}
	assert.Equal(t, 1, written)
	assert.Equal(t, "0002_next.sql", next(t, path))
	_, err := os.Stat(filepath.Join(path, ".generate"))
	assert.ErrorIs(t, err, os.ErrNotExist)
}

func next(t *testing.T, path string) string {
	t.Helper()
	name, err := opened(t, path).Next("next")
	require.NoError(t, err)
	return name
}

// What a run leaves behind that was killed does not stop the next one for long.
func TestKilledRun(t *testing.T) {
	path := t.TempDir()
	left := filepath.Join(path, ".generate")
	require.NoError(t, os.WriteFile(left, nil, 0o600))
	folder := opened(t, path)

	_, err := folder.Write("0000_a.sql", "SELECT 1;")
	require.ErrorContains(t, err, "another addreams db generate is writing to")

	require.NoError(t, os.Chtimes(left, time.Time{}, time.Now().Add(-time.Hour)))
	_, err = folder.Write("0000_a.sql", "SELECT 1;")
	require.NoError(t, err)
}

// Another run's file is no part of the folder as it was opened: it does not disturb the migration that is being made, only stops it
// from being kept.
func TestFileOfAnotherRun(t *testing.T) {
	path := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(path, "0000_a.sql"), []byte("CREATE TABLE u (id text);"), 0o600))
	folder := opened(t, path)
	name, err := folder.Next("b")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(path, name), []byte("CREATE TABLE v (id text);"), 0o600))

	made, err := generate.Make(t.Context(), generate.Input{Folder: folder.FS, Schema: []byte("CREATE TABLE u (id text, nm text);"), SchemaName: "schema.sql"}, name)

	require.NoError(t, err)
	_, err = folder.Write(name, made.Text())
	require.EqualError(t, err, "0001_b.sql was written meanwhile; nothing was written: run it again")
}

// A folder that changes while a migration is made is not written to.
func TestFolderThatChanges(t *testing.T) {
	path := t.TempDir()
	file := filepath.Join(path, "0000_a.sql")
	require.NoError(t, os.WriteFile(file, []byte("SELECT 1;"), 0o600))
	folder := opened(t, path)

	require.NoError(t, os.WriteFile(file, []byte("SELECT 2;"), 0o600))
	_, err := folder.Write("0001_b.sql", "SELECT 1;")
	require.EqualError(t, err, "0000_a.sql was written meanwhile; nothing was written: run it again")

	require.NoError(t, os.Remove(file))
	_, err = folder.Write("0001_b.sql", "SELECT 1;")
	require.EqualError(t, err, "0000_a.sql was removed meanwhile; nothing was written: run it again")
	assert.NoFileExists(t, filepath.Join(path, "0001_b.sql"))
}
