package qwen

import (
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/addreams/addreams/app/fault"
	"github.com/addreams/addreams/app/js"
	"github.com/addreams/addreams/app/studio"
	"github.com/addreams/addreams/app/studio/payload"
	"github.com/addreams/addreams/app/studio/picture"
)

// answer is the body of DashScope's answers, of success and failure alike. A member of an unexpected type counts as absent.
type answer struct {
	code      string
	message   string
	requestID string
	images    []*picture.Reference // that are URLs or real pictures; the URL of a video
	refused   error                // why other images were left out
	usage     studio.Usage

	// Of a task:
	task          string // its ID
	state         string // in the provider's words
	failedWith    string // code
	failedBecause string // message
}

// errInterrupted marks an answer whose end was not received.
type errInterrupted struct{ cause error }

func (e *errInterrupted) Error() string { return "the answer was interrupted: " + e.cause.Error() }

func (e *errInterrupted) Unwrap() error { return e.cause }

// readAnswer reads a body as it arrives. An image that it holds itself goes to a spool. Errors: *errInterrupted; any other means
// that it is not a JSON object, and the answer is then empty.
func readAnswer(body io.Reader, pictures *picture.Reader) (answer, error) {
	source := &payload.Watched{Source: body}
	var read answer
	document := payload.NewReader(source)
	err := document.Object(func(name string) error { return read.member(document, pictures, name) })
	if err == nil {
		err = document.End()
	}

	if source.Failure != nil {
		return answer{}, &errInterrupted{source.Failure}
	}
	if err != nil {
		return answer{}, err
	}
	return read, nil
}

func (a *answer) member(document *payload.Reader, pictures *picture.Reader, name string) error {
	switch name {
	case "code":
		return readText(document, &a.code)
	case "message":
		return readText(document, &a.message)
	case "request_id":
		return readText(document, &a.requestID)
	case "output":
		return a.readOutput(document, pictures)
	case "usage":
		return a.readUsage(document)
	}
	return document.Skip()
}

// readOutput reads choices[0].message.content[].image; and of a task its state, results[].url, video_url and why it failed.
func (a *answer) readOutput(document *payload.Reader, pictures *picture.Reader) error {
	a.images, a.refused = nil, nil
	image := func() error { return a.readImage(document, pictures) }
	each := func(element func() error) func() error {
		return func() error { return document.Array(func(int) error { return element() }) }
	}
	text := func(into *string) func() error {
		return func() error { return readText(document, into) }
	}

	content := each(members(document, known{"image": {payload.String, image}}))
	message := members(document, known{"content": {payload.Array, content}})
	choice := members(document, known{"message": {payload.Object, message}})
	return members(document, known{
		"choices": {payload.Array, func() error {
			return document.Array(func(index int) error {
				if index > 0 {
					return document.Skip()
				}
				return choice()
			})
		}},
		"video_url":   {payload.String, image},
		"results":     {payload.Array, each(members(document, known{"url": {payload.String, image}}))},
		"task_id":     {payload.String, text(&a.task)},
		"task_status": {payload.String, text(&a.state)},
		"code":        {payload.String, text(&a.failedWith)},
		"message":     {payload.String, text(&a.failedBecause)},
	})()
}

func (a *answer) readImage(document *payload.Reader, pictures *picture.Reader) error {
	found, err := pictures.ReadImage(document)
	var refused *fault.Error
	switch {
	case errors.As(err, &refused):
		a.refused = errors.Join(a.refused, refused)
	case err != nil:
		return err
	default:
		a.images = append(a.images, found)
	}
	return nil
}

// known are members of an object, with their kind and what reads them.
type known map[string]struct {
	kind payload.Kind
	read func() error
}

// members returns a function that reads an object. It skips other members, and those of another kind.
func members(document *payload.Reader, wanted known) func() error {
	return ifKind(document, payload.Object, func() error {
		return document.Object(func(name string) error {
			member, found := wanted[name]
			if !found {
				return document.Skip()
			}
			return ifKind(document, member.kind, member.read)()
		})
	})
}

// ifKind returns a function that reads the next value if it is of the kind, and skips it otherwise.
func ifKind(document *payload.Reader, kind payload.Kind, read func() error) func() error {
	return func() error {
		found, err := document.Kind()
		if err != nil {
			return err
		}
		if found != kind {
			return document.Skip()
		}
		return read()
	}
}

// readUsage reads what was counted, in the form of the models up to 2.0 or in that of 3.0.
func (a *answer) readUsage(document *payload.Reader) error {
	a.usage = studio.Usage{}
	counts := map[string]**float64{
		"image_count": &a.usage.ImageCount, "output_image_count": &a.usage.ImageCount, "input_image_count": &a.usage.InputImageCount,
		"duration": &a.usage.Duration,
		"width":    &a.usage.Width, "output_width": &a.usage.Width, "height": &a.usage.Height, "output_height": &a.usage.Height,
	}
	return ifKind(document, payload.Object, func() error {
		return document.Object(func(name string) error {
			into, known := counts[name]
			if !known {
				return document.Skip()
			}
			return ifKind(document, payload.Number, func() error {
				value, err := document.Number()
				*into = &value
				return err
			})()
		})
	})()
}

// maxSaid is the longest text of the provider that is stored and shown, in bytes.
const maxSaid = 2 << 10

// readText reads the beginning of a string. It leaves "" for a blank one and for any other value.
func readText(document *payload.Reader, into *string) error {
	*into = ""
	return ifKind(document, payload.String, func() error {
		text, err := document.Beginning(maxSaid)
		if err == nil && js.Trim(text) != "" {
			*into = strings.ToValidUTF8(text, "")
		}
		return err
	})()
}

// requestIDOf returns the provider's ID of the call, from the body or from the first header that has it.
func requestIDOf(body answer, header http.Header) string {
	if body.requestID != "" {
		return body.requestID
	}
	for _, name := range [...]string{"X-Request-Id", "X-Acs-Request-Id", "X-Dashscope-Request-Id"} {
		if id := js.Trim(header.Get(name)); id != "" {
			return brief(id)
		}
	}
	return ""
}

// brief cuts a longer text.
func brief(text string) string {
	if len(text) <= maxSaid {
		return text
	}
	return strings.ToValidUTF8(text[:maxSaid], "")
}
