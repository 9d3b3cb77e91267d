package studio

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// SizeRule is which sizes, width*height in pixels, a model takes. The first of its parts that is set counts; the zero value
// passes every size on.
type SizeRule struct {
	None      bool     // the model chooses
	Values    []string // one of these
	MinSide   int      // each side, together with MaxSide
	MaxSide   int
	MinPixels int // width times height, together with MaxPixels
	MaxPixels int
	MaxRatio  int      // of the longer side to the shorter; 0 for any
	Words     []string // sizes in words, beside those in pixels
}

// maxSize is the longest size, in bytes. It is stored as it was sent.
const maxSize = 64

// check returns the size as the model takes it. Fault: InvalidRequest.
func (r SizeRule) check(size, model string) (string, error) {
	switch {
	case size == "":
		return "", nil
	case len(size) > maxSize:
		return "", invalid("parameters.size is too long.")
	case r.None:
		return "", invalid("parameters.size is not supported by " + model + ", which chooses the size itself.")
	case r.Values != nil:
		return oneOfSizes(size, r.Values)
	case slices.Contains(r.Words, size):
		return size, nil
	case r.MaxSide > 0 && !withinSides(size, r.MinSide, r.MaxSide):
		return "", invalid(fmt.Sprintf("parameters.size must match width*height with both values between %d and %d.", r.MinSide, r.MaxSide))
	case r.MaxPixels > 0 && !r.withinPixels(size):
		return "", invalid(r.pixelsMessage())
	}
	return size, nil
}

// renamed are sizes that the frontend offers although the provider never had them.
var renamed = map[string]string{"1472*1140": "1472*1104", "1140*1472": "1104*1472"}

func oneOfSizes(size string, values []string) (string, error) {
	if known := renamed[size]; known != "" && slices.Contains(values, known) {
		return known, nil
	}
	if !slices.Contains(values, size) {
		return "", invalid("parameters.size must be one of: " + strings.Join(values, ", ") + ".")
	}
	return size, nil
}

// withinSides reports whether a size is digits*digits with both numbers between the limits. Leading zeros are allowed.
func withinSides(size string, least, most int) bool {
	width, height, ok := parseSize(size)
	return ok && min(width, height) >= least && max(width, height) <= most
}

func (r SizeRule) withinPixels(size string) bool {
	width, height, ok := parseSize(size)
	if !ok || width == 0 || height == 0 || width > r.MaxPixels || height > r.MaxPixels {
		return false
	}
	pixels := width * height
	return pixels >= r.MinPixels && pixels <= r.MaxPixels && (r.MaxRatio == 0 || max(width, height) <= min(width, height)*r.MaxRatio)
}

func (r SizeRule) pixelsMessage() string {
	message := fmt.Sprintf("parameters.size must match width*height with %d to %d pixels in total", r.MinPixels, r.MaxPixels)
	if r.MaxRatio > 0 {
		message += fmt.Sprintf(", and sides that differ by at most %d:1", r.MaxRatio)
	}
	if len(r.Words) > 0 {
		message += ", or be one of: " + strings.Join(r.Words, ", ")
	}
	return message + "."
}

// parseSize reads digits*digits.
func parseSize(size string) (width, height int, ok bool) {
	first, second, found := strings.Cut(size, "*")
	if !found || !isDigits(first) || !isDigits(second) {
		return 0, 0, false
	}
	width, errWidth := strconv.Atoi(first)
	height, errHeight := strconv.Atoi(second)
	return width, height, errWidth == nil && errHeight == nil
}

func isDigits(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}
