package dbstudio

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/addreams/addreams/app/migrate/sqltext"
)

// Values are sent as SQL literals in both directions, which keeps every digit: D1 binds and returns numbers as doubles.

// literalOf returns the SQL literal of a value in a request: null, string, number or boolean.
func literalOf(value any) (string, error) {
	switch value := value.(type) {
	case nil:
		return "NULL", nil
	case bool:
		if value {
			return "1", nil
		}
		return "0", nil
	case string:
		if strings.IndexByte(value, 0) >= 0 {
			return "", badRequest("A text with a NUL can't be written here.")
		}
		return sqltext.Literal(value), nil
	case json.Number:
		return value.String(), nil
	}
	return "", badRequest("A value has to be null, a text, a number or true or false.")
}

// cell is a value in the form for the page: null, a string, a number, or a special.
type cell any

// special is a value that JSON has no form for, or that is not shown as it is.
type special struct {
	Type  string `json:"t"` // "int", "text", "blob" or "secret"
	Value string `json:"v,omitempty"`
	Bytes int    `json:"bytes,omitempty"`
	Cut   bool   `json:"cut,omitempty"` // only the beginning is shown
}

// safeInteger is the largest integer that JavaScript's numbers represent exactly.
const safeInteger = 1<<53 - 1

// shownBytes is how much of a BLOB is shown. It is exported as a whole.
const shownBytes = 32

// cellOf returns the cell of a literal that quote() returned. It shows the first `cut` characters of a value; all of them if 0.
func cellOf(literal string, cut int) cell {
	switch {
	case literal == "NULL":
		return nil
	case strings.HasPrefix(literal, "'"):
		return textCell(strings.ReplaceAll(literal[1:len(literal)-1], "''", "'"), cut)
	case strings.HasPrefix(literal, "X'"):
		blob, _ := hex.DecodeString(literal[2 : len(literal)-1])
		return blobCell(blob, cut)
	}

	if integer, err := strconv.ParseInt(literal, 10, 64); err == nil {
		return integerCell(integer)
	}
	number, err := strconv.ParseFloat(literal, 64)
	if err != nil { // outside the range of a double
		return special{Type: "text", Value: literal}
	}
	return number
}

func textCell(value string, cut int) cell {
	runes := 0
	for i := range value {
		if runes == cut && cut > 0 {
			return special{Type: "text", Value: value[:i], Cut: true}
		}
		runes++
	}
	return value
}

func integerCell(value int64) cell {
	if value > safeInteger || value < -safeInteger {
		return special{Type: "int", Value: strconv.FormatInt(value, 10)}
	}
	return value
}

func blobCell(blob []byte, cut int) cell {
	if cut == 0 {
		return special{Type: "blob", Bytes: len(blob), Value: hex.EncodeToString(blob)}
	}
	begin := blob[:min(len(blob), shownBytes)]
	return special{Type: "blob", Bytes: len(blob), Value: hex.EncodeToString(begin), Cut: len(blob) > len(begin)}
}

// valueCell returns the cell of a value that the user's statement returned.
func valueCell(value any, cut int) cell {
	switch value := value.(type) {
	case string:
		return textCell(strings.ToValidUTF8(value, "\uFFFD"), cut)
	case int64:
		return integerCell(value)
	case []byte:
		return blobCell(value, cut)
	case float64:
		if text := strconv.FormatFloat(value, 'g', -1, 64); strings.HasSuffix(text, "Inf") {
			return special{Type: "text", Value: text}
		}
		return value
	case nil:
		return nil
	}
	return fmt.Sprint(value)
}
