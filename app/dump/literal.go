package dump

import (
	"encoding/hex"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/addreams/addreams/app/migrate/sqltext"
)

// Values are read as SQL literals, which keeps every digit: D1 returns numbers as doubles.

// hexMark precedes the bytes of a text in a cell that was read as hexadecimal digits.
const hexMark = "T"

// literalTerm returns an expression for the literal of a value. D1 replaces what is not UTF-8 in a text; with byBytes it is
// read as it is.
func literalTerm(name string, byBytes bool) string {
	if byBytes {
		return fmt.Sprintf("iif(typeof(%s) = 'text', '%s' || hex(%[1]s), quote(%[1]s))", name, hexMark)
	}
	return sqltext.Value(name)
}

// literal returns the literal in a cell that a literalTerm returned.
func literal(cell string) (string, error) {
	switch cell {
	case "Inf":
		return "9e999", nil
	case "-Inf":
		return "-9e999", nil
	}
	digits, marked := strings.CutPrefix(cell, hexMark)
	if !marked {
		return cell, nil
	}
	text, err := hex.DecodeString(digits)
	if err != nil {
		return "", fmt.Errorf("the bytes of a text can't be read: %w", err)
	}
	if utf8.Valid(text) && !strings.Contains(string(text), "\x00") {
		return sqltext.Literal(string(text)), nil
	}

	return "CAST(x'" + digits + "' AS TEXT)", nil
}

// suspect reports whether a cell may have been a text that is not UTF-8.
func suspect(cell string) bool {
	return strings.ContainsRune(cell, utf8.RuneError) || !utf8.ValidString(cell)
}

// longType returns the type of a value that is too long to be read with its row: TEXT or BLOB.
func longType(cell string) (string, bool) {
	if cell == "text" || cell == "blob" {
		return strings.ToUpper(cell), true
	}
	return "", false
}
