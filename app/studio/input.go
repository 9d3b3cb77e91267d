package studio

import (
	"errors"
	"io"

	"github.com/addreams/addreams/app/fault"
	"github.com/addreams/addreams/app/js"
	"github.com/addreams/addreams/app/studio/payload"
	"github.com/addreams/addreams/app/studio/picture"
)

// input is the body of an image workflow, of the right types and otherwise unchecked. Clients write it in two ways, flat
// and in the provider's form, and may mix them. A nil field is absent.
type input struct {
	prompt          *string
	size            *string
	n               *int64
	negativePrompt  *string
	negativePrompt2 *string // in camel case
	seed            *int64
	promptExtend    *bool
	promptExtend2   *bool // in camel case
	watermark       *bool
	message         message // the first
	parameters      parameters
	referenceImage  picture.Source
}

// parameters is the provider's form of the numbers and switches.
type parameters struct {
	n              *int64
	size           *string
	negativePrompt *string
	seed           *int64
	promptExtend   *bool
	watermark      *bool
}

// message is the first message of the provider's form.
type message struct {
	text   string           // the first part's that is not blank, trimmed
	images []picture.Source // distinct, not blank; two stand for any number
}

var seeds = bounds{0, 1<<31 - 1}

// readInput reads a body. The order of the fields decides which issue is reported.
func readInput(body io.Reader, pictures *picture.Reader) (input, error) {
	var in input
	fields := []field{
		{"prompt", text(&in.prompt)},
		{"size", text(&in.size)},
		{"n", integer(&in.n)},
		{"negative_prompt", text(&in.negativePrompt)},
		{"negativePrompt", text(&in.negativePrompt2)},
		{"seed", integer(&in.seed, seeds)},
		{"prompt_extend", flag(&in.promptExtend)},
		{"promptExtend", flag(&in.promptExtend2)},
		{"watermark", flag(&in.watermark)},
		{"input", readMessages(&in.message, pictures)},
		{"parameters", readParameters(&in.parameters)},
	}
	if pictures != nil {
		fields = append(fields, field{"referenceImageUrl", source(pictures, &in.referenceImage)})
	}
	err := document(payload.NewReader(body), object(fields...))
	switch {
	case errors.Is(err, payload.ErrSyntax):
		return input{}, fault.New(fault.InvalidRequest, "Invalid JSON payload.")
	case errors.Is(err, payload.ErrTooLong):
		return input{}, fault.New(fault.PayloadTooLarge, "A number in the request is too long, or there are too many values.")
	}
	return in, err
}

func readParameters(into *parameters) rule {
	return func(r *payload.Reader) (*issue, error) {
		*into = parameters{}
		return object(
			field{"n", integer(&into.n)},
			field{"size", text(&into.size)},
			field{"negative_prompt", text(&into.negativePrompt)},
			field{"seed", integer(&into.seed, seeds)},
			field{"prompt_extend", flag(&into.promptExtend)},
			field{"watermark", flag(&into.watermark)},
		)(r)
	}
}

// readMessages checks all messages and keeps what the first one says.
func readMessages(into *message, pictures *picture.Reader) rule {
	return func(r *payload.Reader) (*issue, error) {
		*into = message{}
		return object(field{"messages", func(r *payload.Reader) (*issue, error) {
			*into = message{}
			return array(func(index int) rule {
				if index > 0 {
					return readMessage(new(message), nil)
				}
				return readMessage(into, pictures)
			})(r)
		}})(r)
	}
}

func readMessage(into *message, pictures *picture.Reader) rule {
	return object(
		field{"role", anyText()},
		field{"content", func(r *payload.Reader) (*issue, error) {
			*into = message{}
			return array(func(int) rule { return readPart(into, pictures) })(r)
		}},
	)
}

// readPart reads one part of a message's content: a text, a picture, or both.
func readPart(into *message, pictures *picture.Reader) rule {
	return func(r *payload.Reader) (*issue, error) {
		var words *string
		var image picture.Source
		readImage := anyText()
		if pictures != nil {
			readImage = source(pictures, &image)
		}
		found, err := object(
			field{"type", anyText()},
			field{"text", text(&words)},
			field{"image", readImage},
		)(r)
		if into.text == "" && words != nil {
			into.text = js.Trim(*words)
		}
		into.images = addDistinct(into.images, image)
		return found, err
	}
}

// addDistinct appends a picture that is there and not in the list yet. Two are as many as anybody needs to know of.
func addDistinct(images []picture.Source, image picture.Source) []picture.Source {
	if image.Blank() || len(images) == 2 {
		return images
	}
	for _, known := range images {
		if known == image {
			return images
		}
	}
	return append(images, image)
}

// reference returns the order's only picture, or an error if there is none, more than one, or an invalid one.
func (in *input) reference() (*picture.Reference, error) {
	images := addDistinct(nil, in.referenceImage)
	for _, image := range in.message.images {
		images = addDistinct(images, image)
	}
	switch len(images) {
	case 0:
		return nil, invalid("referenceImageUrl is required.")
	case 1:
		return picture.NewReference(images[0])
	}
	return nil, invalid("Exactly one reference image is supported.")
}
