package dev

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSources(t *testing.T) {
	root := t.TempDir()
	for _, folder := range folders {
		require.NoError(t, os.Mkdir(filepath.Join(root, folder), 0o700))
	}
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(root, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	look := func() sources {
		t.Helper()
		found, err := scan(root)
		require.NoError(t, err)
		return found
	}
	write("app/api/me.go", "package api")
	write("migrations/0000_first.sql", "CREATE TABLE a (b);")

	cases := map[string]struct {
		change func()
		want   []string
	}{
		"nothing": {func() {}, nil},
		"a longer file": {
			func() { write("app/api/me.go", "package api // longer") }, []string{"app/api/me.go"},
		},
		"a file saved again": {
			func() {
				later := time.Now().Add(time.Minute)
				require.NoError(t, os.Chtimes(filepath.Join(root, "app/api/me.go"), later, later))
			},
			[]string{"app/api/me.go"},
		},
		"new files, one in a new folder": {
			func() { write("infra/new/new.go", ""); write("Pulumi.local.yaml", "") }, []string{"Pulumi.local.yaml", "infra/new/new.go"},
		},
		"a file that is gone": {
			func() { require.NoError(t, os.Remove(filepath.Join(root, "migrations/0000_first.sql"))) },
			[]string{"migrations/0000_first.sql"},
		},
		"what is deployed nowhere": {
			func() {
				write("app/api/me_test.go", "")
				write("app/api/testdata/x.json", "")
				write("app/dbstudio/page.go", "")
				write("app/api/.me.go.swp", "")
				write("migrations/README.md", "")
				write("docs/api.md", "")
			},
			nil,
		},
	}

	for _, situation := range []string{
		"nothing", "a longer file", "a file saved again", "new files, one in a new folder", "a file that is gone",
		"what is deployed nowhere",
	} {
		tc := cases[situation]
		before := look()
		tc.change()
		assert.Equal(t, tc.want, look().changed(before), situation)
	}
}

func TestListed(t *testing.T) {
	assert.Equal(t, "a, b, c", listed([]string{"a", "b", "c"}))
	assert.Equal(t, "a, b, c and 2 more", listed([]string{"a", "b", "c", "d", "e"}))
}
