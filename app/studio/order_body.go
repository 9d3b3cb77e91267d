package studio

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/addreams/addreams/app/fault"
	"github.com/addreams/addreams/app/js"
	"github.com/addreams/addreams/app/studio/payload"
	"github.com/addreams/addreams/app/studio/picture"
)

// orderBody is the body of an image workflow. Its fields have the right types, and are otherwise unchecked. Clients send it
// flat or in the provider's form, and may mix the two.
type orderBody struct {
	prompt              optional[string]
	size                optional[string]
	n                   optional[int64]
	negativePrompt      optional[string]
	negativePromptCamel optional[string] // sent as negativePrompt
	seed                optional[int64]
	promptExtend        optional[bool]
	promptExtendCamel   optional[bool] // sent as promptExtend
	watermark           optional[bool]
	message             firstMessage
	parameters          parameters
	referenceImage      picture.Source
	format              string // output_format, of whatever was sent
}

// parameters are the numbers and switches in the provider's form.
type parameters struct {
	n              optional[int64]
	size           optional[string]
	negativePrompt optional[string]
	seed           optional[int64]
	promptExtend   optional[bool]
	watermark      optional[bool]
	format         string
}

// firstMessage is the content of the first message in the provider's form; the others are ignored.
type firstMessage struct {
	text   string           // of the first part that is not blank, trimmed
	images []picture.Source // distinct, not blank; at most one more than the model takes
	most   int              // images to keep
}

var seeds = bounds{0, 1<<31 - 1}

// readOrderBody reads a body. The first field in this order that has an issue is reported. A workflow without pictures passes nil
// for them.
func readOrderBody(body io.Reader, pictures *picture.Reader, model Model) (orderBody, error) {
	var in orderBody
	in.message.most = model.MaxReferences + 1
	fields := []field{
		{"prompt", readText(&in.prompt)},
		{"size", readText(&in.size)},
		{"n", readInteger(&in.n)},
		{"negative_prompt", readText(&in.negativePrompt)},
		{"negativePrompt", readText(&in.negativePromptCamel)},
		{"seed", readInteger(&in.seed, seeds)},
		{"prompt_extend", readFlag(&in.promptExtend)},
		{"promptExtend", readFlag(&in.promptExtendCamel)},
		{"watermark", readFlag(&in.watermark)},
		{"input", readMessages(&in.message, pictures)},
		{"parameters", readParameters(&in.parameters)},
		{"output_format", noteText(&in.format)},
	}
	if pictures != nil {
		fields = append(fields, field{"referenceImageUrl", readSource(pictures, &in.referenceImage)})
	}

	err := document(payload.NewReader(body), object(fields...))
	switch {
	case errors.Is(err, payload.ErrSyntax):
		return orderBody{}, fault.New(fault.InvalidRequest, "Invalid JSON payload.")
	case errors.Is(err, payload.ErrTooLong):
		return orderBody{}, errTooManyValues
	}
	return in, err
}

func readParameters(into *parameters) rule {
	return func(r *payload.Reader) (*issue, error) {
		*into = parameters{}
		return object(
			field{"n", readInteger(&into.n)},
			field{"size", readText(&into.size)},
			field{"negative_prompt", readText(&into.negativePrompt)},
			field{"seed", readInteger(&into.seed, seeds)},
			field{"prompt_extend", readFlag(&into.promptExtend)},
			field{"watermark", readFlag(&into.watermark)},
			field{"output_format", noteText(&into.format)},
		)(r)
	}
}

// readMessages checks all messages and keeps the content of the first.
func readMessages(into *firstMessage, pictures *picture.Reader) rule {
	return func(r *payload.Reader) (*issue, error) {
		*into = firstMessage{most: into.most}
		return object(field{"messages", func(r *payload.Reader) (*issue, error) {
			*into = firstMessage{most: into.most}
			return array(func(index int) rule {
				if index > 0 {
					return readMessage(new(firstMessage), nil)
				}
				return readMessage(into, pictures)
			})(r)
		}})(r)
	}
}

func readMessage(into *firstMessage, pictures *picture.Reader) rule {
	return object(
		field{"role", skipText()},
		field{"content", func(r *payload.Reader) (*issue, error) {
			*into = firstMessage{most: into.most}
			return array(func(int) rule { return readPart(into, pictures) })(r)
		}},
	)
}

// readPart reads one part of a message: a text, a picture, or both.
func readPart(into *firstMessage, pictures *picture.Reader) rule {
	return func(r *payload.Reader) (*issue, error) {
		var words optional[string]
		var image picture.Source
		readImage := skipText()
		if pictures != nil {
			readImage = readSource(pictures, &image)
		}

		found, err := object(
			field{"type", skipText()},
			field{"text", readText(&words)},
			field{"image", readImage},
		)(r)

		if into.text == "" {
			into.text = js.Trim(words.value)
		}
		into.images = addDistinct(into.images, image, into.most)
		return found, err
	}
}

// addDistinct appends a picture that is neither blank nor in the list yet. It keeps no more than most: one too many is an
// error, however many there are.
func addDistinct(images []picture.Source, image picture.Source, most int) []picture.Source {
	if image.Blank() || len(images) == most || slices.Contains(images, image) {
		return images
	}
	return append(images, image)
}

// references returns the order's pictures, or an error if there is none, too many, or an invalid one.
func (in *orderBody) references(model Model) ([]*picture.Reference, error) {
	most := model.MaxReferences
	images := addDistinct(nil, in.referenceImage, most+1)
	for _, image := range in.message.images {
		images = addDistinct(images, image, most+1)
	}
	switch {
	case len(images) == 0:
		return nil, invalid("referenceImageUrl is required.")
	case len(images) > most && most == 1:
		return nil, invalid("Exactly one reference image is supported.")
	case len(images) > most:
		return nil, invalid(fmt.Sprintf("At most %d reference images are supported.", most))
	}

	references := make([]*picture.Reference, len(images))
	for i, image := range images {
		var err error
		if references[i], err = picture.NewReference(image); err != nil {
			return nil, err
		}
	}
	return references, nil
}

// order resolves the ways to send a value: the provider's form counts first, then snake case, then camel case.
func (in *orderBody) order(workflow Workflow, model Model) *Order {
	order := &Order{
		Workflow:       workflow,
		Prompt:         js.Trim(in.prompt.value),
		Count:          valueOf(1, in.parameters.n, in.n),
		Size:           js.Trim(valueOf("", in.parameters.size, in.size)),
		NegativePrompt: js.Trim(valueOf("", in.parameters.negativePrompt, in.negativePrompt, in.negativePromptCamel)),
		PromptExtend:   valueOf(true, in.parameters.promptExtend, in.promptExtend, in.promptExtendCamel),
		Watermark:      valueOf(false, in.parameters.watermark, in.watermark),

		model:  model,
		format: cmp.Or(in.parameters.format, in.format),
	}

	if seed := firstOf(in.parameters.seed, in.seed); seed.present {
		order.Seed = &seed.value
	}
	if order.Prompt == "" {
		order.Prompt = in.message.text
	}
	return order
}

// firstOf returns the first value that is present.
func firstOf[T any](choices ...optional[T]) optional[T] {
	for _, choice := range choices {
		if choice.present {
			return choice
		}
	}
	return optional[T]{}
}

// valueOf returns the first value that is present, or the fallback.
func valueOf[T any](fallback T, choices ...optional[T]) T {
	if first := firstOf(choices...); first.present {
		return first.value
	}
	return fallback
}
