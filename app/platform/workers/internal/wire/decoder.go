package wire

import (
	"encoding/binary"
	"math"
	"unsafe"
)

// Decoder reads what the host has written. The host is trusted: data that ends early is a bug in the runtime, and panics.
type Decoder struct{ data []byte }

// NewDecoder returns a decoder of data, which must not change any more: texts and bytes share its memory.
func NewDecoder(data []byte) *Decoder { return &Decoder{data} }

// Byte reads one byte.
func (d *Decoder) Byte() byte { return d.take(1)[0] }

// Count reads a count or an ID.
func (d *Decoder) Count() int { return int(binary.LittleEndian.Uint32(d.take(4))) }

// Number reads a double.
func (d *Decoder) Number() float64 {
	return math.Float64frombits(binary.LittleEndian.Uint64(d.take(8)))
}

// Text reads a string.
func (d *Decoder) Text() string {
	text := d.Bytes()
	return unsafe.String(unsafe.SliceData(text), len(text))
}

// Bytes reads a byte slice.
func (d *Decoder) Bytes() []byte { return d.take(d.Count()) }

func (d *Decoder) take(n int) []byte {
	taken := d.data[:n:n]
	d.data = d.data[n:]
	return taken
}
