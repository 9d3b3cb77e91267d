package api

import (
	"net/http"
	"strconv"
	"strings"
)

// byteRange is a part of an object as a client asks for it (https://www.rfc-editor.org/rfc/rfc9110#section-14.1.2).
type byteRange struct {
	first, last int64 // of a suffix, first is -1 and last is its length; without an end, last is -1
}

// askedRange returns the part of an object with this tag that a request asks for; false for all of it. A header that is
// malformed or asks for several parts is ignored, and so is one for another version of the object.
func askedRange(r *http.Request, tag string) (byteRange, bool) {
	text, found := strings.CutPrefix(r.Header.Get("Range"), "bytes=")
	if !found || r.Method != http.MethodGet {
		return byteRange{}, false
	}
	if version := r.Header.Get("If-Range"); version != "" && version != tag {
		return byteRange{}, false
	}

	from, to, dash := strings.Cut(strings.TrimSpace(text), "-")
	first, firstOK := position(from)
	last, lastOK := position(to)
	if !dash || !firstOK || !lastOK || first < 0 && last < 0 || first >= 0 && last >= 0 && last < first {
		return byteRange{}, false
	}
	return byteRange{first, last}, true
}

// position reads a number of a range; -1 if there is none.
func position(text string) (int64, bool) {
	if text == "" {
		return -1, true
	}
	number, err := strconv.ParseUint(text, 10, 63)
	return int64(number), err == nil
}

// within returns the part of an object of a size; false if it is beyond the end.
func (b byteRange) within(size int64) (offset, length int64, ok bool) {
	switch {
	case b.first < 0:
		length = min(b.last, size)
		return size - length, length, length > 0
	case b.last < 0:
		return b.first, size - b.first, b.first < size
	}
	return b.first, min(b.last, size-1) - b.first + 1, b.first < size
}
