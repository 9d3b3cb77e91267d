package bundle

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// small is a module with one program, which costs little to compile.
func small(t *testing.T, source string) {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module small\n\ngo 1.26\n"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "main.go"), []byte(source), 0o600))
	t.Chdir(dir)
}

const program = "package main\n\nfunc main() { select {} }\n"

func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, name := range []string{Single, Entry, Program} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		found[name] = string(text)
	}
	return found
}

func TestSameSourcesGiveTheSameBytes(t *testing.T) {
	outputs := [2]string{t.TempDir(), t.TempDir()}
	var sizes [2]Sizes

	for i, out := range outputs {
		small(t, program) // in another directory each time
		var err error
		sizes[i], err = Build(t.Context(), Options{Package: ".", Out: out, Quick: true})
		require.NoError(t, err)
	}
	first, second := contents(t, outputs[0]), contents(t, outputs[1])
	for name := range first {
		assert.True(t, first[name] == second[name], "%s differs", name)
	}

	assert.Equal(t, sizes[0], sizes[1])
	assert.Equal(t, len(first[Single]), sizes[0].Module)
	assert.Equal(t, len(first[Program]), sizes[0].Wasm)
	assert.Less(t, sizes[0].Packed, sizes[0].Wasm/2)
	assert.NotContains(t, first[Single], outputs[0])
	assert.NoError(t, sizes[0].Check())
}

func TestQuickIsLarger(t *testing.T) {
	root, err := distribution(t.Context())
	require.NoError(t, err)
	text, err := goRuntime(root) // any text that is not too regular
	require.NoError(t, err)

	quick, err := pack(text, true)
	require.NoError(t, err)
	best, err := pack(text, false)
	require.NoError(t, err)
	assert.Less(t, len(best), len(quick))
	reader, err := zstd.NewReader(bytes.NewReader(best))
	require.NoError(t, err)
	defer reader.Close()
	unpacked, err := io.ReadAll(reader)
	require.NoError(t, err)
	assert.Equal(t, text, unpacked)
}

func TestUnchangedFilesKeepTheirTime(t *testing.T) {
	small(t, program)
	out := t.TempDir()
	build := func(source string) {
		t.Helper()
		require.NoError(t, os.WriteFile("main.go", []byte(source), 0o600))
		_, err := Build(t.Context(), Options{Package: ".", Out: out, Quick: true})
		require.NoError(t, err)
	}
	long := time.Now().Add(-time.Hour).Truncate(time.Second)
	age := func(name string) time.Time {
		t.Helper()
		info, err := os.Stat(filepath.Join(out, name))
		require.NoError(t, err)
		return info.ModTime()
	}
	build(program)
	for _, name := range []string{Single, Entry, Program} {
		require.NoError(t, os.Chtimes(filepath.Join(out, name), long, long))
	}
	build(program)
	assert.Equal(t, long, age(Single))
	assert.Equal(t, long, age(Program))

	build("package main\n\nfunc main() { println(1) }\n")
	assert.NotEqual(t, long, age(Single))
	assert.NotEqual(t, long, age(Program))
	assert.Equal(t, long, age(Entry), "it has nothing of the program")
}

func TestBuildFails(t *testing.T) {
	t.Run("on a mistake, in the compiler's words", func(t *testing.T) {
		small(t, "package main\n\nfunc main() { undeclared() }\n")
		out := t.TempDir()
		_, err := Build(t.Context(), Options{Package: ".", Out: out})
		require.ErrorContains(t, err, "compile . to Wasm")
		assert.ErrorContains(t, err, "main.go:3:15: undefined: undeclared")

		written, err := os.ReadDir(out)
		require.NoError(t, err)
		assert.Empty(t, written)
	})

	t.Run("on a package that is not there", func(t *testing.T) {
		small(t, program)
		_, err := Build(t.Context(), Options{Package: "./nowhere", Out: t.TempDir()})
		assert.ErrorContains(t, err, "nowhere")
	})

	t.Run("when it is not wanted any more", func(t *testing.T) {
		small(t, program)
		ended, end := context.WithCancel(t.Context())
		end()
		_, err := Build(ended, Options{Package: ".", Out: t.TempDir()})
		assert.ErrorIs(t, err, context.Canceled)
	})
}

func TestSizesCheck(t *testing.T) {
	assert.NoError(t, Sizes{Gzip: Limit}.Check())
	err := Sizes{Gzip: Limit + 1}.Check()
	require.ErrorIs(t, err, ErrTooLarge)
	assert.ErrorContains(t, err, "it has 3145729 bytes")
	assert.ErrorContains(t, err, "go list -deps", "it says what to do")
}

func TestCapMemory(t *testing.T) {
	header := []byte("\x00asm\x01\x00\x00\x00")
	types := []byte{1, 4, 1, 0x60, 0, 0}
	exports := []byte{7, 7, 1, 3, 'm', 'e', 'm', 2, 0}
	module := func(sections ...[]byte) []byte { return bytes.Join(append([][]byte{header}, sections...), nil) }
	cases := map[string]struct {
		module, want []byte
		refused      string
	}{
		"no maximum yet":         {module: module(types, []byte{5, 3, 1, 0, 2}, exports), want: module(types, []byte{5, 5, 1, 1, 2, 0x80, 12}, exports)},
		"the last section":       {module: module(types, []byte{5, 3, 1, 0, 2}), want: module(types, []byte{5, 5, 1, 1, 2, 0x80, 12})},
		"a long number":          {module: module([]byte{5, 4, 1, 0, 0x80, 12}), want: module([]byte{5, 6, 1, 1, 0x80, 12, 0x80, 12})},
		"more than the limit":    {module: module([]byte{5, 4, 1, 0, 0x81, 12}), refused: "needs 98368 KiB before it begins, more than its limit of 98304 KiB"},
		"a maximum":              {module: module([]byte{5, 4, 1, 1, 2, 3}), refused: "unknown form of memory section"},
		"two memories":           {module: module([]byte{5, 5, 2, 0, 2, 0, 2}), refused: "unknown form of memory section"},
		"an empty section":       {module: module([]byte{5, 0}), refused: "unknown form of memory section"},
		"no memory":              {module: module(types, exports), refused: "no memory section"},
		"nothing":                {module: header, refused: "no memory section"},
		"a section cut off":      {module: module(types, []byte{5, 3, 1, 0}), refused: "no memory section"},
		"a size that never ends": {module: module([]byte{1, 0x80, 0x80}), refused: "no memory section"},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			before := bytes.Clone(tc.module)
			capped, err := capMemory(tc.module, memoryPages)
			assert.Equal(t, before, tc.module, "the module that was given stays as it is")
			if tc.refused != "" {
				assert.ErrorContains(t, err, tc.refused)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, tc.want, capped)
		})
	}
}
