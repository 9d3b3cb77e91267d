package picture

import (
	"bytes"
	"fmt"
	"io"

	"github.com/addreams/addreams/app/fault"
)

// supportedLength is how many bytes checkSupported needs: a drawing may begin with comments.
const supportedLength = 4 << 10

// recognizable is how many bytes show the format of a picture. The wire contract has orders with fewer, which are accepted.
const recognizable = 12

var errUnknownFormat = fault.New(fault.InvalidRequest,
	"The reference image is in no format that the image models take. Use a JPEG, PNG, BMP, TIFF, WEBP or GIF.")

// checkSupported refuses a picture in a format that the provider's models do not take, whatever its label says. Otherwise
// the order would fail at the provider, after it was paid. Bytes of no known format are refused too, unless they are too few
// to tell. Fault: InvalidRequest.
func checkSupported(head []byte) error {
	if name := unsupported(head); name != "" {
		return fault.New(fault.InvalidRequest,
			fmt.Sprintf("The reference image is %s, which the image models do not take. Use a JPEG, PNG, BMP, TIFF, WEBP or GIF.", name))
	}
	if len(head) >= recognizable && Sniff(head) == "" {
		return errUnknownFormat
	}
	return nil
}

// readHead reads the first bytes, or all there are. What cannot be read, such as truncated base64, is left out.
func readHead(from io.Reader, length int) []byte {
	head := make([]byte, length)
	n, _ := io.ReadFull(from, head)
	return head[:n]
}

// unsupported names the format that the first bytes show, if the models do not take it. It is "" for the formats that they
// take (JPEG, PNG, BMP, TIFF, WEBP, GIF) and for those that it does not know.
func unsupported(head []byte) string {
	switch brand(head) {
	case "":
	case "avif", "avis":
		return "AVIF"
	case "heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs", "mif1", "mif2", "msf1":
		return "HEIC"
	case "crx ":
		return "a camera's raw file"
	default:
		return "a video"
	}

	for _, known := range signatures {
		if bytes.HasPrefix(head, []byte(known.magic)) {
			return known.name
		}
	}
	if bytes.HasPrefix(head, []byte("RIFF")) && len(head) >= 12 && string(head[8:12]) != "WEBP" {
		return "a video or sound"
	}
	return unsupportedMarkup(head)
}

// signatures are taken from https://www.loc.gov/preservation/digital/formats and the formats' own specifications.
var signatures = []struct{ magic, name string }{
	{"\x00\x00\x00\x0cJXL \r\n\x87\n", "JPEG XL"}, {"\xff\x0a", "JPEG XL"},
	{"\x00\x00\x00\x0cjP  \r\n\x87\n", "JPEG 2000"}, {"\xff\x4f\xff\x51", "JPEG 2000"}, {"II\xbc\x01", "JPEG XR"},
	{"\x00\x00\x01\x00\x01\x00", "an icon"}, {"8BPS", "a Photoshop file"}, {"gimp xcf", "a GIMP file"},
	{"%PDF-", "a PDF"}, {"%!PS", "PostScript"}, {"\xc5\xd0\xd3\xc6", "PostScript"},
	{"IIU\x00", "a camera's raw file"}, {"IIRO", "a camera's raw file"}, {"IIRS", "a camera's raw file"}, {"FUJIFILMCCD-RAW", "a camera's raw file"},
	{"\x8aMNG", "MNG"}, {"DDS ", "DDS"}, {"qoif", "QOI"}, {"v/1\x01", "OpenEXR"}, {"#?RADIANCE", "Radiance HDR"}, {"BPG\xfb", "BPG"},
	{"\x1a\x45\xdf\xa3", "a video"}, {"OggS", "a video or sound"}, {"ID3", "a sound"}, {"fLaC", "a sound"},
	{"PK\x03\x04", "an archive"}, {"\x1f\x8b\x08", "an archive"}, {"Rar!\x1a", "an archive"}, {"7z\xbc\xaf\x27\x1c", "an archive"},
}

// unsupportedMarkup recognizes web pages and drawings: an <svg> in SVG's namespace. Without the namespace no program reads
// it as a drawing.
func unsupportedMarkup(head []byte) string {
	text := bytes.ToLower(bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n"))
	isPage := bytes.HasPrefix(text, []byte("<!doctype html")) || bytes.HasPrefix(text, []byte("<html"))
	isMarkup := bytes.HasPrefix(text, []byte("<"))
	switch {
	case isPage:
		return "a web page"
	case isMarkup && bytes.Contains(text, []byte("<svg")) && bytes.Contains(text, []byte("http://www.w3.org/2000/svg")):
		return "SVG"
	}
	return ""
}
