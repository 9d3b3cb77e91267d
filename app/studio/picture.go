package studio

import (
	"errors"
	"sync"

	"github.com/addreams/addreams/app/fault"
	"github.com/addreams/addreams/app/js"
	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/studio/payload"
)

// shortPicture is the longest picture, in bytes of its text, that stays in memory.
const shortPicture = 64 << 10

// picture is a string that names a picture: a URL of any kind, not yet checked. Equal pictures compare equal, and so do
// long ones that can't be taken for the same reason.
type picture struct {
	text    string  // of a short one, trimmed
	long    *packed // of a long one
	refusal error   // of a long one that was not kept
}

func (p picture) blank() bool { return p == picture{} }

// packed is a long data URL without its white space, which means nothing in it.
type packed struct {
	dataURL
	spool platform.Spool
}

var (
	errNoPicture = fault.New(fault.InvalidRequest, "referenceImageUrl must be an http(s) URL or Base64 data URL.")
	errTooLarge  = fault.New(fault.PayloadTooLarge, "The reference image is larger than 10 MB. Choose a smaller one.")
)

// pictures reads the pictures of one request. A long one goes to a spool as it arrives, and only once, though the
// frontend sends it twice.
type pictures struct {
	open  func() platform.Spool
	first *packed
	mutex sync.Mutex
	all   []platform.Spool
}

// Close frees all spools.
func (p *pictures) Close() error {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	var errs []error
	for _, spool := range p.all {
		errs = append(errs, spool.Close())
	}
	p.all = nil
	return errors.Join(errs...)
}

func joinClose(err error, p *pictures) error {
	if closing := p.Close(); closing != nil {
		return errors.Join(err, closing)
	}
	return err
}

func (p *pictures) newSpool() platform.Spool {
	spool := p.open()
	p.all = append(p.all, spool)
	return spool
}

// read is the rule of a picture.
func (p *pictures) read(into *picture) rule {
	return of(payload.String, func(r *payload.Reader) (*issue, error) {
		w := &pictureWriter{pictures: p}
		err := r.CopyText(w)
		if err == nil {
			*into, err = w.picture()
		}
		return nil, err
	})
}

// pictureWriter takes the text of one picture, and decides by its length where it goes.
type pictureWriter struct {
	pictures *pictures
	short    []byte
	long     *scanner
	echo     echo
}

func (w *pictureWriter) Write(text []byte) (int, error) {
	if w.long != nil {
		return w.long.Write(text)
	}
	if len(w.short)+len(text) <= shortPicture {
		w.short = append(w.short, text...)
		return len(text), nil
	}
	w.echo = echo{open: w.pictures.newSpool}
	if w.pictures.first != nil {
		w.echo.earlier = w.pictures.first.spool
	}
	w.long = &scanner{sink: &w.echo}
	if _, err := w.long.Write(w.short); err != nil {
		return 0, err
	}
	w.short = nil
	return w.long.Write(text)
}

// picture is what was written.
func (w *pictureWriter) picture() (picture, error) {
	if w.long == nil {
		return picture{text: js.Trim(string(w.short))}, nil
	}
	data := w.long.dataURL()
	switch {
	case !data.sound:
		return picture{refusal: errNoPicture}, nil
	case data.tooLarge():
		return picture{refusal: errTooLarge}, nil
	}
	spool, err := w.echo.spool()
	if err != nil {
		return picture{}, err
	}
	found := &packed{dataURL: data, spool: spool}
	if w.pictures.first == nil {
		w.pictures.first = found
	}
	if first := w.pictures.first; first.spool == spool {
		return picture{long: first}, nil
	}
	return picture{long: found}, nil
}
