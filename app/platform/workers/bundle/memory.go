package bundle

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// memoryPages limits the memory of the program, in Wasm pages of 64 KiB: 96 MiB. A Cloudflare isolate has 128 MB for
// everything, and is killed with all its requests if it needs more. At this limit Go exits by itself and reports why.
const memoryPages = 1536

// From the binary format, https://webassembly.github.io/spec/core/binary/modules.html.
const (
	wasmHeader    = 8 // bytes: magic number and version
	memorySection = 5
)

// capMemory sets the maximum in the module's memory section, which Go's linker omits.
func capMemory(module []byte, pages uint64) ([]byte, error) {
	for at := wasmHeader; at < len(module); {
		size, width := binary.Uvarint(module[at+1:])
		if width <= 0 {
			break
		}
		body := at + 1 + width
		end := body + int(size)
		if end > len(module) {
			break
		}
		if module[at] == memorySection {
			capped, err := capSection(module[body:end], pages)
			if err != nil {
				return nil, err
			}
			return slices.Concat(module[:at], capped, module[end:]), nil
		}
		at = end
	}
	return nil, errors.New("cap the program's memory: the linker wrote no memory section")
}

// capSection rewrites a memory section that has one memory without a maximum.
func capSection(body []byte, pages uint64) ([]byte, error) {
	if len(body) < 3 || body[0] != 1 || body[1] != 0 {
		return nil, errors.New("cap the program's memory: the linker wrote an unknown form of memory section")
	}
	least, _ := binary.Uvarint(body[2:])
	if least > pages {
		return nil, fmt.Errorf("the program needs %d KiB before it begins, more than its limit of %d KiB", least*64, pages*64)
	}
	limits := binary.AppendUvarint(binary.AppendUvarint([]byte{1, 1}, least), pages)
	return append(binary.AppendUvarint([]byte{memorySection}, uint64(len(limits))), limits...), nil
}
