package payload

import (
	"errors"
	"io"
)

// byteOrderMark may precede the document.
const byteOrderMark = "\uFEFF"

// next returns the first byte of the next token without reading it.
func (r *Reader) next() (byte, error) {
	char, err := r.skipSpace()
	return char, syntax(err)
}

// skipSpace reads white space, and returns the byte after it without reading that.
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

// buffered returns at least one byte of the body, and whatever else has arrived, without reading it.
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

// expect reads a token of one byte, which must be the given one.
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

// word reads a literal, which must be the given one.
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

// syntax converts the end of the body to an ErrSyntax, where the document is incomplete.
func syntax(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrSyntax
	}
	return err
}
