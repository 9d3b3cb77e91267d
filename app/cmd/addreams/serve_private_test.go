package main

import (
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// modes returns the modes of everything below a directory, by relative path.
func modes(t *testing.T, directory string) map[string]fs.FileMode {
	t.Helper()
	found := map[string]fs.FileMode{}
	require.NoError(t, filepath.WalkDir(directory, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		name, err := filepath.Rel(directory, path)
		found[name] = info.Mode().Perm()
		return err
	}))

	return found
}

func assertPrivate(t *testing.T, directory string) {
	t.Helper()
	for name, mode := range modes(t, directory) {
		assert.Zero(t, mode&0o077, "%s is %v", name, mode)
	}
}

// signUpAt makes the server write to the database.
func signUpAt(t *testing.T, url string) {
	t.Helper()
	response, err := http.Post(url+"/api/auth/sign-up/email", "application/json",
		strings.NewReader(`{"name":"Ada","email":"ada@example.test","password":"12345678"}`))
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusOK, response.StatusCode)
}

func TestServeKeepsItsDataPrivate(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such modes")
	}
	t.Chdir(t.TempDir())
	data := filepath.Join(t.TempDir(), "data")

	url, end := serve(t, data)
	signUpAt(t, url)
	written := modes(t, data)
	for _, name := range []string{".", "secret", "addreams.sqlite", "addreams.sqlite-wal", "addreams.sqlite-shm", "objects"} {
		assert.Contains(t, written, name)
	}
	assertPrivate(t, data)
	end()

	for name := range modes(t, data) { // as an earlier version created them
		require.NoError(t, os.Chmod(filepath.Join(data, name), 0o755))
	}
	old := filepath.Join(data, "objects", "objects", "users", "U1")
	require.NoError(t, os.MkdirAll(old, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(old, "output.png"), []byte("png"), 0o644))
	_, end = serve(t, data)
	assertPrivate(t, data)
	end()
}

// A directory with other files in it, and those files, are left as they are.
func TestServeLeavesOthersFilesAlone(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such modes")
	}
	t.Chdir(t.TempDir())
	data, other := t.TempDir(), filepath.Join(t.TempDir(), "other")
	require.NoError(t, os.Chmod(data, 0o755))
	require.NoError(t, os.WriteFile(other, nil, 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(data, "notes"), nil, 0o644))
	require.NoError(t, os.Symlink(other, filepath.Join(data, "link")))
	for range 2 {
		_, end := serve(t, data)
		end()
	}

	found := modes(t, data)
	assert.EqualValues(t, 0o755, found["."])
	assert.EqualValues(t, 0o644, found["notes"])
	assert.EqualValues(t, 0o600, found["addreams.sqlite"])
	assert.EqualValues(t, 0o600, found["secret"])
	info, err := os.Stat(other)
	require.NoError(t, err)
	assert.EqualValues(t, 0o644, info.Mode().Perm())
}
