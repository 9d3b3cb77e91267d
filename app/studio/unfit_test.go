package studio

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/fault"
)

// heads are beginnings of files, with the name by which an order with one is refused; "" for what the models take, and for what
// nobody knows.
var heads = map[string]string{
	"\x89PNG\r\n\x1a\n": "", "\xff\xd8\xff\xe1": "", "GIF89a": "", "BM\x36": "", "II*\x00\x08": "", "MM\x00*": "", "RIFF\x00\x00\x00\x00WEBPVP8L": "",
	"": "", "\x00": "", "\x00\x00\x00\x00\x00\x00": "", "not a picture": "", "<svg>": "", "<xml/>": "",
	"\x00\x00\x00\x20ftypheic\x00": "HEIC", "\x00\x00\x00\x20ftypmif1\x00": "HEIC", "\x00\x00\x00\x20ftyphevc\x00": "HEIC",
	"\x00\x00\x00\x20ftypavif\x00": "AVIF", "\x00\x00\x00\x20ftypavis\x00": "AVIF", "\x00\x00\x00\x18ftypcrx \x00": "a camera's raw file",
	"\x00\x00\x00\x18ftypmp42": "a video", "\x00\x00\x00\x14ftypqt  ": "a video", "\x1a\x45\xdf\xa3": "a video", "RIFF\x00\x00\x00\x00AVI LIST": "a video or sound",
	"\xff\x0a\xff": "JPEG XL", "\x00\x00\x00\x0cJXL \r\n\x87\n": "JPEG XL", "\x00\x00\x00\x0cjP  \r\n\x87\n": "JPEG 2000", "II\xbc\x01": "JPEG XR",
	"\x00\x00\x01\x00\x01\x00": "an icon", "8BPS\x00\x01": "a Photoshop file", "%PDF-1.7": "a PDF", "PK\x03\x04": "an archive", "\x1f\x8b\x08": "an archive",
	"<svg xmlns='http://www.w3.org/2000/svg'/>": "SVG", "\xef\xbb\xbf <?xml version='1.0'?><!-- a --><svg xmlns=\"http://www.w3.org/2000/svg\">": "SVG",
	"<!DOCTYPE html><p>": "a web page", "<HTML>": "a web page",
}

func TestUnfit(t *testing.T) {
	for head, want := range heads {
		assert.Equal(t, want, unfit([]byte(head)), "%q", head)
	}
}

// The label says PNG, whatever the bytes are; and a large picture is not looked at otherwise than a small one.
func TestUnfitReferences(t *testing.T) {
	for head, want := range heads {
		for name, tail := range map[string]string{"small": "", "large": strings.Repeat("\x00", shortPicture)} {
			if head == "" {
				continue
			}
			_, err := parseReference(t, clientBody("data:image/png;base64,"+base64.StdEncoding.EncodeToString([]byte(head+tail))))
			if want == "" {
				require.NoError(t, err, "%s %q", name, head)
				continue
			}
			var refused *fault.Error
			require.ErrorAs(t, err, &refused, "%s %q", name, head)
			assert.Equal(t, fault.InvalidRequest, refused.Code)
			assert.Equal(t, "The reference image is "+want+", which the image models do not take. Use a JPEG, PNG, BMP, TIFF, WEBP or GIF.", refused.Message)
		}
	}
}
