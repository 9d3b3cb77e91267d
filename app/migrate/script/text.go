package script

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Flaw says why a file's bytes are not SQL text.
type Flaw struct {
	Line   int // counted from 1; 0 if it is about the whole file
	What   string
	Advice string
}

// Byte order marks, at the start of a file.
const (
	markUTF8    = "\xEF\xBB\xBF"
	markUTF16LE = "\xFF\xFE"
	markUTF16BE = "\xFE\xFF"
)

const saveUTF8 = "Save it as UTF-8: iconv -f %s -t UTF-8."

// Decode reads a file's bytes as SQL text: UTF-8 without a byte order mark, and with \n at the ends of lines, so that
// a checkout on Windows has the same digests and D1's splitter, which fails on \r\n, never sees them. The text of a
// file with a flaw is not to be run.
func Decode(content []byte) (string, *Flaw) {
	text := strings.ReplaceAll(strings.TrimPrefix(string(content), markUTF8), "\r\n", "\n")
	if name := utf16(content); name != "" {
		return text, &Flaw{0, "it is UTF-16 text, and SQL is read as UTF-8", fmt.Sprintf(saveUTF8, name)}
	}

	line := 1
	for i, size := 0, 0; i < len(text); i += size {
		var r rune
		r, size = utf8.DecodeRuneInString(text[i:])
		if r == utf8.RuneError && size == 1 {
			what := fmt.Sprintf("the byte 0x%02X is not UTF-8, so the file has another encoding", text[i])
			return text, &Flaw{line, what, fmt.Sprintf(saveUTF8, "WINDOWS-1252") + " Or name its encoding."}
		}
		if what, advice := invalidCharacter(r); what != "" {
			return text, &Flaw{line, what, advice}
		}
		if r == '\n' {
			line++
		}
	}

	return text, nil
}

// utf16 names the form of UTF-16 that the bytes have: by a mark, or because every other byte of the first eight is 0,
// as in ASCII text without a mark.
func utf16(content []byte) string {
	switch start := content[:min(8, len(content))]; {
	case bytes.HasPrefix(content, []byte(markUTF16LE)):
		return "UTF-16"
	case bytes.HasPrefix(content, []byte(markUTF16BE)):
		return "UTF-16"
	case alternatesZero(start, 1):
		return "UTF-16LE"
	case alternatesZero(start, 0):
		return "UTF-16BE"
	}
	return ""
}

// alternatesZero reports whether every second byte from the given place on is 0, and no other.
func alternatesZero(start []byte, zero int) bool {
	for i, b := range start {
		if (b == 0) != (i%2 == zero) {
			return false
		}
	}
	return len(start) >= 4
}

// invalidCharacter says what is wrong with a character that doesn't belong in SQL text, or that a reader doesn't see.
func invalidCharacter(r rune) (what, advice string) {
	switch {
	case r == '\t' || r == '\n':
		return "", ""
	case r == 0:
		return "it has a NUL, where SQLite stops reading: the rest would be left out",
			"Remove it. In a value, write a BLOB: x'00'."
	case r == '\r':
		return "it has a CR without LF, as old Macintosh files do, and no comment ends there",
			"Use LF at the ends of lines. In a string, write || char(13) ||."
	case r == '\uFEFF':
		return "it has a byte order mark behind its start, as when two files are joined", "Remove it."
	case r < ' ' || 0x7F <= r && r < 0xA0:
		return fmt.Sprintf("it has the control character U+%04X", r), fmt.Sprintf("Remove it. In a string, write || char(%d) ||.", r)
	case 0x202A <= r && r <= 0x202E || 0x2066 <= r && r <= 0x2069:
		return fmt.Sprintf("it has U+%04X, which changes the order in which a line is shown, so that a reviewer reads something else than what runs", r),
			fmt.Sprintf("Remove it. In a string, write || char(%d) ||.", r)
	}
	return "", ""
}
