package studio

import (
	"slices"
	"strconv"
	"strings"
)

const textSizes = "1664*928, 1472*1104, 1328*1328, 1104*1472, 928*1664"

// textSize checks a size of image-from-text. The frontend still offers a size that the provider never had.
func textSize(size string) (string, error) {
	switch size {
	case "1472*1140":
		return "1472*1104", nil
	case "1140*1472":
		return "1104*1472", nil
	}
	if size != "" && !slices.Contains(strings.Split(textSizes, ", "), size) {
		return "", invalid("parameters.size must be one of: " + textSizes + ".")
	}
	return size, nil
}

// maxSize is the longest size, in bytes. It is stored as it was sent.
const maxSize = 64

// isReferenceSize reports whether a size of image-from-reference is valid: none, or digits*digits with both numbers from
// 512 to 2048. Leading zeros are allowed.
func isReferenceSize(size string) bool {
	if size == "" {
		return true
	}
	if len(size) > maxSize {
		return false
	}
	width, height, found := strings.Cut(size, "*")
	return found && isReferenceSide(width) && isReferenceSide(height)
}

func isReferenceSide(side string) bool {
	for _, char := range side {
		if char < '0' || char > '9' {
			return false
		}
	}
	pixels, err := strconv.Atoi(side)
	return err == nil && pixels >= 512 && pixels <= 2048
}
