package js_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/js"
)

// The expected values in these tables are what Node returns.

func TestMarshal(t *testing.T) {
	cases := map[string]struct {
		value any
		want  string
	}{
		"no HTML escapes":     {"<a>&/", `"<a>&/"`},
		"line separators":     {"\u2028\u2029", "\"\u2028\u2029\""},
		"an escaped escape":   {`\u2028\`, `"\\u2028\\"`},
		"not UTF-8":           {"a\xffb", "\"a\ufffdb\""},
		"escapes that remain": {"\x01\"\n", `"\u0001\"\n"`},
		"an object":           {map[string]any{"a": 1.5, "b": nil}, `{"a":1.5,"b":null}`},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			text, err := js.Marshal(tc.value)
			require.NoError(t, err)
			assert.Equal(t, tc.want, string(text))
		})
	}

	_, err := js.Marshal(math.NaN())
	assert.Error(t, err)
}

func TestTrim(t *testing.T) {
	for text, want := range map[string]string{
		" a ": "a", "\u00a0\ufeffa\u2028\r\n": "a", "\u2003a b\u3000": "a b", "\u0085a": "\u0085a", "\u200ba": "\u200ba", " \t": "",
	} {
		assert.Equal(t, want, js.Trim(text), "%q", text)
	}
}

func TestToLower(t *testing.T) {
	for text, want := range map[string]string{"ADA@Example.TEST": "ada@example.test", "ÄÖ@x": "äö@x", "İ@x": "i̇@x", "ß@x": "ß@x"} {
		assert.Equal(t, want, js.ToLower(text), text)
	}
}

func TestLength(t *testing.T) {
	for text, want := range map[string]int{"": 0, "abc": 3, "ü": 1, "👠": 2, "a\xffb": 3} {
		assert.Equal(t, want, js.Length(text), "%q", text)
	}
}

func TestTruthy(t *testing.T) {
	for _, value := range []any{true, "0", -1.0, []any{}, map[string]any{}} {
		assert.True(t, js.Truthy(value), "%v", value)
	}
	for _, value := range []any{nil, false, "", 0.0, math.Copysign(0, -1), math.NaN()} {
		assert.False(t, js.Truthy(value), "%v", value)
	}
}

func TestParseInt(t *testing.T) {
	for text, want := range map[string]int{
		"20": 20, " \ufeff+2000ms": 2000, "-5": -5, "1e3": 1, "007": 7, "-0": 0,
		"99999999999999999999": math.MaxInt32, "-99999999999999999999": -math.MaxInt32,
	} {
		number, ok := js.ParseInt(text)
		assert.True(t, ok, text)
		assert.Equal(t, want, number, text)
	}
	for _, text := range []string{"", " ", "x1", "+", "--1", "\u0661"} {
		_, ok := js.ParseInt(text)
		assert.False(t, ok, text)
	}
}

func TestURIComponent(t *testing.T) {
	for text, encoded := range map[string]string{
		"a b/ü?": "a%20b%2F%C3%BC%3F", "-_.!~*'()": "-_.!~*'()", "a+b=c&d": "a%2Bb%3Dc%26d", "": "",
	} {
		assert.Equal(t, encoded, js.EncodeURIComponent(text))
		assert.Equal(t, text, js.DecodeURIComponent(encoded))
	}
	for _, text := range []string{"a%", "%zz", "%C3", "%ff"} {
		assert.Equal(t, text, js.DecodeURIComponent(text), "what JavaScript refuses stays as it is")
	}
	assert.Equal(t, "a+b", js.DecodeURIComponent("a+b"))
}
