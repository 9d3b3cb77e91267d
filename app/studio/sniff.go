package studio

import "bytes"

// sniffLength is how many bytes sniff needs to see.
const sniffLength = 512

// sniff tells the media type of a picture by its first bytes, as https://mimesniff.spec.whatwg.org/#matching-an-image-type-pattern
// does, with AVIF; "" for anything else. Only pictures that cannot hold a script are known.
func sniff(head []byte) string {
	switch {
	case bytes.HasPrefix(head, []byte("\x89PNG\r\n\x1a\n")):
		return "image/png"
	case bytes.HasPrefix(head, []byte("\xff\xd8\xff")):
		return "image/jpeg"
	case bytes.HasPrefix(head, []byte("GIF87a")), bytes.HasPrefix(head, []byte("GIF89a")):
		return "image/gif"
	case len(head) >= 14 && string(head[:4]) == "RIFF" && string(head[8:14]) == "WEBPVP":
		return "image/webp"
	case len(head) >= 12 && string(head[4:8]) == "ftyp" && (string(head[8:12]) == "avif" || string(head[8:12]) == "avis"):
		return "image/avif"
	}
	return ""
}

// extensionOf is the extension of a picture's key by its media type; "" for a type that is none of a picture.
func extensionOf(mediaType string) string {
	switch mediaType {
	case "image/png":
		return "png"
	case "image/jpeg", "image/jpg":
		return "jpg"
	case "image/webp":
		return "webp"
	case "image/gif":
		return "gif"
	case "image/avif":
		return "avif"
	}
	return ""
}
