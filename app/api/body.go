package api

import (
	"io"
	"net/http"

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
