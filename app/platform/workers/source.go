//go:build js && wasm

package workers

import (
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
	rest   io.Reader // goes through the pipe
}

// newSource finds the cheapest way for a body of size bytes, or -1 if not known: a handle if the host holds it, inline if
// it is short, else through a pipe.
func newSource(ctx context.Context, m *mailbox, body io.Reader, size int64) (source, error) {
	if body == nil {
		return source{kind: bodyNone}, nil
	}
	if held, ok := body.(*Body); ok && held.give(m) {
		return source{kind: bodyHandle, body: held}, nil
	}
	room := int64(maxInline)
	if size >= 0 {
		room = min(room, size)
	}
	head := make([]byte, room+1) // one more, to meet the end
	n, err := io.ReadFull(body, head)
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return source{kind: bodyInline, inline: head[:n]}, nil
	case err != nil:
		return source{}, err
	}
	rest := io.MultiReader(&chunk{head}, body)
	return source{kind: bodyPipe, pipe: newPipe(m, ctx, size), rest: rest}, nil
}

// chunk reads bytes that are there.
type chunk struct{ left []byte }

func (c *chunk) Read(p []byte) (int, error) {
	n := copy(p, c.left)
	if c.left = c.left[n:]; n == 0 {
		return 0, io.EOF
	}
	return n, nil
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

// pump sends the body beside the operation that takes it. If the body fails, so does the operation, and failed gets the
// reason, which is to be reported in place of the host's. It ends when the other end is closed.
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

// carry asks for an operation that takes the source, and pumps meanwhile.
func (s source) carry(ctx context.Context, m *mailbox, kind kind, payload []byte) ([]byte, error) {
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
