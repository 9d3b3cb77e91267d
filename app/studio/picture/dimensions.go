package picture

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
)

var errDimensions = errors.New("picture: no dimensions")

// measure reads width and height from the header of a picture, in pixels. The formats are those that the models take. It
// decodes nothing else: the standard decoders would make the Worker larger by more than the whole of this package.
func measure(content io.Reader) (width, height int, ok bool) {
	r := &header{source: bufio.NewReaderSize(content, headerWindow)}
	first, _ := r.source.Peek(SniffLength)

	switch Sniff(first) {
	case "image/png":
		width, height = r.png()
	case "image/jpeg":
		width, height = r.jpeg()
	case "image/gif":
		r.skip(6)
		width, height = r.number(2, binary.LittleEndian), r.number(2, binary.LittleEndian)
	case "image/bmp":
		width, height = r.bmp()
	case "image/webp":
		width, height = r.webp()
	case "image/tiff":
		width, height = r.tiff(first[0])
	default:
		return 0, 0, false
	}
	return width, height, r.failure == nil && width > 0 && height > 0
}

// headerWindow is how much is read at a time, in bytes: a photo's dimensions come after its comments and its preview.
const headerWindow = 16 << 10

// maxReads is how many numbers are read of a header: a photo has some hundreds before its dimensions. A file of ten megabytes
// of empty segments would keep the thread busy that serves all requests.
const maxReads = 4096

// header reads numbers. After a failure it reads zeros.
type header struct {
	source  *bufio.Reader
	reads   int
	failure error
}

// byteOrder reads numbers of 2 and 4 bytes.
type byteOrder interface {
	Uint16([]byte) uint16
	Uint32([]byte) uint32
}

func (h *header) skip(bytes int) {
	if h.failure == nil {
		_, h.failure = h.source.Discard(bytes)
	}
}

// bytes reads at most 16 bytes.
func (h *header) bytes(count int) []byte {
	var read [16]byte
	if h.reads++; h.reads > maxReads {
		h.failure = errors.Join(h.failure, errDimensions)
	}
	if h.failure == nil {
		_, h.failure = io.ReadFull(h.source, read[:count])
	}
	return read[:count]
}

// number reads a number of 1, 2 or 4 bytes.
func (h *header) number(size int, order byteOrder) int {
	read := h.bytes(size)
	switch size {
	case 1:
		return int(read[0])
	case 2:
		return int(order.Uint16(read))
	}
	return int(order.Uint32(read))
}

// png: https://www.w3.org/TR/png-3/#11IHDR.
func (h *header) png() (width, height int) {
	h.skip(12)
	if string(h.bytes(4)) != "IHDR" {
		return 0, 0
	}
	return h.number(4, binary.BigEndian), h.number(4, binary.BigEndian)
}

// bmp: https://learn.microsoft.com/windows/win32/gdi/bitmap-header-types. A negative height is of rows from the top.
func (h *header) bmp() (width, height int) {
	h.skip(14)
	if h.number(4, binary.LittleEndian) == 12 {
		return h.number(2, binary.LittleEndian), h.number(2, binary.LittleEndian)
	}
	width, height = int(int32(h.number(4, binary.LittleEndian))), int(int32(h.number(4, binary.LittleEndian)))
	return width, max(height, -height)
}

// jpeg looks for the frame header: https://www.w3.org/Graphics/JPEG/itu-t81.pdf, B.2.2.
func (h *header) jpeg() (width, height int) {
	h.skip(2)
	for h.failure == nil {
		marker := h.marker()
		switch {
		case marker >= 0xd0 && marker <= 0xd9 || marker == 0x01: // without a segment
			continue
		case marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc:
			h.skip(3)
			height, width = h.number(2, binary.BigEndian), h.number(2, binary.BigEndian)
			return width, height
		}
		h.skip(max(h.number(2, binary.BigEndian)-2, 0))
	}

	return 0, 0
}

// marker reads a marker of JPEG, with the fill bytes before it.
func (h *header) marker() int {
	if h.number(1, nil) != 0xff {
		h.failure = errors.Join(h.failure, errDimensions)
	}
	marker := 0xff
	for marker == 0xff && h.failure == nil {
		marker = h.number(1, nil)
	}
	return marker
}

// webp: https://developers.google.com/speed/webp/docs/riff_container.
func (h *header) webp() (width, height int) {
	h.skip(12)
	kind := string(h.bytes(4))
	h.skip(4)

	switch kind {
	case "VP8X":
		h.skip(4)
		return h.number24() + 1, h.number24() + 1
	case "VP8L":
		h.skip(1)
		bits := h.number(4, binary.LittleEndian)
		return bits&0x3fff + 1, bits>>14&0x3fff + 1
	}
	h.skip(6)
	return h.number(2, binary.LittleEndian) & 0x3fff, h.number(2, binary.LittleEndian) & 0x3fff
}

func (h *header) number24() int {
	low := h.number(2, binary.LittleEndian)
	return low | h.number(1, nil)<<16
}

// tiff reads the first directory: TIFF 6.0, section 2. Tags 256 and 257 are width and height.
func (h *header) tiff(first byte) (width, height int) {
	var order byteOrder = binary.LittleEndian
	if first == 'M' {
		order = binary.BigEndian
	}
	h.skip(4)
	h.skip(max(h.number(4, order)-8, 0))

	for entries := h.number(2, order); entries > 0 && h.failure == nil; entries-- {
		tag, kind := h.number(2, order), h.number(2, order)
		h.skip(4)
		value := h.bytes(4)
		number := int(order.Uint32(value))
		if kind == 3 {
			number = int(order.Uint16(value))
		}
		switch tag {
		case 256:
			width = number
		case 257:
			height = number
		}
	}
	return width, height
}
