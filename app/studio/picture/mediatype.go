package picture

import "bytes"

// SniffLength is how many bytes Sniff needs.
const SniffLength = 512

// Sniff returns the media type of a picture by its first bytes, as
// https://mimesniff.spec.whatwg.org/#matching-an-image-type-pattern does, with AVIF and TIFF added; "" for anything else.
// It knows only formats that cannot contain a script.
func Sniff(head []byte) string {
	switch {
	case bytes.HasPrefix(head, []byte("\x89PNG\r\n\x1a\n")):
		return "image/png"
	case bytes.HasPrefix(head, []byte("\xff\xd8\xff")):
		return "image/jpeg"
	case bytes.HasPrefix(head, []byte("GIF87a")), bytes.HasPrefix(head, []byte("GIF89a")):
		return "image/gif"
	case bytes.HasPrefix(head, []byte("BM")):
		return "image/bmp"
	case bytes.HasPrefix(head, []byte("II*\x00")), bytes.HasPrefix(head, []byte("MM\x00*")):
		return "image/tiff"
	case len(head) >= 14 && string(head[:4]) == "RIFF" && string(head[8:14]) == "WEBPVP":
		return "image/webp"
	case brand(head) == "avif", brand(head) == "avis":
		return "image/avif"
	}
	return ""
}

// SniffVideo returns the media type of a video by its first bytes; "" for anything but an MP4.
func SniffVideo(head []byte) string {
	switch brand(head) {
	case "isom", "iso2", "iso4", "iso5", "iso6", "mp41", "mp42", "avc1", "M4V ", "dash":
		return "video/mp4"
	}
	return ""
}

// Extension returns the file name extension for a media type, without the dot; "bin" for one that neither Sniff nor SniffVideo returns.
func Extension(mediaType string) string {
	switch mediaType {
	case "image/jpeg":
		return "jpg"
	case "image/tiff":
		return "tif"
	case "video/mp4":
		return "mp4"
	case "image/png", "image/gif", "image/bmp", "image/webp", "image/avif":
		return mediaType[len("image/"):]
	}
	return "bin"
}

// Extensions lists what Extension returns.
func Extensions() []string {
	return []string{"png", "jpg", "gif", "bmp", "tif", "webp", "avif", "mp4", "bin"}
}

// brand returns the major brand of a file in ISO's base media format, which HEIC, AVIF and MP4 use; "" for another format.
func brand(head []byte) string {
	if len(head) < 12 || string(head[4:8]) != "ftyp" {
		return ""
	}
	return string(head[8:12])
}
