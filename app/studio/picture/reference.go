package picture

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/addreams/addreams/app/fault"
	"github.com/addreams/addreams/app/js"
	"github.com/addreams/addreams/app/whatwg"
)

// maxURL is the longest http(s) URL of a picture, in bytes. No server takes a longer one.
const maxURL = 8 << 10

// Reference is the picture that an order starts from: an http(s) URL, or the picture itself in a data URL.
type Reference struct {
	source    Source
	data      *dataURL // nil for an http(s) URL
	mediaType string   // as the bytes of a data URL show; "" if they show none that is known
	address   string   // from which the picture was fetched; "" if it was sent

	readers atomic.Int32 // that have not read the picture yet
	free    func()       // called when there are none left; nil to leave it to the Reader's Close
}

// NewReference checks a source. Faults: InvalidRequest, PayloadTooLarge.
func NewReference(source Source) (*Reference, error) {
	switch {
	case source.refusal != nil:
		return nil, source.refusal
	case source.long != nil:
		return newEmbedded(source, &source.long.dataURL)
	}

	if data := inspect(source.text); data.valid {
		return newEmbedded(source, &data)
	}
	if !isWebURL(source.text) {
		return nil, errNoPicture
	}
	if len(source.text) > maxURL {
		return nil, fault.New(fault.PayloadTooLarge, fmt.Sprintf("referenceImageUrl is longer than %d bytes. Use a shorter URL.", maxURL))
	}
	return &Reference{source: source}, nil
}

// newEmbedded checks the bytes of a data URL, whatever its label says.
func newEmbedded(source Source, data *dataURL) (*Reference, error) {
	reference := &Reference{source: source, data: data}
	head := readHead(reference.Open(), supportedLength)
	if err := checkSupported(head); err != nil {
		return nil, err
	}
	reference.mediaType = Sniff(head)
	return reference, nil
}

func isWebURL(text string) bool {
	_, ok := whatwg.Parse(text)
	return ok
}

// Embedded reports whether the reference holds the picture itself, not the URL of one.
func (r *Reference) Embedded() bool { return r.data != nil }

// Large reports whether the picture is in a spool.
func (r *Reference) Large() bool { return r.source.long != nil }

// Text is the URL as sent, without surrounding white space; "" if what was sent is a picture in a spool.
func (r *Reference) Text() string { return cmp.Or(r.address, r.source.text) }

// Dimensions returns width and height of an embedded picture, in pixels. It reports false for what is not a picture in one of
// the formats that the models take.
func (r *Reference) Dimensions() (width, height int, ok bool) { return measure(r.Open()) }

// Size is the length of an embedded picture in bytes.
func (r *Reference) Size() int64 { return r.data.size() }

// ContentType is the media type under which an embedded picture is stored. Of an unknown format it is one that a browser
// downloads and never runs.
func (r *Reference) ContentType() string {
	if r.mediaType == "" {
		return "application/octet-stream"
	}
	return r.mediaType
}

// Extension is the file name extension of an embedded picture, without the dot.
func (r *Reference) Extension() string { return Extension(r.mediaType) }

// Open reads the bytes of an embedded picture from their beginning.
func (r *Reference) Open() io.Reader {
	if r.Large() {
		return decoded(r.source.long.spool.Open())
	}
	return decoded(strings.NewReader(r.source.text))
}

// Quoted returns the text of the reference as a JSON string, and its length in bytes. Each call reads from the beginning.
func (r *Reference) Quoted() (io.Reader, int64) {
	if !r.Large() {
		quoted := js.AppendString(nil, r.source.text)
		return bytes.NewReader(quoted), int64(len(quoted))
	}

	spool := r.source.long.spool // nothing in it needs an escape
	text := &watchedReader{source: spool.Open(), end: sync.OnceFunc(r.Release)}
	return io.MultiReader(strings.NewReader(`"`), text, strings.NewReader(`"`)), spool.Len() + 2
}

// FreeWhenRead closes the request's pictures as soon as Quoted of each large one has been read to its end and every Hold was
// released. A provider takes long to answer, and needs the pictures no more by then.
func FreeWhenRead(pictures io.Closer, references []*Reference) {
	var waiting atomic.Int32
	for _, reference := range references {
		if reference.Large() {
			waiting.Add(1)
			reference.Hold() // until Quoted is read
			reference.free = func() {
				if waiting.Add(-1) == 0 {
					_ = pictures.Close()
				}
			}
		}
	}
}

// Hold keeps the picture for one more reader until Release.
func (r *Reference) Hold() { r.readers.Add(1) }

// Release ends a Hold.
func (r *Reference) Release() {
	if r.readers.Add(-1) == 0 && r.free != nil {
		r.free()
	}
}

// watchedReader calls end when its source is exhausted.
type watchedReader struct {
	source io.Reader
	end    func()
}

func (r *watchedReader) Read(p []byte) (int, error) {
	n, err := r.source.Read(p)
	if errors.Is(err, io.EOF) {
		r.end()
	}
	return n, err
}
