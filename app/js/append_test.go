package js_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/addreams/addreams/app/js"
)

// Without its escapes for HTML, encoding/json differs from JavaScript only in the two line separators.
func TestTextIsWrittenAsJavaScriptDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := strings.ToValidUTF8(rapid.String().Draw(t, "text"), "\ufffd")
		var want bytes.Buffer
		encoder := json.NewEncoder(&want)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(strings.NewReplacer("\u2028", "<28>", "\u2029", "<29>").Replace(text)); err != nil {
			t.Fatal(err)
		}

		expected := strings.NewReplacer("<28>", "\u2028", "<29>", "\u2029").Replace(strings.TrimSuffix(want.String(), "\n"))
		if got := string(js.AppendString(nil, text)); got != expected {
			t.Fatalf("%q, want %q", got, expected)
		}
	})
}

func TestText(t *testing.T) {
	cases := map[string]struct{ text, want string }{
		"empty":           {"", `""`},
		"escapes":         {"\"\\\b\t\n\f\r\x01\x1f", `"\"\\\b\t\n\f\r\u0001\u001f"`},
		"no HTML escapes": {"<a>&/\x7f", `"<a>&/` + "\x7f" + `"`},
		"line separators": {"\u2028\u2029", "\"\u2028\u2029\""},
		"not UTF-8":       {"a\xffb", "\"a\ufffdb\""},
		"escape at ends":  {"\na\n", `"\na\n"`},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, "before"+tc.want, string(js.AppendString([]byte("before"), tc.text)))
		})
	}
}

func TestDate(t *testing.T) {
	east := time.FixedZone("east", 3600)
	cases := map[string]struct {
		at   time.Time
		want string
	}{
		"milliseconds":  {time.Date(2026, 2, 3, 4, 5, 6, 789_999_999, time.UTC), `"2026-02-03T04:05:06.789Z"`},
		"another zone":  {time.Date(2026, 1, 1, 0, 30, 0, 0, east), `"2025-12-31T23:30:00.000Z"`},
		"the first day": {time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), `"0001-01-01T00:00:00.000Z"`},
		"the last day":  {time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC), `"9999-12-31T23:59:59.000Z"`},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) { assert.Equal(t, tc.want, string(js.AppendDate(nil, tc.at))) })
	}
}

func TestNullText(t *testing.T) {
	text := "a"
	assert.Equal(t, "null", string(js.AppendNullString(nil, nil)))
	assert.Equal(t, `"a"`, string(js.AppendNullString(nil, &text)))
}
