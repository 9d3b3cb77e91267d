// Package wire is the form in which values cross between Go and JavaScript: little-endian, without padding, strings and
// bytes after their length. Its other half is host/wire.mjs. It knows no message.
package wire

import (
	"encoding/binary"
	"math"
)

// Encoder writes values one after another. Its zero value is ready.
type Encoder struct{ data []byte }

// Data is what was written.
func (e *Encoder) Data() []byte { return e.data }

// Reset forgets what was written, and keeps the room.
func (e *Encoder) Reset() { e.data = e.data[:0] }

// Byte writes one byte.
func (e *Encoder) Byte(value byte) { e.data = append(e.data, value) }

// Bool writes 0 or 1.
func (e *Encoder) Bool(value bool) {
	if value {
		e.Byte(1)
	} else {
		e.Byte(0)
	}
}

// Count writes a number of things, or an id: 32 bits without sign.
func (e *Encoder) Count(value int) { e.data = binary.LittleEndian.AppendUint32(e.data, uint32(value)) }

// Number writes a double, JavaScript's only number.
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
