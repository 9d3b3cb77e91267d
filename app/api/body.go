package api

import (
	"errors"
	"io"
	"net/http"
)

// maxBody is the longest body, in bytes, of a request that carries no picture.
const maxBody = 1 << 20

// readBody reads a whole body of at most limit bytes. A longer one is a PayloadTooLarge, before it is read if the
// request says its length. What it takes is counted, twice: once for what is decoded from it.
func readBody(r *http.Request, limit int64) ([]byte, error) {
	if r.ContentLength > limit {
		return nil, errTooLarge()
	}
	held := &infoOf(r.Context()).held
	if err := held.begin(&held.intake.bodies, held.client, r.ContentLength); err != nil {
		return nil, err
	}
	defer held.end()

	var body []byte
	for {
		if len(body) == cap(body) {
			room := nextRoom(int64(cap(body)), r.ContentLength, limit+1)
			if err := held.grow(2 * (room - int64(cap(body)))); err != nil {
				return nil, err
			}
			body = append(make([]byte, 0, room), body...)
		}
		n, err := r.Body.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		switch {
		case int64(len(body)) > limit:
			return nil, errTooLarge()
		case errors.Is(err, io.EOF):
			return body, nil
		case err != nil:
			return nil, unreadable(err)
		}
	}
}

// firstRoom is what a body gets before any of it has come, in bytes. It gets more as it fills what it has: one that is
// announced and never sent holds little.
const firstRoom = 4 << 10

// nextRoom is what a body gets next, up to most. One of known length gets one byte more, to meet its end in.
func nextRoom(now, length, most int64) int64 {
	next := max(2*now, firstRoom)
	if length >= 0 && length < next && now <= length {
		next = length + 1
	}
	return min(next, most)
}
