// Package form reads an order that is sent as multipart/form-data (RFC 7578), as by a page's form or by curl -F, and returns it as
// the JSON that the workflows take, while it arrives. A part with a file name is a picture: the first one becomes the text of
// referenceImageUrl, a data URL, and further ones become parts of input.messages. Any other part is the field of its name.
package form

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"slices"
	"strconv"
	"strings"
)

var (
	// ErrSyntax is returned for a body that is not a form, or a form that is cut off.
	ErrSyntax = errors.New("form: malformed")
	// ErrTooLong is returned for too many parts, or too long a field or header.
	ErrTooLong = errors.New("form: too long")
	// ErrTwice is returned for a picture beside a field that names one.
	ErrTwice = errors.New("form: a picture and a field for it")
)

const (
	maxParts  = 100
	maxHeader = 32 << 10 // bytes of a part's headers, and of what is read ahead
	maxFields = 64 << 10 // bytes of all fields together
	piece     = 24 << 10 // bytes of a picture that are encoded at a time, a multiple of 3
)

// Fields that are no texts. What does not look like one is passed on as a text, and is refused as such.
var (
	numbers = []string{"n", "seed", "duration"}
	flags   = []string{"prompt_extend", "promptExtend", "watermark"}
)

// isNumber reports whether a text is a whole number as JSON writes it.
func isNumber(text string) bool {
	number, err := strconv.ParseInt(text, 10, 64)
	return err == nil && strconv.FormatInt(number, 10) == text
}

// isPicture reports whether a media type is one of pictures, without parameters.
func isPicture(contentType string) bool {
	subtype, found := strings.CutPrefix(contentType, "image/")
	return found && len(subtype) <= 40 && strings.Trim(subtype, "abcdefghijklmnopqrstuvwxyz0123456789.+-") == ""
}

// Boundary returns what divides the parts of a form, from a request's Content-Type. It is empty if the body is no form.
func Boundary(contentType string) string {
	kind, parameters, err := mime.ParseMediaType(contentType)
	if err != nil || kind != "multipart/form-data" {
		return ""
	}
	return parameters["boundary"]
}

// NewReader returns a reader of the order as JSON. Its errors are those of the package, and those of the body unchanged.
func NewReader(body io.Reader, boundary string) io.Reader {
	source := &bounded{source: body}
	return &reader{source: source, parts: multipart.NewReader(source, boundary), last: []byte("--" + boundary + "--")}
}

type reader struct {
	source *bounded
	parts  *multipart.Reader
	last   []byte // boundary
	read   int    // parts

	picture  *multipart.Part // that is being read; nil between parts
	plain    [piece]byte     // of it
	pictures int
	fields   bytes.Buffer // as members of the object
	kept     int          // bytes of fields
	named    bool         // a field names a picture

	text bytes.Buffer // that is ready
	done error        // after it
}

func (r *reader) Read(p []byte) (int, error) {
	for r.text.Len() == 0 {
		if r.done != nil {
			return 0, r.done
		}
		if err := r.advance(); err != nil {
			r.done = r.source.explain(err)
		}
	}
	return r.text.Read(p)
}

// advance reads a piece of a picture, or the beginning of the next part. At the end it returns io.EOF.
func (r *reader) advance() error {
	if r.picture != nil {
		return r.encode()
	}

	r.source.left = maxHeader
	part, err := r.parts.NextPart()
	r.source.left = -1
	switch {
	case errors.Is(err, io.EOF):
		return r.end()
	case err != nil:
		return err
	}
	if r.read++; r.read > maxParts {
		return ErrTooLong
	}
	if part.FileName() == "" {
		return r.keep(part)
	}
	r.picture = part
	r.open(part.Header.Get("Content-Type"))
	return nil
}

// open begins the data URL of a picture. Its bytes decide later what it is.
func (r *reader) open(contentType string) {
	switch r.pictures {
	case 0:
		r.text.WriteString(`{"referenceImageUrl":"`)
	case 1:
		r.text.WriteString(`,"input":{"messages":[{"content":[{"image":"`)
	default:
		r.text.WriteString(`,{"image":"`)
	}
	r.pictures++
	if !isPicture(contentType) {
		contentType = "image/png"
	}
	r.text.WriteString("data:" + contentType + ";base64,")
}

// encode encodes the next piece of the picture.
func (r *reader) encode() error {
	n, err := io.ReadFull(r.picture, r.plain[:])
	r.text.Write(base64.StdEncoding.AppendEncode(r.text.AvailableBuffer(), r.plain[:n]))
	if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) || r.source.failed != nil {
		return err
	}
	if _, cut := r.picture.Read(r.plain[:1]); !errors.Is(cut, io.EOF) {
		return ErrSyntax
	}

	r.picture = nil
	r.text.WriteByte('"')
	if r.pictures > 1 {
		r.text.WriteByte('}')
	}
	return nil
}

// keep notes a field for the end of the object.
func (r *reader) keep(part *multipart.Part) error {
	value, err := io.ReadAll(io.LimitReader(part, maxFields+1))
	if err != nil {
		return err
	}
	name := part.FormName()
	if r.kept += len(name) + len(value); r.kept > maxFields {
		return ErrTooLong
	}

	r.named = r.named || name == "referenceImageUrl" || name == "input"
	key, err := json.Marshal(name)
	if err != nil {
		return err
	}
	r.fields.WriteByte(',')
	r.fields.Write(key)
	r.fields.WriteByte(':')
	text := string(value)
	if slices.Contains(numbers, name) && isNumber(text) || slices.Contains(flags, name) && (text == "true" || text == "false") {
		r.fields.Write(value)
		return nil
	}
	encoded, err := json.Marshal(text)
	r.fields.Write(encoded)
	return err
}

// end closes the object. A form that is cut off has no last boundary.
func (r *reader) end() error {
	if !bytes.Contains(r.source.tail, r.last) {
		return ErrSyntax
	}
	if r.pictures > 0 && r.named {
		return ErrTwice
	}
	if r.pictures > 1 {
		r.text.WriteString("]}]}")
	}
	rest := r.fields.Bytes()
	if r.pictures == 0 {
		r.text.WriteByte('{')
		rest = bytes.TrimPrefix(rest, []byte{','})
	}
	r.text.Write(rest)
	r.text.WriteByte('}')
	return io.EOF
}

// bounded limits what is read for the headers of a part.
type bounded struct {
	source io.Reader
	left   int // bytes; -1 for any number
	failed error
	tail   []byte // of what was read
}

// maxTail is how far from the end the last boundary may be, in bytes.
const maxTail = 256

func (b *bounded) Read(p []byte) (int, error) {
	if b.left == 0 {
		b.failed = ErrTooLong
		return 0, b.failed
	}
	if b.left > 0 {
		p = p[:min(len(p), b.left)]
	}
	n, err := b.source.Read(p)
	if b.left > 0 {
		b.left -= n
	}
	b.tail = append(b.tail, p[max(0, n-maxTail):n]...)
	b.tail = append(b.tail[:0], b.tail[max(0, len(b.tail)-maxTail):]...)
	if err != nil && !errors.Is(err, io.EOF) {
		b.failed = err
	}
	return n, err
}

// explain returns the error of the source, if there was one, and otherwise what a form's own error means.
func (b *bounded) explain(err error) error {
	switch {
	case b.failed != nil:
		return b.failed
	case errors.Is(err, ErrTooLong), errors.Is(err, ErrTwice), err == io.EOF:
		return err
	}
	return ErrSyntax
}
