package picture

import (
	"bytes"
	"encoding/base64"
	"io"
	"strings"

	"github.com/addreams/addreams/app/js"
)

// maxSize is the largest picture in a data URL, in bytes. The provider takes no larger one.
const maxSize = 10 << 20

// dataURL describes the text of a data URL: data:image/<type>;base64,<digits>, in upper or lower case, with white space
// anywhere between the digits.
type dataURL struct {
	valid  bool
	digits int64 // base64 digits, without padding
}

// size is the length of the picture in bytes.
func (d dataURL) size() int64 { return d.digits * 3 / 4 }

func (d dataURL) tooLarge() bool { return d.size() > maxSize }

// inspect reads a data URL in memory.
func inspect(text string) dataURL {
	s := scanner{sink: io.Discard}
	_, _ = s.Write([]byte(text)) // Discard never fails
	return s.dataURL()
}

// maxHeader is the longest accepted header of a data URL, up to and including the comma, in bytes.
const maxHeader = 100

// scanner checks the text of a data URL as it is written, and passes it on to the sink without white space. It stops
// passing it on where the text breaks the grammar or the picture becomes too large. A write never splits a character.
type scanner struct {
	sink    io.Writer
	header  []byte
	begun   bool // the header is complete
	invalid bool
	failure error // of the sink
	digits  int64
	padding int64
}

func (s *scanner) Write(text []byte) (int, error) {
	if rest := s.readHeader(text); s.begun && !s.invalid {
		s.failure = s.readDigits(rest)
	}
	if s.failure != nil {
		return 0, s.failure
	}
	return len(text), nil
}

func (s *scanner) dataURL() dataURL {
	return dataURL{digits: s.digits, valid: s.begun && !s.invalid && s.digits+s.padding > 0}
}

// readHeader reads up to the comma, and returns the rest.
func (s *scanner) readHeader(text []byte) []byte {
	if s.begun || s.invalid {
		return text
	}
	if len(s.header) == 0 {
		text = bytes.TrimLeftFunc(text, js.IsSpace)
	}

	comma := bytes.IndexByte(text, ',')
	part := text[:comma+1]
	if comma < 0 {
		part = text
	}
	if len(s.header)+len(part) > maxHeader {
		s.invalid = true
		return nil
	}
	s.header = append(s.header, part...)
	if comma < 0 {
		return nil
	}

	s.begun, s.invalid = true, subtype(s.header) == ""
	if !s.invalid {
		_, s.failure = s.sink.Write(s.header)
		s.invalid = s.failure != nil
	}
	return text[len(part):]
}

// subtype returns the <type> of the header data:image/<type>;base64, or "" for any other header.
func subtype(header []byte) string {
	lower := make([]byte, len(header))
	for i, char := range header {
		if 'A' <= char && char <= 'Z' {
			char |= 0x20
		}
		lower[i] = char
	}

	name, found := strings.CutPrefix(string(lower), "data:image/")
	name, closed := strings.CutSuffix(name, ";base64,")
	if !found || !closed || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789.+-") != "" {
		return ""
	}
	return name
}

// readDigits passes runs of digits on, and skips white space.
func (s *scanner) readDigits(text []byte) error {
	for len(text) > 0 && !s.invalid {
		n, digits := digitRun(text)
		s.digits += int64(digits)
		s.padding += int64(n - digits)
		if n > 0 && s.digits*3/4 <= maxSize {
			if _, err := s.sink.Write(text[:n]); err != nil {
				return err
			}
		}

		text = text[n:]
		spaces := bytes.TrimLeftFunc(text, js.IsSpace)
		s.invalid = n == 0 && len(spaces) == len(text) && len(text) > 0
		text = spaces
	}
	return nil
}

// digitRun counts the leading base64 characters, and how many of them are digits rather than padding.
func digitRun(text []byte) (n, digits int) {
	for n < len(text) && (isDigit[text[n]] || text[n] == '=') {
		if text[n] != '=' {
			digits++
		}
		n++
	}
	return n, digits
}

// isDigit marks the digits of base64.
var isDigit = digitTable()

func digitTable() (table [256]bool) {
	for _, char := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") {
		table[char] = true
	}
	return table
}

// decoded reads the picture from the text of a valid data URL.
func decoded(text io.Reader) io.Reader {
	return base64.NewDecoder(base64.RawStdEncoding, &digitReader{source: text})
}

// digitReader reads the digits that follow the comma, and nothing else.
type digitReader struct {
	source io.Reader
	begun  bool
}

func (d *digitReader) Read(p []byte) (int, error) {
	for {
		n, err := d.source.Read(p)
		kept := d.keep(p[:n])
		if kept > 0 || err != nil || len(p) == 0 {
			return kept, err
		}
	}
}

// keep moves the digits to the beginning of the chunk and counts them.
func (d *digitReader) keep(chunk []byte) int {
	rest := chunk
	if !d.begun {
		comma := bytes.IndexByte(chunk, ',')
		if comma < 0 {
			return 0
		}
		d.begun, rest = true, chunk[comma+1:]
	}

	kept := 0
	for _, char := range rest {
		if isDigit[char] {
			chunk[kept] = char
			kept++
		}
	}
	return kept
}
