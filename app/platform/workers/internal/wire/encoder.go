// Package wire encodes the values that cross between Go and JavaScript: little-endian, without padding, strings and bytes
// prefixed with their length. Its other half is host/wire.mjs. It knows no message.
package wire

import (
	"encoding/binary"
	"math"
)

// Encoder writes values one after another. Its zero value is ready.
type Encoder struct{ data []byte }

// Data returns what was written.
func (e *Encoder) Data() []byte { return e.data }

// Reset discards what was written and keeps the memory.
func (e *Encoder) Reset() { e.data = e.data[:0] }

// Byte writes one byte.
func (e *Encoder) Byte(value byte) { e.data = append(e.data, value) }

// Count writes a count or an ID, as an unsigned 32-bit integer.
func (e *Encoder) Count(value int) { e.data = binary.LittleEndian.AppendUint32(e.data, uint32(value)) }

// Number writes a double, which every JavaScript number is.
func (e *Encoder) Number(value float64) {
	e.data = binary.LittleEndian.AppendUint64(e.data, math.Float64bits(value))
}

// Text writes a string.
func (e *Encoder) Text(value string) {
	e.Count(len(value))
	e.data = append(e.data, value...)
}

// Bytes writes a byte slice.
func (e *Encoder) Bytes(value []byte) {
	e.Count(len(value))
	e.data = append(e.data, value...)
}
