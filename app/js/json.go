package js

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Marshal is JSON.stringify: encoding/json without its escapes for HTML, for line separators and for invalid UTF-8.
func Marshal(value any) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, fmt.Errorf("encode %T: %w", value, err)
	}
	return unescape(bytes.TrimSuffix(text.Bytes(), []byte{'\n'})), nil
}

// unescape undoes, in place, the escapes that encoding/json writes and JSON.stringify does not.
func unescape(text []byte) []byte {
	if !bytes.Contains(text, []byte(`\u`)) {
		return text
	}

	kept := text[:0]
	for len(text) > 0 {
		if text[0] != '\\' {
			kept, text = append(kept, text[0]), text[1:]
			continue
		}
		length := len(`\n`)
		if text[1] == 'u' {
			length = len(`\u0000`)
		}
		kept, text = append(kept, unescaped(text[:length])...), text[length:]
	}
	return kept
}

// unescaped returns what JavaScript writes for an escape of encoding/json; most are the same.
func unescaped(escape []byte) []byte {
	switch string(escape) {
	case `\u2028`:
		return []byte("\u2028")
	case `\u2029`:
		return []byte("\u2029")
	case `\ufffd`:
		return []byte("\ufffd")
	}
	return escape
}
