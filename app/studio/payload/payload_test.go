package payload_test

import (
	"encoding/json"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/studio/payload"
)

// read builds the tree that the package itself avoids.
func read(r *payload.Reader) (any, error) {
	kind, err := r.Kind()
	if err != nil {
		return nil, err
	}

	switch kind {
	case payload.Object:
		object := map[string]any{}
		err := r.Object(func(name string) (err error) {
			object[name], err = read(r)
			return err
		})
		return object, err
	case payload.Array:
		array := []any{}
		err := r.Array(func(int) error {
			element, err := read(r)
			array = append(array, element)
			return err
		})
		return array, err
	case payload.String:
		return r.Text(1 << 20)
	case payload.Number:
		return r.Number()
	case payload.Boolean:
		return r.Bool()
	}
	return nil, r.Skip()
}

func document(source io.Reader) (any, error) {
	r := payload.NewReader(source)
	value, err := read(r)
	if err != nil {
		return nil, err
	}
	return value, r.End()
}

func TestDocuments(t *testing.T) {
	cases := map[string]struct {
		body string
		want any
	}{
		"object":                  {`{"a":{},"b":[]}`, map[string]any{"a": map[string]any{}, "b": []any{}}},
		"white space everywhere":  {" \n{ \"a\"\t:\r1 , \"b\" : true } \n", map[string]any{"a": 1.0, "b": true}},
		"a name twice: the last":  {`{"a":1,"a":2}`, map[string]any{"a": 2.0}},
		"byte order mark":         {"\uFEFF1", 1.0},
		"literals":                {`true`, true},
		"exponent":                {`-1.5e+2`, -150.0},
		"beyond doubles":          {`1e999`, math.Inf(1)},
		"too small for doubles":   {`1e-999`, 0.0},
		"escapes":                 {`"\"\\\/\b\f\n\r\t\u00e9\u00E9"`, "\"\\/\b\f\n\r\téé"},
		"surrogate pair":          {`"\ud83d\ude00"`, "😀"},
		"lone surrogate":          {`"\ud83dx\ude00"`, "\uFFFDx\uFFFD"},
		"lone surrogate at end":   {`"\ud83d"`, "\uFFFD"},
		"two high surrogates":     {`"\ud83d\ud83d\ude00"`, "\uFFFD😀"},
		"malformed UTF-8":         {"\"a\xffb\"", "a\uFFFDb"},
		"outside the basic plane": {`"日本語 😀"`, "日本語 😀"},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := document(strings.NewReader(tc.body))
			require.NoError(t, err)
			assert.Equal(t, tc.want, got)

			slow, err := document(iotest.OneByteReader(strings.NewReader(tc.body)))
			require.NoError(t, err)
			assert.Equal(t, tc.want, slow, "a byte at a time")
		})
	}
}

func TestMalformed(t *testing.T) {
	for _, body := range []string{
		``, ` `, `{`, `}`, `[`, `[1`, `[1,`, `[1,]`, `[1 2]`, `{"a"}`, `{"a":}`, `{"a":1,}`, `{a:1}`, `{"a" 1}`, `{"a":1]`,
		`"`, `"\`, `"\x"`, `"\u12"`, `"\u12g4"`, `"\ud83d\u12`, "\"\n\"", `tru`, `truE`, `nul`, `falsee`, `+1`, `01`, `1.`, `.5`, `1e`, `1e+`,
		`-`, `--1`, `1-1`, `NaN`, `Infinity`, `'a'`, `1 1`, `{} x`, `undefined`, `/**/1`, strings.Repeat("[", 100_000),
	} {
		_, err := document(strings.NewReader(body))
		assert.ErrorIs(t, err, payload.ErrSyntax, "%.20s", body)
	}
}

func TestTextLimit(t *testing.T) {
	text, err := payload.NewReader(strings.NewReader(`"abc"`)).Text(3)
	require.NoError(t, err)
	assert.Equal(t, "abc", text)
	_, err = payload.NewReader(strings.NewReader(`"abcd"`)).Text(3)
	require.ErrorIs(t, err, payload.ErrTooLong)
	_, err = payload.NewReader(strings.NewReader(strings.Repeat("1", 5000))).Number()
	assert.ErrorIs(t, err, payload.ErrTooLong)
}

func TestErrorsOfTheSource(t *testing.T) {
	broken := errors.New("connection reset")
	for _, begun := range []string{``, `{`, `{"a`, `{"a":`, `[1`, `"\u00`, `"\ud800`, `1`, `tr`} {
		_, err := document(io.MultiReader(strings.NewReader(begun), iotest.ErrReader(broken)))
		assert.ErrorIs(t, err, broken, begun)
	}
}

// Long strings go through the writer in pieces, and only the window is in memory.
func TestCopyTextKeepsNothing(t *testing.T) {
	const size = 8 << 20
	source := io.MultiReader(strings.NewReader(`"`), io.LimitReader(repeat('A'), size), strings.NewReader(`"`))
	var sink counter
	require.NoError(t, payload.NewReader(source).CopyText(&sink))
	assert.Equal(t, size, sink.total)
	assert.LessOrEqual(t, sink.longest, 32<<10)
}

type repeat byte

func (b repeat) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(b)
	}
	return len(p), nil
}

type counter struct{ total, longest int }

func (c *counter) Write(p []byte) (int, error) {
	c.total += len(p)
	c.longest = max(c.longest, len(p))
	return len(p), nil
}

// The reader agrees with encoding/json. It differs on purpose for numbers beyond doubles, a byte order mark, long names and
// deeply nested documents.
func FuzzReader(f *testing.F) {
	for _, seed := range []string{`{"a":[1,2.5,"x\u00e9\ud83d\ude00"],"b":null}`, `[[[]]]`, `{}`, `"\ud83d"`, `-0`, `12E1`, "\"\xc3\x28\"", `[1,]`} {
		f.Add(seed)
	}

	f.Fuzz(func(t *testing.T, body string) {
		if strings.ContainsAny(body, "eE") && strings.ContainsAny(body, "0123456789") || strings.HasPrefix(body, "\uFEFF") ||
			strings.Count(body, "[")+strings.Count(body, "{") > 100 || len(body) > 64 {
			t.Skip()
		}

		got, err := document(strings.NewReader(body))
		var want any
		if !json.Valid([]byte(body)) {
			require.ErrorIs(t, err, payload.ErrSyntax)
			return
		}
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal([]byte(body), &want))
		assert.Equal(t, want, got)
	})
}
