package studio

import (
	"bytes"
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

// Reference is the picture that an order starts from: an http(s) URL, or the picture itself as a data URL.
type Reference struct {
	picture
	data      *dataURL // nil for an http(s) URL
	mediaType string   // that the bytes of a data URL show; "" for none that is known

	uses atomic.Int32 // who has still to read the picture
	free func()       // called when nobody has any more
}

// use notes somebody who will read the picture, and done one who has.
func (r *Reference) use() { r.uses.Add(1) }

func (r *Reference) done() {
	if r.uses.Add(-1) == 0 && r.free != nil {
		r.free()
	}
}

// reference settles which picture counts, and whether it may.
func (in *input) reference() (*Reference, error) {
	images := addDistinct(nil, in.referenceImage)
	for _, image := range in.message.images {
		images = addDistinct(images, image)
	}
	switch len(images) {
	case 0:
		return nil, invalid("referenceImageUrl is required.")
	case 1:
		return newReference(images[0])
	}
	return nil, invalid("Exactly one reference image is supported.")
}

func newReference(image picture) (*Reference, error) {
	switch {
	case image.refusal != nil:
		return nil, image.refusal
	case image.long != nil:
		return newPicture(&Reference{picture: image, data: &image.long.dataURL})
	}
	if data := inspect(image.text); data.sound {
		return newPicture(&Reference{picture: image, data: &data})
	}
	if !isWebURL(image.text) {
		return nil, errNoPicture
	}
	if len(image.text) > maxReferenceURL {
		return nil, fault.New(fault.PayloadTooLarge, fmt.Sprintf("referenceImageUrl is longer than %d bytes. Use a shorter URL.", maxReferenceURL))
	}
	return &Reference{picture: image}, nil
}

// maxReferenceURL is the longest http(s) URL of a picture, in bytes: no server takes a longer one.
const maxReferenceURL = 8 << 10

// newPicture looks at the bytes of a data URL, which may be labelled as anything.
func newPicture(reference *Reference) (*Reference, error) {
	head := readHead(reference.open(), unfitLength)
	if err := checkFit(head); err != nil {
		return nil, err
	}
	reference.mediaType = sniff(head)
	return reference, nil
}

func isWebURL(text string) bool {
	_, ok := whatwg.Parse(text)
	return ok
}

// Quoted returns the text of the reference as a JSON string, and its length in bytes. Each call reads from the
// beginning.
func (r *Reference) Quoted() (io.Reader, int64) {
	if r.long != nil { // nothing in it needs an escape
		text := &watchedReader{source: r.long.spool.Open(), end: sync.OnceFunc(r.done)}
		return io.MultiReader(strings.NewReader(`"`), text, strings.NewReader(`"`)), r.long.spool.Len() + 2
	}
	quoted := js.AppendString(nil, r.text)
	return bytes.NewReader(quoted), int64(len(quoted))
}

// watchedReader tells when its source has come to its end.
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

// open reads the picture itself, of a data URL.
func (r *Reference) open() io.Reader {
	if r.long != nil {
		return decoded(r.long.spool.Open())
	}
	return decoded(strings.NewReader(r.text))
}

// extension is that of the object that keeps the picture.
func (r *Reference) extension() string {
	if known := extensionOf(r.mediaType); known != "" {
		return known
	}
	return "bin"
}
