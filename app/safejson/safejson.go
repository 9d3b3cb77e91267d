// Package safejson decodes untrusted JSON: of a client, a provider or an earlier version of this program. encoding/json
// recurses once per level of nesting, up to 10,000 levels. In WebAssembly that recursion runs on the stack of the JavaScript
// engine, which overflows after about 6,000 levels and takes the whole instance with it. This package measures the nesting
// first, without recursion, and refuses documents that are nested deeper than MaxDepth. Nothing else in the Worker may call
// encoding/json's decoders; a test checks that.
package safejson

import (
	"encoding/json"
	"errors"
)

// MaxDepth is how deep arrays and objects may be nested. It is far below what any stack can hold, and far above what a client
// needs.
const MaxDepth = 200

// ErrTooDeep is returned for a document that is nested deeper than MaxDepth.
var ErrTooDeep = errors.New("safejson: the document is nested too deep")

// Unmarshal is json.Unmarshal for documents of at most MaxDepth levels. A deeper one is ErrTooDeep.
func Unmarshal(document []byte, into any) error {
	if !Shallow(document) {
		return ErrTooDeep
	}
	return json.Unmarshal(document, into)
}

// Valid reports whether a document is JSON of at most MaxDepth levels.
func Valid(document []byte) bool { return Shallow(document) && json.Valid(document) }

// Shallow reports whether a text has at most MaxDepth open brackets at a time. Brackets in strings do not count. Its result
// means nothing for a text that is not JSON, which encoding/json refuses before it recurses.
func Shallow(document []byte) bool {
	depth, quoted := 0, false
	for i := 0; i < len(document); i++ {
		switch char := document[i]; {
		case quoted && char == '\\':
			i++
		case char == '"':
			quoted = !quoted
		case quoted:
		case char == '[' || char == '{':
			if depth++; depth > MaxDepth {
				return false
			}
		case char == ']' || char == '}':
			depth--
		}
	}

	return true
}
