package logs

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// line is a line of the log: when, who says it, and what. A line of the application is a JSON object.
type line struct {
	at           time.Time
	source, text string
	fields       map[string]any // nil if it is no object
}

// parse reads a line as the local Cloudflare writes it. What does not look like one, such as a line of Node's own, is text.
func parse(written string) line {
	stamp, rest, _ := strings.Cut(written, " ")
	at, err := time.Parse(time.RFC3339Nano, stamp)
	if err != nil {
		return line{text: written}
	}
	source, text, _ := strings.Cut(rest, " ")
	parsed := line{at: at, source: source, text: strings.TrimSpace(text)}
	if strings.HasPrefix(parsed.text, "{") && json.Unmarshal([]byte(parsed.text), &parsed.fields) != nil {
		parsed.fields = nil
	}
	return parsed
}

// field returns a field as text; "" if there is none.
func (l line) field(name string) string {
	value, found := l.fields[name]
	if !found {
		return ""
	}
	return fmt.Sprint(value)
}

// answered reports whether the line is the one that ends a request.
func (l line) answered() bool { return l.field("method") != "" && l.field("status") != "" }

// shown are the fields that have a place of their own in a readable line.
var shown = []string{"level", "message", "error", "method", "route", "status", "ms", "request", "user"}

// String returns the line for reading: the time of day, what happened, and whose it is.
func (l line) String() string {
	words := []string{}
	if !l.at.IsZero() {
		words = append(words, l.at.Local().Format("15:04:05.000"))
	}
	switch {
	case l.fields == nil:
		words = append(words, l.source, l.text)
	case l.answered():
		words = append(words, l.field("status"), l.field("method"), l.field("route"), l.field("ms")+" ms")
	default:
		words = append(words, strings.ToUpper(l.field("level")), l.field("message"))
		if cause := l.field("error"); cause != "" {
			words = append(words, "("+cause+")")
		}
	}

	for _, name := range slices.Sorted(maps.Keys(l.fields)) {
		if !slices.Contains(shown, name) {
			words = append(words, name+"="+l.field(name))
		}
	}
	for _, name := range []string{"request", "user"} {
		if value := l.field(name); value != "" {
			words = append(words, name+"="+value)
		}
	}
	return strings.Join(slices.DeleteFunc(words, func(word string) bool { return word == "" }), " ")
}
