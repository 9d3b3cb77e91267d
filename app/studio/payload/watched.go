package payload

import (
	"errors"
	"io"
)

// Watched is a body that keeps the error with which it broke off, to tell it from a body that is malformed.
type Watched struct {
	Source  io.Reader
	Failure error // nil if the body has ended, or has not been read to its end
}

func (w *Watched) Read(p []byte) (int, error) {
	n, err := w.Source.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		w.Failure = err
	}
	return n, err
}
