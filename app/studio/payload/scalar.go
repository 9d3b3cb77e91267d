package payload

import (
	"bytes"
	"errors"
	"io"
	"strconv"
)

// maxNumber is the longest number, in bytes. JavaScript writes at most 25.
const maxNumber = 1024

// Bool reads true or false.
func (r *Reader) Bool() (bool, error) {
	first, err := r.next()
	if err != nil {
		return false, err
	}
	if first == 't' {
		return true, r.word("true")
	}
	return false, r.word("false")
}

// Number reads a number as JavaScript does: the nearest double, or an infinity beyond the range of doubles.
func (r *Reader) Number() (float64, error) {
	if _, err := r.next(); err != nil {
		return 0, err
	}

	var text []byte
	for {
		char, err := r.source.ReadByte()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return 0, err
		}
		if !isNumeric(char) {
			if err := r.source.UnreadByte(); err != nil {
				return 0, err
			}
			break
		}
		if text = append(text, char); len(text) > maxNumber {
			return 0, ErrTooLong
		}
	}

	if !isNumber(text) {
		return 0, ErrSyntax
	}
	number, err := strconv.ParseFloat(string(text), 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return 0, ErrSyntax
	}
	return number, nil
}

func isNumeric(char byte) bool {
	return isDigit(char) || char == '-' || char == '+' || char == '.' || char == 'e' || char == 'E'
}

func isDigit(char byte) bool { return '0' <= char && char <= '9' }

// isNumber reports whether a text has the grammar -? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?
func isNumber(text []byte) bool {
	text = bytes.TrimPrefix(text, []byte("-"))
	whole := countDigits(text)
	if whole == 0 || whole > 1 && text[0] == '0' {
		return false
	}
	text = text[whole:]

	if len(text) > 0 && text[0] == '.' {
		fraction := countDigits(text[1:])
		if fraction == 0 {
			return false
		}
		text = text[1+fraction:]
	}

	if len(text) > 0 && (text[0] == 'e' || text[0] == 'E') {
		text = text[1:]
		if len(text) > 0 && (text[0] == '+' || text[0] == '-') {
			text = text[1:]
		}
		return len(text) > 0 && countDigits(text) == len(text)
	}

	return len(text) == 0
}

// countDigits counts the leading countDigits.
func countDigits(text []byte) int {
	for i, char := range text {
		if !isDigit(char) {
			return i
		}
	}
	return len(text)
}
