package payload

import (
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// Text reads a string of at most limit bytes of UTF-8. A longer one is ErrTooLong, and so is one that exceeds the limit of all
// strings together.
func (r *Reader) Text(limit int) (string, error) {
	text := prefix{room: min(limit, r.room)}
	if err := r.CopyText(&text); err != nil {
		return "", err
	}
	if text.more {
		return "", ErrTooLong
	}
	r.room -= len(text.kept)
	return string(text.kept), nil
}

// Beginning reads a string of any length, and returns at most limit bytes of it, whether or not a character ends there.
func (r *Reader) Beginning(limit int) (string, error) {
	text := prefix{room: limit}
	err := r.CopyText(&text)
	return string(text.kept), err
}

// CopyText reads a string of any length into w, as UTF-8. A write never splits a character.
func (r *Reader) CopyText(w io.Writer) error {
	if err := r.expect('"'); err != nil {
		return err
	}

	for {
		chunk, err := r.buffered()
		if err != nil {
			return syntax(err)
		}
		if n := plain(chunk); n > 0 {
			if _, err := w.Write(chunk[:n]); err != nil {
				return err
			}
			if err := r.discard(n); err != nil {
				return err
			}
			continue
		}

		if chunk[0] == '"' {
			return r.discard(1)
		}
		if err := r.special(w, chunk[0]); err != nil {
			return err
		}
	}
}

// plain counts the leading bytes that need no decoding.
func plain(chunk []byte) int {
	for i, char := range chunk {
		if char < ' ' || char == '"' || char == '\\' || char >= utf8.RuneSelf {
			return i
		}
	}
	return len(chunk)
}

// special reads one character that is escaped or longer than a byte.
func (r *Reader) special(w io.Writer, first byte) error {
	if first < ' ' {
		return ErrSyntax
	}
	char, _, err := r.source.ReadRune() // malformed UTF-8 has become U+FFFD
	if err == nil && char == '\\' {
		char, err = r.escape()
	}
	if err != nil {
		return syntax(err)
	}

	var encoded [utf8.UTFMax]byte
	_, err = w.Write(encoded[:utf8.EncodeRune(encoded[:], char)])
	return err
}

// escape reads the rest of an escape, after the backslash.
func (r *Reader) escape() (rune, error) {
	char, err := r.source.ReadByte()
	if err != nil {
		return 0, err
	}

	switch char {
	case '"', '\\', '/':
		return rune(char), nil
	case 'b':
		return '\b', nil
	case 'f':
		return '\f', nil
	case 'n':
		return '\n', nil
	case 'r':
		return '\r', nil
	case 't':
		return '\t', nil
	case 'u':
		return r.unit()
	}
	return 0, ErrSyntax
}

// unit reads the four digits of \u, and the second half of a surrogate pair with them. EncodeRune turns a lone half into U+FFFD.
func (r *Reader) unit() (rune, error) {
	var digits [4]byte
	if _, err := io.ReadFull(r.source, digits[:]); err != nil {
		return 0, err
	}
	high, ok := hex(digits[:])
	if !ok {
		return 0, ErrSyntax
	}

	if !utf16.IsSurrogate(high) {
		return high, nil
	}
	ahead, err := r.source.Peek(6)
	if err != nil && len(ahead) == 0 {
		return 0, err
	}
	if len(ahead) == 6 && ahead[0] == '\\' && ahead[1] == 'u' {
		low, _ := hex(ahead[2:])
		if pair := utf16.DecodeRune(high, low); pair != utf8.RuneError {
			return pair, r.discard(6)
		}
	}
	return utf8.RuneError, nil
}

func hex(digits []byte) (rune, bool) {
	var value rune
	for _, char := range digits {
		switch {
		case isDigit(char):
			value = value<<4 | rune(char-'0')
		case 'a' <= char|0x20 && char|0x20 <= 'f':
			value = value<<4 | rune(char|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return value, true
}

// prefix keeps the beginning of what is written to it.
type prefix struct {
	room int
	kept []byte
	more bool // more was written
}

func (p *prefix) Write(text []byte) (int, error) {
	n := min(p.room-len(p.kept), len(text))
	p.kept = append(p.kept, text[:n]...)
	p.more = p.more || n < len(text)
	return len(text), nil
}
