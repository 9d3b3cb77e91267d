package native_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/platform/native"
)

const key = "users/ada/generations/1/output.png"

func open(t *testing.T, directory string) *native.Bucket {
	t.Helper()
	objects, err := native.OpenBucket(directory)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, objects.Close()) })
	return objects
}

func content(t *testing.T, objects platform.Bucket) string {
	t.Helper()
	object, err := objects.Get(t.Context(), key)
	require.NoError(t, err)
	defer object.Body.Close()
	body, err := io.ReadAll(object.Body)
	require.NoError(t, err)
	return string(body)
}

func TestObjects(t *testing.T) {
	directory := filepath.Join(t.TempDir(), "bucket")
	objects := open(t, directory)
	_, err := objects.Get(t.Context(), key)
	require.ErrorIs(t, err, platform.ErrObjectNotFound)

	require.NoError(t, objects.Put(t.Context(), key, strings.NewReader("pixels"), platform.PutOptions{ContentType: "image/png", Size: 6}))
	require.NoError(t, objects.Put(t.Context(), key, strings.NewReader("later pixels"), platform.PutOptions{ContentType: "image/webp", Size: -1}))

	object, err := open(t, directory).Get(t.Context(), key)
	require.NoError(t, err, "another process")
	require.NoError(t, object.Body.Close())
	assert.Equal(t, "image/webp", object.ContentType)
	assert.EqualValues(t, 12, object.Size)
	assert.Equal(t, "later pixels", content(t, objects))

	_, err = objects.Get(t.Context(), "users/ada")
	require.ErrorIs(t, err, platform.ErrObjectNotFound, "a directory is not an object")

	require.NoError(t, objects.Delete(t.Context(), key, "users/ada/none"))
	_, err = objects.Get(t.Context(), key)
	require.ErrorIs(t, err, platform.ErrObjectNotFound)
}

func TestPutIsWholeOrNothing(t *testing.T) {
	cut := errors.New("connection reset")
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	cases := map[string]struct {
		ctx     context.Context
		body    io.Reader
		options platform.PutOptions
		want    error
	}{
		"cut off":          {body: io.MultiReader(strings.NewReader("new"), iotest.ErrReader(cut)), options: platform.PutOptions{Size: -1}, want: cut},
		"too large":        {body: strings.NewReader("12345"), options: platform.PutOptions{Size: -1, MaxBytes: 4}, want: platform.ErrObjectTooLarge},
		"caller is gone":   {ctx: cancelled, body: strings.NewReader("new"), options: platform.PutOptions{Size: -1}, want: context.Canceled},
		"not as announced": {body: strings.NewReader("new"), options: platform.PutOptions{Size: 4}},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			directory := t.TempDir()
			objects := open(t, directory)
			require.NoError(t, objects.Put(t.Context(), key, strings.NewReader("old"), platform.PutOptions{Size: 3}))
			ctx := tc.ctx
			if ctx == nil {
				ctx = t.Context()
			}

			err := objects.Put(ctx, key, tc.body, tc.options)

			require.Error(t, err)
			if tc.want != nil {
				require.ErrorIs(t, err, tc.want)
			}
			assert.Equal(t, "old", content(t, objects))
			assert.Len(t, files(t, directory), 2, "no partial file is left")
		})
	}
}

func TestKeysStayInside(t *testing.T) {
	objects := open(t, t.TempDir())
	for _, key := range []string{"", ".", "/etc/passwd", "../up", "a/../../up", "a//b", "a/"} {
		require.ErrorIs(t, objects.Put(t.Context(), key, strings.NewReader(""), platform.PutOptions{}), native.ErrKey, key)
		_, err := objects.Get(t.Context(), key)
		require.ErrorIs(t, err, native.ErrKey, key)
		require.ErrorIs(t, objects.Delete(t.Context(), key), native.ErrKey, key)
	}
}

func files(t *testing.T, directory string) []string {
	t.Helper()
	var found []string
	require.NoError(t, fs.WalkDir(os.DirFS(directory), ".", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			found = append(found, path)
		}
		return err
	}))
	return found
}

func TestNobodyElseReadsObjects(t *testing.T) {
	directory := filepath.Join(t.TempDir(), "bucket")
	objects, err := native.OpenBucket(directory)
	require.NoError(t, err)
	defer objects.Close()
	require.NoError(t, objects.Put(t.Context(), "a/b.png", strings.NewReader("png"), platform.PutOptions{ContentType: "image/png", Size: 3}))

	require.NoError(t, filepath.WalkDir(directory, func(path string, entry fs.DirEntry, err error) error {
		require.NoError(t, err)
		info, err := entry.Info()
		require.NoError(t, err)
		assert.Zero(t, info.Mode().Perm()&0o077, path)
		return nil
	}))
}
