package api

import (
	"errors"
	"io"
	"net/http"

	"github.com/addreams/addreams/app/fault"
)

// limitBody returns the body for reading as it arrives, at most limit bytes. A longer one is a PayloadTooLarge: before it
// is read if the request says its length, else when the limit is passed.
func limitBody(r *http.Request, limit int64) (io.Reader, error) {
	if r.ContentLength > limit {
		return nil, errTooLarge()
	}
	return &limitedBody{source: r.Body, left: limit}, nil
}

type limitedBody struct {
	source io.Reader
	left   int64
}

func (b *limitedBody) Read(p []byte) (int, error) {
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.source.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, errTooLarge()
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = fault.Wrap(fault.InvalidRequest, "The request body could not be read.", err)
	}
	return n, err
}

func errTooLarge() error {
	return fault.New(fault.PayloadTooLarge, "The request body is too large.")
}
