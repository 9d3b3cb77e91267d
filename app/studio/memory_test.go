package studio

import (
	"io"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/platform"
)

// fileSpool is a spool whose bytes are not on the Go heap, as on Workers.
type fileSpool struct {
	*os.File
	length int64
}

func (f *fileSpool) Write(p []byte) (int, error) {
	n, err := f.WriteAt(p, f.length)
	f.length += int64(n)
	return n, err
}

func (f *fileSpool) Len() int64      { return f.length }
func (f *fileSpool) Open() io.Reader { return io.NewSectionReader(f.File, 0, f.length) }

// A photo of ten megabytes, sent twice in 27 megabytes of JSON, is read, sent on and decoded in a few windows.
func TestLargeReferenceStaysOffTheHeap(t *testing.T) {
	body := clientBody(photo(largestPicture))
	require.Greater(t, len(body), 27_000_000)
	file, err := os.CreateTemp(t.TempDir(), "spool")
	require.NoError(t, err)

	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	order, err := ParseReferenceOrder(strings.NewReader(body), photoModel, func() platform.Spool { return &fileSpool{File: file} })
	require.NoError(t, err)
	text, _ := order.References[0].Quoted()
	sent, err := io.Copy(io.Discard, text)
	require.NoError(t, err)
	stored, err := io.Copy(io.Discard, order.References[0].Open())
	require.NoError(t, err)
	runtime.ReadMemStats(&after)

	assert.Greater(t, sent, int64(13_900_000))
	assert.EqualValues(t, largestPicture, stored)
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20), "everything that was ever allocated")
	require.NoError(t, order.Close())
}
