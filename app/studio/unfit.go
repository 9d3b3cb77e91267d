package studio

import (
	"bytes"
	"fmt"
	"io"
)

// unfitLength is how many bytes unfit needs to see: a drawing may begin with comments.
const unfitLength = 4 << 10

// checkFit refuses a picture that the provider's models can't take, whatever it is called: otherwise the order would fail
// there, after it was paid. What is not known passes. Fault: InvalidRequest.
func checkFit(head []byte) error {
	if name := unfit(head); name != "" {
		return invalid(fmt.Sprintf("The reference image is %s, which the image models do not take. Use a JPEG, PNG, BMP, TIFF, WEBP or GIF.", name))
	}
	return nil
}

// readHead reads the first bytes, or all there are. What can't be read, as base64 that breaks off, is not known either.
func readHead(from io.Reader, length int) []byte {
	head := make([]byte, length)
	n, _ := io.ReadFull(from, head)
	return head[:n]
}

// unfit names what the first bytes show to be none of the pictures that the models take: JPEG, PNG, BMP, TIFF, WEBP, GIF. It is
// "" for these, and for what it does not know.
func unfit(head []byte) string {
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
	return unfitMarkup(head)
}

// signatures are of https://www.loc.gov/preservation/digital/formats and the formats' own specifications.
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

// unfitMarkup knows pages, and drawings: an <svg> of SVG's namespace. Without that it is no drawing to any program.
func unfitMarkup(head []byte) string {
	lower := bytes.ToLower(bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n"))
	switch {
	case bytes.HasPrefix(lower, []byte("<!doctype html")), bytes.HasPrefix(lower, []byte("<html")):
		return "a web page"
	case bytes.HasPrefix(lower, []byte("<")) && bytes.Contains(lower, []byte("<svg")) && bytes.Contains(lower, []byte("http://www.w3.org/2000/svg")):
		return "SVG"
	}
	return ""
}
