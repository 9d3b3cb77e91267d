package picture

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/platform/native"
	"github.com/addreams/addreams/app/studio/payload"
)

// encoded returns a picture of 33 by 17 pixels, as the standard library writes the format.
func encoded(t *testing.T, format string) string {
	t.Helper()
	content := image.NewPaletted(image.Rect(0, 0, 33, 17), color.Palette{color.Black, color.White})
	var file bytes.Buffer
	switch format {
	case "png":
		require.NoError(t, png.Encode(&file, content))
	case "jpeg":
		require.NoError(t, jpeg.Encode(&file, content, nil))
	case "gif":
		require.NoError(t, gif.Encode(&file, content, nil))
	}
	return file.String()
}

// Heads of files of 33 by 17 pixels, after the formats' specifications.
func TestDimensions(t *testing.T) {
	photo := encoded(t, "jpeg")
	exif := "\xff\xe1\xff\xff" + strings.Repeat("\xff", 0xfffd)
	cases := map[string]string{
		"png":                       encoded(t, "png"),
		"gif":                       encoded(t, "gif"),
		"jpeg":                      photo,
		"jpeg, after long comments": photo[:2] + strings.Repeat(exif, 3) + photo[2:],
		"jpeg, with fill bytes":     photo[:2] + "\xff\xff\xff" + photo[2:],
		"bmp":                       "BM\x00\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00\x21\x00\x00\x00\x11\x00\x00\x00",
		"bmp, rows from the top":    "BM\x00\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00\x21\x00\x00\x00\xef\xff\xff\xff",
		"bmp of OS/2":               "BM\x00\x00\x00\x00\x00\x00\x00\x00\x1a\x00\x00\x00\x0c\x00\x00\x00\x21\x00\x11\x00",
		"webp":                      "RIFF\x00\x00\x00\x00WEBPVP8 \x00\x00\x00\x00\x30\x01\x00\x9d\x01\x2a\x21\x00\x11\x00",
		"webp, lossless":            "RIFF\x00\x00\x00\x00WEBPVP8L\x00\x00\x00\x00\x2f\x20\x00\x04\x00",
		"webp, extended":            "RIFF\x00\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00\x20\x00\x00\x10\x00\x00",
		"tiff":                      "II*\x00\x08\x00\x00\x00\x02\x00\x00\x01\x03\x00\x01\x00\x00\x00\x21\x00\x00\x00\x01\x01\x04\x00\x01\x00\x00\x00\x11\x00\x00\x00",
		"tiff, its directory later": "MM\x00*\x00\x00\x00\x0c\x00\x00\x00\x00\x00\x02\x01\x00\x00\x03\x00\x00\x00\x01\x00\x21\x00\x00\x01\x01\x00\x03\x00\x00\x00\x01\x00\x11\x00\x00",
	}

	for name, head := range cases {
		t.Run(name, func(t *testing.T) {
			width, height, ok := measure(strings.NewReader(head))

			assert.True(t, ok)
			assert.Equal(t, [2]int{33, 17}, [2]int{width, height})
		})
	}
}

func TestNoDimensions(t *testing.T) {
	cases := map[string]string{
		"nothing":                 "",
		"text":                    "not a picture",
		"a signature alone":       "\x89PNG\r\n\x1a\n",
		"another chunk first":     "\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIDAT\x00\x00\x00\x21\x00\x00\x00\x11",
		"no pixels":               "\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x00\x00\x00\x00\x00\x00\x11",
		"jpeg without a frame":    "\xff\xd8\xff\xe0\x00\x02\xff\xd9",
		"jpeg, cut off":           encoded(t, "jpeg")[:40],
		"jpeg, garbage":           "\xff\xd8\xff\xe0\x00\x02garbage",
		"tiff without directory":  "II*\x00\xff\xff\xff\xff",
		"a format of other tools": "\x00\x00\x00\x1cftypavif",
	}
	for name, head := range cases {
		t.Run(name, func(t *testing.T) {
			_, _, ok := measure(strings.NewReader(head))
			assert.False(t, ok)
		})
	}
}

// A file without end is given up after few reads, whatever it is made of.
func TestDimensionsOfFilesWithoutEnd(t *testing.T) {
	const size = 10 << 20
	cases := map[string]string{
		"jpeg of empty segments":        "\xff\xd8" + strings.Repeat("\xff\xe0\x00\x02", size/4),
		"jpeg of fill bytes":            "\xff\xd8" + strings.Repeat("\xff", size),
		"jpeg of markers without data":  "\xff\xd8" + strings.Repeat("\xff\xd0", size/2),
		"jpeg of segments of no length": "\xff\xd8\xff\xe0" + strings.Repeat("\x00\x00\xff\xe0", size/4),
		"tiff of many entries":          "II*\x00\x08\x00\x00\x00\xff\xff" + strings.Repeat("\x02", size),
	}
	for name, file := range cases {
		t.Run(name, func(t *testing.T) {
			content := strings.NewReader(file)

			_, _, ok := measure(content)

			assert.False(t, ok)
			assert.Less(t, len(file)-content.Len(), 64<<10, "bytes that were read")
		})
	}
}

// No header makes the reader panic or read for ever.
func FuzzDimensions(f *testing.F) {
	for _, head := range []string{"\x89PNG\r\n\x1a\n", "\xff\xd8\xff\xe0\x00\x10", "GIF89a", "BM\x36", "RIFF\x00\x00\x00\x00WEBPVP8X", "II*\x00\x08\x00\x00\x00\xff\xff", "MM\x00*"} {
		f.Add([]byte(head))
	}
	f.Fuzz(func(_ *testing.T, head []byte) { measure(bytes.NewReader(head)) })
}

// The provider may send an image as a URL, as a data URL, or as base64 without a header.
func TestReadImage(t *testing.T) {
	file := encoded(t, "jpeg")
	long := file + strings.Repeat("\x00", maxInMemory)
	cases := map[string]struct{ text, url, content string }{
		"a URL":             {text: "https://x.test/a.png", url: "https://x.test/a.png"},
		"an escaped URL":    {text: `https:\/\/x.test\/a.png`, url: "https://x.test/a.png"},
		"base64":            {text: base64.StdEncoding.EncodeToString([]byte(file)), content: file},
		"base64, long":      {text: base64.StdEncoding.EncodeToString([]byte(long)), content: long},
		"a data URL":        {text: "data:image/png;base64," + base64.StdEncoding.EncodeToString([]byte(file)), content: file},
		"blank":             {text: "  "},
		"neither":           {text: "no picture!"},
		"blanks, very long": {text: strings.Repeat(" ", 1000)},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			pictures := NewReader(func() platform.Spool { return native.NewSpool(t.Context()) })
			defer pictures.Close()

			found, err := pictures.ReadImage(payload.NewReader(strings.NewReader(`"` + tc.text + `"`)))

			if tc.url == "" && tc.content == "" {
				require.Error(t, err)
				return
			}
			require.NoError(t, err)
			if tc.url != "" {
				assert.Equal(t, tc.url, found.Text())
				return
			}
			var content bytes.Buffer
			_, err = content.ReadFrom(found.Open())
			require.NoError(t, err)
			assert.Equal(t, tc.content, content.String())
			assert.Equal(t, "image/jpeg", found.ContentType())
		})
	}
}
