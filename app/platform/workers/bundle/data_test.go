package bundle

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// withData is a module with a section before its data and one after.
func withData(body ...byte) []byte {
	section := append(binary.AppendUvarint([]byte{dataSection}, uint64(len(body))), body...)
	return bytes.Join([][]byte{[]byte("\x00asm\x01\x00\x00\x00"), {1, 4, 1, 0x60, 0, 0}, section, {0, 2, 1, 'x'}}, nil)
}

func TestMergeData(t *testing.T) {
	cases := map[string]struct {
		body, want []byte
		refused    string
	}{
		"neighbours":             {body: []byte{2, 0, 0x41, 4, 0x0b, 1, 'a', 0, 0x41, 5, 0x0b, 1, 'b'}, want: []byte{1, 0, 0x41, 4, 0x0b, 2, 'a', 'b'}},
		"a gap":                  {body: []byte{2, 0, 0x41, 4, 0x0b, 1, 'a', 0, 0x41, 7, 0x0b, 1, 'b'}, want: []byte{1, 0, 0x41, 4, 0x0b, 4, 'a', 0, 0, 'b'}},
		"in another order":       {body: []byte{2, 0, 0x41, 7, 0x0b, 1, 'b', 0, 0x41, 4, 0x0b, 1, 'a'}, want: []byte{1, 0, 0x41, 4, 0x0b, 4, 'a', 0, 0, 'b'}},
		"far apart":              {body: []byte{2, 0, 0x41, 4, 0x0b, 1, 'a', 0, 0x41, 0x80, 0x80, 2, 0x0b, 1, 'b'}, want: []byte{2, 0, 0x41, 4, 0x0b, 1, 'a', 0, 0x41, 0x80, 0x80, 2, 0x0b, 1, 'b'}},
		"the first is far":       {body: []byte{1, 0, 0x41, 0x80, 0x80, 2, 0x0b, 1, 'b'}, want: []byte{1, 0, 0x41, 0x80, 0x80, 2, 0x0b, 1, 'b'}},
		"no segment":             {body: []byte{0}, want: []byte{0}},
		"an overlap":             {body: []byte{2, 0, 0x41, 4, 0x0b, 2, 'a', 'b', 0, 0x41, 5, 0x0b, 1, 'b'}, refused: "segments overlap at 5"},
		"a passive segment":      {body: []byte{1, 1, 1, 'a'}, refused: "unknown form of data section"},
		"the place in a global":  {body: []byte{1, 0, 0x23, 0, 0x0b, 1, 'a'}, refused: "unknown form of data section"},
		"longer code":            {body: []byte{1, 0, 0x41, 4, 0x41, 4, 0x6a, 0x0b, 1, 'a'}, refused: "unknown form of data section"},
		"data cut off":           {body: []byte{1, 0, 0x41, 4, 0x0b, 2, 'a'}, refused: "unknown form of data section"},
		"a place that is cut":    {body: []byte{1, 0, 0x41, 0x80}, refused: "unknown form of data section"},
		"fewer than it says":     {body: []byte{2, 0, 0x41, 4, 0x0b, 1, 'a'}, refused: "unknown form of data section"},
		"more than it says":      {body: []byte{1, 0, 0x41, 4, 0x0b, 1, 'a', 0}, refused: "unknown form of data section"},
		"a number without end":   {body: []byte{1, 0, 0x41, 0x80, 0x80, 0x80, 0x80, 0x80, 0x0b, 1, 'a'}, refused: "unknown form of data section"},
		"nothing in the section": {body: nil, refused: "unknown form of data section"},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			module := withData(tc.body...)
			before := bytes.Clone(module)
			merged, err := mergeData(module)
			assert.Equal(t, before, module, "the module that was given stays as it is")
			if tc.refused != "" {
				assert.ErrorContains(t, err, tc.refused)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, withData(tc.want...), merged)
		})
	}
}

func TestMergeDataNeedsData(t *testing.T) {
	_, err := mergeData([]byte("\x00asm\x01\x00\x00\x00"))
	assert.ErrorContains(t, err, "no data section")
}

func TestSignedNumbers(t *testing.T) {
	for _, value := range []int32{0, 1, -1, 63, 64, -64, -65, 127, 128, 8191, 8192, math.MaxInt32, math.MinInt32} {
		written := appendSigned(nil, value)
		read, width := signed(append(written, 0xff))
		assert.Equal(t, value, read)
		assert.Len(t, written, width)
	}
}

// What the linker writes can be merged, and is.
func TestMergedProgram(t *testing.T) {
	small(t, program)
	out := t.TempDir()
	_, err := Build(t.Context(), Options{Package: ".", Out: out, Quick: true})
	require.NoError(t, err)
	wasm, err := os.ReadFile(filepath.Join(out, Program))
	require.NoError(t, err)

	data, err := find(wasm, dataSection)
	require.NoError(t, err)
	segments, err := readSegments(data.body)
	require.NoError(t, err)
	assert.Less(t, len(segments), 20)
}
