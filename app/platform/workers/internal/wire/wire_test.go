package wire_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/addreams/addreams/app/platform/workers/internal/wire"
)

func TestEverythingComesBackInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		octet := rapid.Byte().Draw(t, "octet")
		count := rapid.IntRange(0, math.MaxUint32).Draw(t, "count")
		number, text := rapid.Float64().Draw(t, "number"), rapid.String().Draw(t, "text")
		bytes := rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")
		var encoder wire.Encoder
		encoder.Count(1) // discarded
		encoder.Reset()
		encoder.Text(text)
		encoder.Byte(octet)
		encoder.Count(count)
		encoder.Bytes(bytes)
		encoder.Number(number)
		decoder := wire.NewDecoder(encoder.Data())

		assert.Equal(t, text, decoder.Text())
		assert.Equal(t, octet, decoder.Byte())
		assert.Equal(t, count, decoder.Count())
		assert.Equal(t, len(bytes), len(decoder.Bytes()))
		assert.Equal(t, number, decoder.Number())
		assert.Panics(t, func() { decoder.Byte() }, "nothing is left")
	})
}
