package bundle

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// The code of a data segment that is copied to a constant place in the first memory.
const (
	activeSegment = 0
	constI32      = 0x41
	endOfCode     = 0x0b
)

// widestGap is the most zeros, in bytes, that are written out to save a segment. Memory is zero anyway, and zeros
// compress to nothing, but each segment has a header, which compresses badly.
const widestGap = 256

// errData is returned for data that Go's linker does not write.
var errData = errors.New("merge the program's data: the linker wrote an unknown form of data section")

// segment is a part of the memory that has contents from the beginning.
type segment struct {
	at   uint32 // address
	data []byte
}

// mergeData rewrites a module's data section into few segments. Go's linker leaves out runs of zeros, which makes 90,000.
func mergeData(module []byte) ([]byte, error) {
	data, err := find(module, dataSection)
	if err != nil {
		return nil, fmt.Errorf("merge the program's data: no data section: %w", err)
	}
	segments, err := readSegments(data.body)
	if err != nil {
		return nil, err
	}

	slices.SortFunc(segments, func(a, b segment) int { return cmp.Compare(a.at, b.at) })
	merged, err := merge(segments)
	if err != nil {
		return nil, err
	}
	return data.replace(module, writeSegments(merged)), nil
}

// merge joins neighbours; segments are in the order of their addresses.
func merge(segments []segment) ([]segment, error) {
	var merged []segment
	var end uint64 // of the last one
	for _, next := range segments {
		if len(merged) > 0 && uint64(next.at) < end {
			return nil, fmt.Errorf("%w: segments overlap at %d", errData, next.at)
		}
		if gap := uint64(next.at) - end; len(merged) > 0 && gap <= widestGap {
			last := &merged[len(merged)-1]
			last.data = append(append(last.data, make([]byte, gap)...), next.data...)
		} else {
			merged = append(merged, segment{at: next.at, data: slices.Clone(next.data)})
		}
		end = uint64(next.at) + uint64(len(next.data))
	}

	return merged, nil
}

func readSegments(body []byte) ([]segment, error) {
	count, width := binary.Uvarint(body)
	if width <= 0 {
		return nil, errData
	}

	body = body[width:]
	var segments []segment
	for range count {
		next, rest, err := readSegment(body)
		if err != nil {
			return nil, err
		}
		segments, body = append(segments, next), rest
	}

	if len(body) > 0 {
		return nil, errData
	}
	return segments, nil
}

func readSegment(body []byte) (segment, []byte, error) {
	if len(body) < 2 || body[0] != activeSegment || body[1] != constI32 {
		return segment{}, nil, errData
	}

	at, width := signed(body[2:])
	body = body[2+width:]
	if width == 0 || len(body) == 0 || body[0] != endOfCode {
		return segment{}, nil, errData
	}
	size, width := binary.Uvarint(body[1:])
	if width <= 0 || size > uint64(len(body)-1-width) {
		return segment{}, nil, errData
	}
	body = body[1+width:]
	return segment{at: uint32(at), data: body[:size]}, body[size:], nil
}

func writeSegments(segments []segment) []byte {
	body := binary.AppendUvarint(nil, uint64(len(segments)))
	for _, s := range segments {
		body = append(appendSigned(append(body, activeSegment, constI32), int32(s.at)), endOfCode)
		body = append(binary.AppendUvarint(body, uint64(len(s.data))), s.data...)
	}
	return body
}

// signed reads a number as signed LEB128, https://webassembly.github.io/spec/core/binary/values.html#integers; the width is 0 if
// there is none.
func signed(from []byte) (value int32, width int) {
	var bits uint64
	for width < 5 && width < len(from) {
		b := from[width]
		bits |= uint64(b&0x7f) << (7 * width)
		width++
		if b&0x80 == 0 {
			shift := 64 - 7*width
			return int32(int64(bits<<shift) >> shift), width
		}
	}
	return 0, 0
}

func appendSigned(to []byte, value int32) []byte {
	for {
		b := byte(value & 0x7f)
		value >>= 7
		if value == 0 && b&0x40 == 0 || value == -1 && b&0x40 != 0 {
			return append(to, b)
		}
		to = append(to, b|0x80)
	}
}
