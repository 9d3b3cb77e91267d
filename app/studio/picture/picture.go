// Package picture reads the reference pictures of an order: it distinguishes URLs from pictures in data URLs, keeps a photo of ten
// megabytes out of the heap, and recognizes file formats by their first bytes. It owns what a picture may be; it knows
// nothing of the other fields of an order, of providers or of where pictures are stored.
package picture

import (
	"errors"
	"sync"

	"github.com/addreams/addreams/app/fault"
	"github.com/addreams/addreams/app/js"
	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/studio/payload"
)

// maxInMemory is the longest text of a picture, in bytes, that stays in memory.
const maxInMemory = 64 << 10

// Source is a string that names a picture: a URL of any kind, not yet checked. Sources compare equal if they name the same
// picture, or if they are long and refused for the same reason.
type Source struct {
	text    string        // of a short one, trimmed
	long    *spooledImage // of a long one
	refusal error         // of a long one that was not kept
}

// Blank reports whether there is no picture.
func (s Source) Blank() bool { return s == Source{} }

// spooledImage is a long data URL without white space, which has no meaning there.
type spooledImage struct {
	dataURL
	spool platform.Spool
}

// ErrTooLarge is the refusal of a picture that the provider would not take.
var ErrTooLarge = fault.New(fault.PayloadTooLarge, "The reference image is larger than 10 MB. Choose a smaller one.")

var errNoPicture = fault.New(fault.InvalidRequest, "referenceImageUrl must be an http(s) URL or Base64 data URL.")

// Reader reads the pictures of one request. A long one is written to a spool as it arrives, and only once, although the
// frontend sends it twice.
type Reader struct {
	open  func() platform.Spool
	first *spooledImage
	mutex sync.Mutex
	all   []platform.Spool
}

// NewReader returns a reader that writes long pictures to spools made by open. Close frees them.
func NewReader(open func() platform.Spool) *Reader { return &Reader{open: open} }

// Close frees all spools. It may be called more than once.
func (r *Reader) Close() error {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	var errs []error
	for _, spool := range r.all {
		errs = append(errs, spool.Close())
	}
	r.all = nil
	return errors.Join(errs...)
}

func (r *Reader) newSpool() platform.Spool {
	spool := r.open()
	r.all = append(r.all, spool)
	return spool
}

// Read reads the next value of a document, which must be a string.
func (r *Reader) Read(document *payload.Reader) (Source, error) {
	w := &sourceWriter{reader: r}
	if err := document.CopyText(w); err != nil {
		return Source{}, err
	}
	return w.source()
}

// sourceWriter receives the text of one picture, and keeps it in memory or in a spool depending on its length.
type sourceWriter struct {
	reader *Reader
	short  []byte
	long   *scanner
	dedup  dedupWriter
}

func (w *sourceWriter) Write(text []byte) (int, error) {
	if w.long != nil {
		return w.long.Write(text)
	}
	if len(w.short)+len(text) <= maxInMemory {
		w.short = append(w.short, text...)
		return len(text), nil
	}

	w.dedup = dedupWriter{open: w.reader.newSpool}
	if w.reader.first != nil {
		w.dedup.earlier = w.reader.first.spool
	}
	w.long = &scanner{sink: &w.dedup}
	if _, err := w.long.Write(w.short); err != nil {
		return 0, err
	}
	w.short = nil
	return w.long.Write(text)
}

// source returns what was written.
func (w *sourceWriter) source() (Source, error) {
	if w.long == nil {
		return Source{text: js.Trim(string(w.short))}, nil
	}

	data := w.long.dataURL()
	switch {
	case !data.valid:
		return Source{refusal: errNoPicture}, nil
	case data.tooLarge():
		return Source{refusal: ErrTooLarge}, nil
	}
	spool, err := w.dedup.spool()
	if err != nil {
		return Source{}, err
	}

	image := &spooledImage{dataURL: data, spool: spool}
	if w.reader.first == nil {
		w.reader.first = image
	}
	if first := w.reader.first; first.spool == spool {
		return Source{long: first}, nil
	}
	return Source{long: image}, nil
}
