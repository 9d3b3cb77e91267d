// Package httpio writes JSON responses as the JavaScript service did. It knows no route and no error.
package httpio

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
)

// WriteJSON sends a value as JavaScript would write it.
func WriteJSON(w http.ResponseWriter, status int, value any) error {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return errors.Join(errors.New("encode the response"), err)
	}
	return SendJSON(w, status, asJavaScript(bytes.TrimSuffix(body.Bytes(), []byte{'\n'})))
}

// SendJSON sends what has been encoded.
func SendJSON(w http.ResponseWriter, status int, body []byte) error {
	w.Header()["Content-Type"] = []string{"application/json"}
	w.WriteHeader(status)
	_, err := w.Write(body)
	return err
}

// asJavaScript undoes, in place, the escapes that encoding/json writes and JSON.stringify does not: those of the line
// separators, and of what took the place of bytes that are no UTF-8.
func asJavaScript(text []byte) []byte {
	if !bytes.Contains(text, []byte(`\u`)) {
		return text
	}
	kept := text[:0]
	for len(text) > 0 {
		if text[0] != '\\' {
			kept, text = append(kept, text[0]), text[1:]
			continue
		}
		length := 2
		if text[1] == 'u' {
			length = 6
		}
		kept, text = append(kept, unescaped(text[:length])...), text[length:]
	}
	return kept
}

// unescaped returns what JavaScript writes in place of an escape: mostly itself.
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
