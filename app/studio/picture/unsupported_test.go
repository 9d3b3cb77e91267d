package picture

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/fault"
	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/platform/native"
	"github.com/addreams/addreams/app/studio/payload"
)

// heads are beginnings of files, with the name by which an order with one is refused; "" for what the models take and for
// unknown formats.
var heads = map[string]string{
	"\x89PNG\r\n\x1a\n": "", "\xff\xd8\xff\xe1": "", "GIF89a": "", "BM\x36": "", "II*\x00\x08": "", "MM\x00*": "", "RIFF\x00\x00\x00\x00WEBPVP8L": "",
	"": "", "\x00": "", "\x00\x00\x00\x00\x00\x00": "", "not a picture": "", "<svg>": "", "<xml/>": "", "eleven byte": "", "twelve bytes": "",
	"<svg><script>alert(1)</script></svg>": "", "P6 512 512 255\n": "",
	"\x00\x00\x00\x20ftypheic\x00": "HEIC", "\x00\x00\x00\x20ftypmif1\x00": "HEIC", "\x00\x00\x00\x20ftyphevc\x00": "HEIC",
	"\x00\x00\x00\x20ftypavif\x00": "AVIF", "\x00\x00\x00\x20ftypavis\x00": "AVIF", "\x00\x00\x00\x18ftypcrx \x00": "a camera's raw file",
	"\x00\x00\x00\x18ftypmp42": "a video", "\x00\x00\x00\x14ftypqt  ": "a video", "\x1a\x45\xdf\xa3": "a video", "RIFF\x00\x00\x00\x00AVI LIST": "a video or sound",
	"\xff\x0a\xff": "JPEG XL", "\x00\x00\x00\x0cJXL \r\n\x87\n": "JPEG XL", "\x00\x00\x00\x0cjP  \r\n\x87\n": "JPEG 2000", "II\xbc\x01": "JPEG XR",
	"\x00\x00\x01\x00\x01\x00": "an icon", "8BPS\x00\x01": "a Photoshop file", "%PDF-1.7": "a PDF", "PK\x03\x04": "an archive", "\x1f\x8b\x08": "an archive",
	"<svg xmlns='http://www.w3.org/2000/svg'/>": "SVG", "\xef\xbb\xbf <?xml version='1.0'?><!-- a --><svg xmlns=\"http://www.w3.org/2000/svg\">": "SVG",
	"<!DOCTYPE html><p>": "a web page", "<HTML>": "a web page",
}

func TestUnsupported(t *testing.T) {
	for head, want := range heads {
		assert.Equal(t, want, unsupported([]byte(head)), "%q", head)
	}
}

// The label says PNG whatever the bytes are, and large pictures are checked like small ones.
func TestUnsupportedReferences(t *testing.T) {
	for head, want := range heads {
		for size, tail := range map[string]string{"small": "", "large": strings.Repeat("\x00", maxInMemory)} {
			if head == "" {
				continue
			}
			document := `"data:image/png;base64,` + base64.StdEncoding.EncodeToString([]byte(head+tail)) + `"`
			pictures := NewReader(func() platform.Spool { return native.NewSpool(t.Context()) })
			source, err := pictures.Read(payload.NewReader(strings.NewReader(document)))
			require.NoError(t, err)

			_, err = NewReference(source)
			require.NoError(t, pictures.Close())

			if want == "" && Sniff([]byte(head)) == "" && len(head)+len(tail) >= recognizable {
				require.ErrorIs(t, err, errUnknownFormat, "%s %q", size, head)
				continue
			}
			if want == "" {
				require.NoError(t, err, "%s %q", size, head)
				continue
			}
			var refused *fault.Error
			require.ErrorAs(t, err, &refused, "%s %q", size, head)
			assert.Equal(t, fault.InvalidRequest, refused.Code)
			assert.Equal(t, "The reference image is "+want+", which the image models do not take. Use a JPEG, PNG, BMP, TIFF, WEBP or GIF.", refused.Message)
		}
	}
}
