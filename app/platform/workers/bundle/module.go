package bundle

import (
	"encoding/binary"
	"errors"
	"slices"
)

// From the binary format, https://webassembly.github.io/spec/core/binary/modules.html.
const (
	wasmHeader    = 8 // bytes: magic number and version
	memorySection = 5
	dataSection   = 11
)

// section is a section of a Wasm module: all of it, and its contents.
type section struct {
	from, to int // where it is in the module
	body     []byte
}

// find returns a module's first section of a kind.
func find(module []byte, kind byte) (section, error) {
	for at := wasmHeader; at < len(module); {
		size, width := binary.Uvarint(module[at+1:])
		if width <= 0 {
			break
		}
		body := at + 1 + width
		if size > uint64(len(module)-body) {
			break
		}
		end := body + int(size)
		if module[at] == kind {
			return section{from: at, to: end, body: module[body:end]}, nil
		}
		at = end
	}
	return section{}, errors.New("the linker wrote no such section")
}

// replace returns the module with another body in a section.
func (s section) replace(module []byte, body []byte) []byte {
	head := binary.AppendUvarint([]byte{module[s.from]}, uint64(len(body)))
	return slices.Concat(module[:s.from], head, body, module[s.to:])
}
