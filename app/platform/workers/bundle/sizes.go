package bundle

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"

	"github.com/klauspost/compress/zstd"
)

// Sizes are those of a bundle, in bytes.
type Sizes struct {
	Wasm   int // the program as it runs
	Packed int // the compressed program
	Module int // the single module
	Gzip   int // the compressed single module, which is what Cloudflare counts
}

// Limit is the size of the largest gzipped module that Cloudflare's Free plan accepts:
// https://developers.cloudflare.com/workers/platform/limits/#worker-size.
const Limit = 3 << 20

// ErrTooLarge is returned for a bundle over Limit.
var ErrTooLarge = errors.New("the bundle is over 3 MB gzipped, the most that Cloudflare's Free plan accepts")

// Check fails with ErrTooLarge if the bundle is over Limit.
func (s Sizes) Check() error {
	if s.Gzip <= Limit {
		return nil
	}
	return fmt.Errorf("%w: it has %d bytes. Find the package that grew it with `GOOS=js GOARCH=wasm go list -deps` "+
		"or `go build -ldflags=-dumpdep`, and keep it out of the Worker", ErrTooLarge, s.Gzip)
}

func measure(program, packed, single []byte) (Sizes, error) {
	zipped, err := Gzipped(single)
	return Sizes{Wasm: len(program), Packed: len(packed), Module: len(single), Gzip: zipped}, err
}

// Gzipped returns the size of a module after gzip, in bytes, as Limit counts it.
func Gzipped(module []byte) (int, error) {
	var zipped bytes.Buffer
	writer, err := gzip.NewWriterLevel(&zipped, gzip.BestCompression)
	if err != nil {
		return 0, err
	}
	if _, err := writer.Write(module); err != nil {
		return 0, err
	}
	if err := writer.Close(); err != nil {
		return 0, err
	}
	return zipped.Len(), nil
}

// window is how far back repetitions are found, in bytes: all of the program.
const window = 16 << 20

// pack compresses as much as Zstandard can in Go, or as fast. It unpacks in half the time that Brotli needs, at every cold start.
func pack(program []byte, quick bool) ([]byte, error) {
	level := zstd.SpeedBestCompression
	if quick {
		level = zstd.SpeedFastest
	}
	writer, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(level), zstd.WithWindowSize(window), zstd.WithEncoderCRC(false))
	if err != nil {
		return nil, err
	}
	return writer.EncodeAll(program, nil), writer.Close()
}
