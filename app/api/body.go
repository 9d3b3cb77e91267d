package api

import (
	"errors"
	"io"
	"net/http"

	"github.com/addreams/addreams/app/fault"
)

// maxBody is the longest body, in bytes, of a request that carries no picture.
const maxBody = 1 << 20

// keptPerByte is how many copies of a body's text are on the heap at a time: as received, in what is decoded or stored of it, and
// in the statement that stores it.
const keptPerByte = 3

// readBody reads a whole body of at most limit bytes. A longer one is a PayloadTooLarge, before it is read if the
// request says its length.
func readBody(r *http.Request, limit int64) ([]byte, error) {
	body, err := limitBody(r, limit)
	if err != nil {
		return nil, err
	}
	held := &infoOf(r.Context()).held
	if err := held.begin(&held.intake.bodies, held.client, r.ContentLength); err != nil {
		return nil, err
	}
	defer held.end()

	return io.ReadAll(body)
}

// limitBody returns the body for reading as it arrives, at most limit bytes. A longer one is a PayloadTooLarge: before it
// is read if the request says its length, else when the limit is passed. What is read is counted, as far as a decoder can
// keep it.
func limitBody(r *http.Request, limit int64) (*limitedBody, error) {
	if r.ContentLength > limit {
		return nil, errTooLarge()
	}
	return &limitedBody{source: r.Body, length: r.ContentLength, left: limit, held: &infoOf(r.Context()).held, counted: maxBody}, nil
}

type limitedBody struct {
	source  io.Reader
	length  int64 // -1 if not known
	left    int64
	held    *hold
	counted int64 // bytes that are still to be counted: of no body is more kept on the heap
}

// Len returns how many bytes come at most, as far as is known at the beginning.
func (b *limitedBody) Len() int {
	if b.length >= 0 {
		return int(b.length)
	}
	return int(b.left)
}

func (b *limitedBody) Read(p []byte) (int, error) {
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.source.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, errTooLarge()
	}

	if b.held.givesWay.Load() {
		return 0, errBusy
	}
	if n := min(int64(n), b.counted); n > 0 {
		b.counted -= n
		if err := b.held.grow(keptPerByte * n); err != nil {
			return 0, err
		}
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = unreadable(err)
	}
	return n, err
}

func errTooLarge() error {
	return fault.New(fault.PayloadTooLarge, "The request body is too large.")
}
