package form_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/textproto"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/studio/form"
)

// part is one of a form. With a file it is a picture.
type part struct{ name, value, file, contentType string }

// encode returns a form, as a browser sends it.
func encode(t *testing.T, parts ...part) (body, boundary string) {
	t.Helper()
	var text bytes.Buffer
	writer := multipart.NewWriter(&text)
	for _, one := range parts {
		header := textproto.MIMEHeader{}
		disposition := fmt.Sprintf(`form-data; name=%q`, one.name)
		if one.file != "" {
			disposition += fmt.Sprintf(`; filename=%q`, one.file)
		}
		header.Set("Content-Disposition", disposition)
		if one.contentType != "" {
			header.Set("Content-Type", one.contentType)
		}
		into, err := writer.CreatePart(header)
		require.NoError(t, err)
		_, err = io.WriteString(into, one.value)
		require.NoError(t, err)
	}
	require.NoError(t, writer.Close())
	return text.String(), writer.Boundary()
}

func dataURL(kind, content string) string {
	return "data:" + kind + ";base64," + base64.StdEncoding.EncodeToString([]byte(content))
}

func TestReader(t *testing.T) {
	large := strings.Repeat("\x89PNG\r\n--x\x00", 10_000)
	cases := map[string]struct {
		parts []part
		want  string
	}{
		"nothing": {nil, `{}`},
		"fields of all types": {
			[]part{{name: "prompt", value: "a \"shoe\"\n☀"}, {name: "n", value: "2"}, {name: "seed", value: "-7"}, {name: "watermark", value: "true"}},
			`{"prompt":"a \"shoe\"\n☀","n":2,"seed":-7,"watermark":true}`,
		},
		"what does not look like one": {
			[]part{{name: "n", value: "two"}, {name: "seed", value: "007"}, {name: "watermark", value: "yes"}, {name: "prompt", value: "1"}},
			`{"n":"two","seed":"007","watermark":"yes","prompt":"1"}`,
		},
		"a picture after a field": {
			[]part{{name: "prompt", value: "p"}, {name: "image", value: "abcd", file: "a.jpg", contentType: "image/jpeg"}},
			`{"referenceImageUrl":"` + dataURL("image/jpeg", "abcd") + `","prompt":"p"}`,
		},
		"a picture of no type, or a strange one": {
			[]part{{name: "a", value: "", file: "a"}, {name: "b", value: "x", file: "b", contentType: `text/html";x="`}},
			`{"referenceImageUrl":"data:image/png;base64,","input":{"messages":[{"content":[{"image":"` + dataURL("image/png", "x") + `"}]}]}}`,
		},
		"large pictures": {
			[]part{{name: "image", value: large, file: "a"}, {name: "prompt", value: "p"}, {name: "image", value: large, file: "b"}, {name: "image", value: "c", file: "c"}},
			`{"referenceImageUrl":"` + dataURL("image/png", large) + `","input":{"messages":[{"content":[{"image":"` + dataURL("image/png", large) + `"},{"image":"` + dataURL("image/png", "c") + `"}]}]},"prompt":"p"}`,
		},
	}
	for situation, tc := range cases {
		t.Run(situation, func(t *testing.T) {
			body, boundary := encode(t, tc.parts...)
			for _, slowly := range []func(io.Reader) io.Reader{func(r io.Reader) io.Reader { return r }, iotest.OneByteReader} {
				got, err := io.ReadAll(form.NewReader(slowly(strings.NewReader(body)), boundary))
				require.NoError(t, err)
				assert.Equal(t, tc.want, string(got))
				assert.True(t, json.Valid(got))
			}
		})
	}
}

func TestReaderRefuses(t *testing.T) {
	many := make([]part, 101)
	whole, boundary := encode(t, part{name: "image", value: strings.Repeat("x", 100), file: "a"}, part{name: "prompt", value: "p"})
	longField, ofLongField := encode(t, part{name: "prompt", value: strings.Repeat("x", 70_000)})
	longName, ofLongName := encode(t, part{name: strings.Repeat("x", 40_000)})
	tooMany, ofTooMany := encode(t, many...)
	both, ofBoth := encode(t, part{name: "image", value: "x", file: "a"}, part{name: "referenceImageUrl", value: "https://example.com/a.png"})
	cases := map[string]struct {
		body, boundary string
		want           error
	}{
		"no form":             {`{"prompt":"p"}`, "x", form.ErrSyntax},
		"another boundary":    {whole, "x", form.ErrSyntax},
		"a long field":        {longField, ofLongField, form.ErrTooLong},
		"a long header":       {longName, ofLongName, form.ErrTooLong},
		"too many parts":      {tooMany, ofTooMany, form.ErrTooLong},
		"a picture and a URL": {both, ofBoth, form.ErrTwice},
	}
	for situation, tc := range cases {
		t.Run(situation, func(t *testing.T) {
			_, err := io.ReadAll(form.NewReader(strings.NewReader(tc.body), tc.boundary))
			assert.ErrorIs(t, err, tc.want)
		})
	}

	for cut := range len(whole) - 4 {
		_, err := io.ReadAll(form.NewReader(strings.NewReader(whole[:cut]), boundary))
		assert.ErrorIs(t, err, form.ErrSyntax, "cut at %d", cut)
	}
	broken := errors.New("broken")
	for _, at := range []int{0, 50, 150, 300} {
		_, err := io.ReadAll(form.NewReader(io.MultiReader(strings.NewReader(whole[:min(at, len(whole))]), iotest.ErrReader(broken)), boundary))
		assert.ErrorIs(t, err, broken, "at %d", at)
	}
}

func TestBoundary(t *testing.T) {
	for contentType, want := range map[string]string{
		"multipart/form-data; boundary=x":     "x",
		`Multipart/Form-Data; boundary="x y"`: "x y",
		"multipart/form-data":                 "",
		"multipart/mixed; boundary=x":         "",
		"application/json":                    "",
		"":                                    "",
		"multipart/form-data; boundary=x; =":  "",
	} {
		assert.Equal(t, want, form.Boundary(contentType), contentType)
	}
}
