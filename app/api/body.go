package api

import (
	"io"
	"net/http"
	"unicode/utf8"

	"github.com/addreams/addreams/app/fault"
)

// maxBody is the longest body, in bytes, of a request that carries no picture.
const maxBody = 1 << 20

// readBody reads a whole body of at most limit bytes. A longer one is a PayloadTooLarge, before it is read if the
// request says its length.
func readBody(r *http.Request, limit int64) ([]byte, error) {
	if r.ContentLength > limit {
		return nil, errTooLarge()
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, limit+1))
	if err != nil {
		return nil, fault.Wrap(fault.InvalidRequest, "The request body could not be read.", err)
	}
	if int64(len(body)) > limit {
		return nil, errTooLarge()
	}
	return body, nil
}

// textLength is how long a body is once it is text: each byte that is no UTF-8 becomes the three of U+FFFD.
func textLength(body []byte) int {
	length := len(body)
	if utf8.Valid(body) {
		return length
	}
	for len(body) > 0 {
		r, size := utf8.DecodeRune(body)
		if r == utf8.RuneError && size == 1 {
			length += len("\ufffd") - 1
		}
		body = body[size:]
	}
	return length
}
