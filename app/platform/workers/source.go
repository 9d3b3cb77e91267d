//go:build js && wasm

package workers

import (
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/addreams/addreams/app/platform/workers/internal/wire"
)

// source is a body on its way from the program to the host.
type source struct {
	kind   byte
	inline []byte
	body   *Body
	pipe   *pipe
	rest   io.Reader // what goes through the pipe
}

// newSource finds the cheapest way for a body of size bytes, or -1 if unknown: a handle if the host holds the body, inline
// if it is short, and a pipe otherwise.
func newSource(ctx context.Context, m *mailbox, body io.Reader, size int64) (source, error) {
	if body == nil {
		return source{kind: bodyNone}, nil
	}
	if held, ok := body.(*Body); ok && held.handOver(m) {
		return source{kind: bodyHandle, body: held}, nil
	}

	room := int64(maxInline)
	if size >= 0 {
		room = min(room, size)
	}
	head := make([]byte, room+1) // one byte more, to notice the end
	n, err := io.ReadFull(body, head)
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return source{kind: bodyInline, inline: head[:n]}, nil
	case err != nil:
		return source{}, err
	}
	return source{kind: bodyPipe, pipe: newPipe(ctx, m, size), rest: io.MultiReader(bytes.NewReader(head), body)}, nil
}

func (s source) encode(e *wire.Encoder) {
	e.Byte(s.kind)
	switch s.kind {
	case bodyInline:
		e.Bytes(s.inline)
	case bodyHandle:
		e.Count(int(s.body.handle))
	case bodyPipe:
		e.Count(int(s.pipe.handle))
		e.Number(float64(s.pipe.length))
	}
}

// pump sends the body while the operation that takes it is running. If the body fails, so does the operation, and failed
// receives the reason, which is reported instead of the host's. pump ends when the other end is closed.
func (s source) pump(failed chan<- error) {
	buffer := make([]byte, maxChunk)
	for {
		n, err := io.ReadFull(s.rest, buffer)
		if n > 0 {
			if _, err := s.pipe.Write(buffer[:n]); err != nil {
				return
			}
		}
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			s.pipe.end("")
			return
		case err != nil:
			failed <- err
			s.pipe.end("the body could not be read")
			return
		}
	}
}

// ask posts an operation that takes the source, and sends the body meanwhile.
func (s source) ask(ctx context.Context, m *mailbox, kind kind, payload []byte) ([]byte, error) {
	failed := make(chan error, 1)
	if s.kind == bodyPipe {
		go s.pump(failed)
	}
	answer, _, err := m.ask(ctx, kind, payload, nil)
	if err != nil {
		select {
		case reason := <-failed:
			err = reason
		default:
		}
	}

	return answer, err
}
