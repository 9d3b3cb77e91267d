package bundle

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// memoryPages limits the memory of the program, in Wasm pages of 64 KiB: 96 MiB. A Cloudflare isolate has 128 MB for
// everything, and is killed with all its requests if it needs more. At this limit Go exits by itself and reports why.
const memoryPages = 1536

// capMemory sets the maximum in the module's memory section, which Go's linker omits.
func capMemory(module []byte, pages uint64) ([]byte, error) {
	memory, err := find(module, memorySection)
	if err != nil {
		return nil, fmt.Errorf("cap the program's memory: no memory section: %w", err)
	}
	body, err := capSection(memory.body, pages)
	if err != nil {
		return nil, err
	}
	return memory.replace(module, body), nil
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
	return binary.AppendUvarint(binary.AppendUvarint([]byte{1, 1}, least), pages), nil
}
