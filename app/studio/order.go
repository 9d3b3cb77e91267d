package studio

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/addreams/addreams/app/fault"
	"github.com/addreams/addreams/app/js"
	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/studio/picture"
)

// Order is what a user asks for. The Parse functions return orders that have passed every check; Close frees what one holds.
type Order struct {
	Workflow       Workflow
	Prompt         string               // trimmed, not empty
	References     []*picture.Reference // at least one, except for image-from-text
	Count          int64                // images
	Size           string               // as the model's SizeRule has it; "" leaves it to the provider
	Seconds        int64                // of a video
	Resolution     string               // of a video
	NegativePrompt string               // "" for none
	Seed           *int64
	PromptExtend   bool
	Watermark      bool
	Warnings       []Warning

	model    Model
	format   string          // output_format; "" if it was not sent
	pictures *picture.Reader // nil without pictures
}

// ParseTextOrder reads the body of image-from-text, for a model. Faults: InvalidRequest, PayloadTooLarge.
func ParseTextOrder(body io.Reader, model Model) (*Order, error) {
	in, err := readOrderBody(body, nil, model)
	if err != nil {
		return nil, err
	}
	order := in.order(ImageFromText, model)
	if err := order.checkTexts(); err != nil {
		return nil, err
	}
	return order, order.checkNumbers()
}

// ParseReferenceOrder reads the body of image-from-reference, for a model. A large picture is written to spools made by open,
// which the order's Close frees. Faults: InvalidRequest, PayloadTooLarge.
func ParseReferenceOrder(body io.Reader, model Model, open func() platform.Spool) (*Order, error) {
	pictures := picture.NewReader(open)
	order, err := readReferenceOrder(body, model, pictures)
	if err != nil {
		return nil, errors.Join(err, pictures.Close())
	}
	order.pictures = pictures
	return order, nil
}

func readReferenceOrder(body io.Reader, model Model, pictures *picture.Reader) (*Order, error) {
	in, err := readOrderBody(body, pictures, model)
	if err != nil {
		return nil, err
	}
	order := in.order(ImageFromReference, model)
	if err := order.checkTexts(); err != nil {
		return nil, err
	}

	if order.References, err = in.references(model); err != nil {
		return nil, err
	}
	return order, order.checkNumbers()
}

// checkNumbers checks the number and the size of the images against what the model makes, and warns of what it ignores.
func (o *Order) checkNumbers() error {
	if o.Count < 1 || o.Count > o.model.MaxImages {
		return invalid(o.countMessage())
	}
	size, err := o.model.Size.check(o.Size, o.model.Name)
	if err != nil {
		return err
	}
	o.Size = size
	o.warnOfTexts()
	return nil
}

func (o *Order) countMessage() string {
	if o.model.MaxImages == 1 {
		return "parameters.n must be 1 for " + string(o.Workflow) + "."
	}
	return fmt.Sprintf("parameters.n must be between 1 and %d.", o.model.MaxImages)
}

// MemorySize is how many bytes of text the order holds in memory.
func (o *Order) MemorySize() int64 {
	size := len(o.Prompt) + len(o.NegativePrompt) + len(o.Size)
	for _, reference := range o.References {
		size += len(reference.Text())
	}
	return int64(size)
}

// Cost is what the order takes from its sender.
func (o *Order) Cost() Balance {
	if o.model.Video != nil {
		return o.Workflow.Cost(o.model.Video.Credits(o.Seconds, o.Resolution))
	}
	return o.Workflow.Cost(cmp.Or(o.model.Credits, 1))
}

// Large reports whether the order holds a photo outside of memory, which is read in windows, or will fetch one.
func (o *Order) Large() bool {
	return o.fetches() || slices.ContainsFunc(o.References, (*picture.Reference).Large)
}

// fetches reports whether a reference will be fetched.
func (o *Order) fetches() bool {
	return !o.model.AsRecorded && slices.ContainsFunc(o.References, func(reference *picture.Reference) bool { return !reference.Embedded() })
}

// freeEarly frees the photos once they have been stored and sent to the provider, whose answer takes long.
func (o *Order) freeEarly() {
	if o.pictures != nil {
		picture.FreeWhenRead(o.pictures, o.References)
	}
}

// Close frees the spools of the order.
func (o *Order) Close() error {
	if o.pictures == nil {
		return nil
	}
	return o.pictures.Close()
}

// The longest texts that are accepted, in bytes. The models read less, and ignore the rest: see Model.
const (
	maxPrompt         = 32 << 10
	maxNegativePrompt = 8 << 10
)

func (o *Order) checkTexts() error {
	switch {
	case o.Prompt == "":
		return invalid("prompt is required.")
	case len(o.Prompt) > maxPrompt:
		return tooLong("prompt", maxPrompt)
	case len(o.NegativePrompt) > maxNegativePrompt:
		return tooLong("negative_prompt", maxNegativePrompt)
	}
	return nil
}

// storedInput is the JSON of an order in its row. References are URLs; a picture's bytes are in the bucket.
type storedInput struct {
	RequestID      string           `json:"requestId"`
	Prompt         string           `json:"prompt"`
	ReferenceImage string           `json:"referenceImage,omitempty"`
	ReferenceKey   string           `json:"referenceKey,omitempty"`
	MoreReferences []storedPicture  `json:"moreReferences,omitempty"` // after the first
	Parameters     storedParameters `json:"parameters"`
}

type storedPicture struct {
	Image string `json:"image"`
	Key   string `json:"key,omitempty"`
}

type storedParameters struct {
	Prompt         string `json:"prompt"`
	ReferenceImage string `json:"referenceImage,omitempty"`
	Count          int64  `json:"n"`
	Size           string `json:"size,omitempty"`
	Duration       int64  `json:"duration,omitempty"` // of a video, in seconds
	Resolution     string `json:"resolution,omitempty"`
	NegativePrompt string `json:"negativePrompt,omitempty"`
	Seed           *int64 `json:"seed,omitempty"`
	PromptExtend   bool   `json:"promptExtend"`
	Watermark      bool   `json:"watermark"`
}

// maxInput is the longest stored input, in bytes. A row has at most two megabytes.
const maxInput = 1_500_000

func (o *Order) inputJSON(requestID string, references []referenceRecord) (string, error) {
	var first referenceRecord
	var more []storedPicture
	for i, reference := range references {
		if i == 0 {
			first = reference
			continue
		}
		more = append(more, storedPicture{reference.url, reference.key})
	}

	text, err := js.Marshal(storedInput{
		RequestID:      requestID,
		Prompt:         o.Prompt,
		ReferenceImage: first.url,
		ReferenceKey:   first.key,
		MoreReferences: more,
		Parameters: storedParameters{
			Prompt:         o.Prompt,
			ReferenceImage: first.url,
			Count:          o.Count,
			Size:           o.Size,
			Duration:       o.Seconds,
			Resolution:     o.Resolution,
			NegativePrompt: o.NegativePrompt,
			Seed:           o.Seed,
			PromptExtend:   o.PromptExtend,
			Watermark:      o.Watermark,
		},
	})

	if err == nil && len(text) > maxInput {
		return "", fault.New(fault.PayloadTooLarge, "The prompt is too long.")
	}
	return string(text), err
}
