package picture

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"

	"github.com/addreams/addreams/app/studio/payload"
)

// ErrInterrupted is returned by Embed if the picture could not be read to its end.
var ErrInterrupted = errors.New("picture: it could not be read to its end")

// Embed reads a picture that was fetched from an address, and returns it as one that was sent in a data URL. Faults:
// InvalidRequest, PayloadTooLarge; and those of the spools.
func (r *Reader) Embed(address string, content io.Reader) (*Reference, error) {
	w := &sourceWriter{reader: r}
	if _, err := w.Write([]byte(plainHeader)); err != nil {
		return nil, err
	}
	encoder := base64.NewEncoder(base64.StdEncoding, w)
	watched := &payload.Watched{Source: io.LimitReader(content, maxSize+1)}
	_, err := io.Copy(encoder, watched)
	if watched.Failure != nil {
		return nil, fmt.Errorf("%w: %w", ErrInterrupted, watched.Failure)
	}
	if err := errors.Join(err, encoder.Close()); err != nil {
		return nil, err
	}

	source, err := w.source()
	if err != nil {
		return nil, err
	}
	reference, err := NewReference(source)
	if err != nil {
		return nil, err
	}
	reference.address = address
	return reference, nil
}

// plainHeader is the header of a data URL whose bytes tell what they are. No provider is known to mind the label.
const plainHeader = "data:image/png;base64,"

// ReadImage reads the next value of a document, which must be a string: the URL of an image, a data URL, or base64 without a
// header. A *fault.Error is about the image; any other error is one of the document or of a spool, and ends the reading.
func (r *Reader) ReadImage(document *payload.Reader) (*Reference, error) {
	w := &headerWriter{sink: sourceWriter{reader: r}}
	if err := document.CopyText(w); err != nil {
		return nil, err
	}
	if err := w.flush(); err != nil {
		return nil, err
	}
	source, err := w.sink.source()
	if err != nil {
		return nil, err
	}
	if source.Blank() {
		return nil, errNoPicture
	}

	return NewReference(source)
}

// headerWriter puts plainHeader before a text that has no scheme.
type headerWriter struct {
	sink  sourceWriter
	begun bool
	held  []byte // of the beginning, until it is long enough to tell
}

func (w *headerWriter) Write(text []byte) (int, error) {
	if w.begun {
		return w.sink.Write(text)
	}
	w.held = append(w.held, text...)
	if len(w.held) < maxHeader && len(bytes.TrimLeft(w.held, " \t\r\n")) < len("https:") {
		return len(text), nil
	}
	return len(text), w.flush()
}

func (w *headerWriter) flush() error {
	if w.begun {
		return nil
	}

	w.begun = true
	start := bytes.ToLower(bytes.TrimLeft(w.held[:min(len(w.held), maxHeader)], " \t\r\n"))
	known := len(start) == 0
	for _, scheme := range []string{"https:", "http:", "data:"} {
		known = known || bytes.HasPrefix(start, []byte(scheme))
	}
	if !known {
		if _, err := w.sink.Write([]byte(plainHeader)); err != nil {
			return err
		}
	}
	_, err := w.sink.Write(w.held)
	w.held = nil
	return err
}
