package payload

import (
	"errors"
	"io"
)

// byteOrderMark may stand before the document.
const byteOrderMark = "\uFEFF"

// next tells the first byte of the next token, which stays unread.
func (r *Reader) next() (byte, error) {
	char, err := r.skipSpace()
	return char, syntax(err)
}

// skipSpace reads white space, and returns the byte after it, unread.
func (r *Reader) skipSpace() (byte, error) {
	if !r.begun {
		r.begun = true
		if mark, _ := r.source.Peek(len(byteOrderMark)); string(mark) == byteOrderMark {
			if err := r.discard(len(byteOrderMark)); err != nil {
				return 0, err
			}
		}
	}
	for {
		chunk, err := r.buffered()
		if err != nil {
			return 0, err
		}
		spaces := 0
		for spaces < len(chunk) && isSpace(chunk[spaces]) {
			spaces++
		}
		if err := r.discard(spaces); err != nil {
			return 0, err
		}
		if spaces < len(chunk) {
			return chunk[spaces], nil
		}
	}
}

func isSpace(char byte) bool { return char == ' ' || char == '\n' || char == '\r' || char == '\t' }

// buffered returns what is at hand of the body, at least one byte, unread.
func (r *Reader) buffered() ([]byte, error) {
	if _, err := r.source.Peek(1); err != nil {
		return nil, err
	}
	return r.source.Peek(r.source.Buffered())
}

func (r *Reader) discard(n int) error {
	_, err := r.source.Discard(n)
	return err
}

// expect reads one given token of one byte.
func (r *Reader) expect(token byte) error {
	char, err := r.next()
	if err != nil {
		return err
	}
	if char != token {
		return ErrSyntax
	}
	return r.discard(1)
}

// word reads one given literal.
func (r *Reader) word(literal string) error {
	if _, err := r.next(); err != nil {
		return err
	}
	found := make([]byte, len(literal))
	if _, err := io.ReadFull(r.source, found); err != nil {
		return syntax(err)
	}
	if string(found) != literal {
		return ErrSyntax
	}
	return nil
}

// syntax makes the end of the body, where the document needs more, an ErrSyntax.
func syntax(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrSyntax
	}
	return err
}
