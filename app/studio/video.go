package studio

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/fault"
	"github.com/addreams/addreams/app/js"
	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/studio/payload"
	"github.com/addreams/addreams/app/studio/picture"
)

// VideoRule is which videos a model makes, and what they cost.
type VideoRule struct {
	Seconds     []int64      // how long they may be; nil for any whole number between MinSeconds and MaxSeconds
	MinSeconds  int64        // together with MaxSeconds
	MaxSeconds  int64        // together with MinSeconds
	Resolutions []Resolution // the first one is that of an order which names none
}

// Resolution is one of a model's, by the provider's name, such as 720P.
type Resolution struct {
	Name    string
	Credits int64 // per second
}

// UsualSeconds is how long a video is if the order does not say. Every model makes it.
const UsualSeconds = 5

// Credits is what a video costs.
func (r *VideoRule) Credits(seconds int64, resolution string) int64 {
	for _, known := range r.Resolutions {
		if known.Name == resolution {
			return seconds * known.Credits
		}
	}
	return 0
}

func (r *VideoRule) check(seconds int64, resolution string) error {
	names := make([]string, len(r.Resolutions))
	for i, known := range r.Resolutions {
		names[i] = known.Name
	}
	switch {
	case r.Seconds != nil && !slices.Contains(r.Seconds, seconds):
		return invalid("duration must be one of: " + strings.Trim(fmt.Sprint(r.Seconds), "[]") + " (seconds).")
	case r.Seconds == nil && (seconds < r.MinSeconds || seconds > r.MaxSeconds):
		return invalid(fmt.Sprintf("duration must be between %d and %d seconds.", r.MinSeconds, r.MaxSeconds))
	case !slices.Contains(names, resolution):
		return invalid("resolution must be one of: " + strings.Join(names, ", ") + ".")
	}
	return nil
}

// videoBody is the body of video-from-reference. Its fields have the right types, and are otherwise unchecked.
type videoBody struct {
	prompt         optional[string]
	reference      picture.Source
	duration       optional[int64]
	resolution     optional[string]
	negativePrompt optional[string]
	seed           optional[int64]
	promptExtend   optional[bool]
	watermark      optional[bool]
}

// ParseVideoOrder reads the body of video-from-reference, for a model. A large picture is written to spools made by open, which the
// order's Close frees. Faults: InvalidRequest, PayloadTooLarge; and WorkflowUnavailable for an order that is otherwise valid, without
// a model.
func ParseVideoOrder(body io.Reader, model Model, open func() platform.Spool) (*Order, error) {
	pictures := picture.NewReader(open)
	order, err := readVideoOrder(body, model, pictures)
	if err != nil {
		return nil, errors.Join(err, pictures.Close())
	}
	order.pictures = pictures
	return order, nil
}

func readVideoOrder(body io.Reader, model Model, pictures *picture.Reader) (*Order, error) {
	in, err := readVideoBody(body, model, pictures)
	if err != nil {
		return nil, err
	}
	if model.Video == nil {
		return nil, fault.New(fault.WorkflowUnavailable, "Video generation is not available yet.")
	}

	order := in.order(model)
	if err := order.checkTexts(); err != nil {
		return nil, err
	}
	if err := model.Video.check(order.Seconds, order.Resolution); err != nil {
		return nil, err
	}
	reference, err := picture.NewReference(in.reference)
	if err != nil {
		return nil, err
	}
	order.References = []*picture.Reference{reference}
	order.warnOfTexts()
	return order, nil
}

// readVideoBody checks prompt and reference as the contract recorded it. The other fields are new.
func readVideoBody(body io.Reader, model Model, pictures *picture.Reader) (videoBody, error) {
	var in videoBody
	fields := []field{{"prompt", readText(&in.prompt)}, {"referenceImageUrl", readSource(pictures, &in.reference)}}
	recorded := len(fields)
	if model.Video != nil {
		fields = append(fields,
			field{"duration", readInteger(&in.duration)},
			field{"resolution", readText(&in.resolution)},
			field{"negative_prompt", readText(&in.negativePrompt)},
			field{"seed", readInteger(&in.seed, seeds)},
			field{"prompt_extend", readFlag(&in.promptExtend)},
			field{"watermark", readFlag(&in.watermark)},
		)
	}
	r := payload.NewReader(body)
	found, err := object(fields...)(r)
	if err == nil {
		err = r.End()
	}

	wrong := func(known field) bool { return found.path == known.name }
	switch {
	case errors.Is(err, payload.ErrSyntax):
		return in, invalid("Invalid JSON payload")
	case errors.Is(err, payload.ErrTooLong):
		return in, errTooManyValues
	case err != nil:
		return in, err
	case found != nil && !slices.ContainsFunc(fields[recorded:], wrong):
		return in, errVideoFields
	case js.Trim(in.prompt.value) == "" || in.reference.Blank():
		return in, errVideoFields
	case found != nil:
		return in, found.fault()
	}
	return in, nil
}

var errVideoFields = invalid("prompt and referenceImageUrl are required")

func (in *videoBody) order(model Model) *Order {
	order := &Order{
		Workflow:       VideoFromReference,
		Prompt:         js.Trim(in.prompt.value),
		Count:          1,
		Seconds:        valueOf(UsualSeconds, in.duration),
		Resolution:     cmp.Or(js.Trim(in.resolution.value), model.Video.Resolutions[0].Name),
		NegativePrompt: js.Trim(in.negativePrompt.value),
		PromptExtend:   valueOf(true, in.promptExtend),
		Watermark:      in.watermark.value,
		model:          model,
	}
	if in.seed.present {
		order.Seed = &in.seed.value
	}
	return order
}
