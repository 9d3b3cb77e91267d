package studio

import (
	"errors"
	"io"

	"github.com/addreams/addreams/app/fault"
	"github.com/addreams/addreams/app/js"
	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/studio/picture"
)

// Order is what a user asks for. The Parse functions return orders that have passed every check; Close frees what one holds.
type Order struct {
	Workflow       Workflow
	Prompt         string             // trimmed, not empty
	Reference      *picture.Reference // of image-from-reference
	Count          int64              // images
	Size           string             // width*height; "" leaves it to the provider
	NegativePrompt string             // "" for none
	Seed           *int64
	PromptExtend   bool
	Watermark      bool

	pictures *picture.Reader // nil without pictures
}

// ParseTextOrder reads the body of image-from-text. Faults: InvalidRequest, PayloadTooLarge.
func ParseTextOrder(body io.Reader) (*Order, error) {
	in, err := readOrderBody(body, nil)
	if err != nil {
		return nil, err
	}
	order := in.order(ImageFromText)
	if err := order.checkTexts(); err != nil {
		return nil, err
	}

	if order.Count != 1 {
		return nil, invalid("parameters.n must be 1 for image-from-text.")
	}
	if order.Size, err = textSize(order.Size); err != nil {
		return nil, err
	}
	return order, nil
}

// ParseReferenceOrder reads the body of image-from-reference. A large picture is written to spools made by open, which the
// order's Close frees. Faults: InvalidRequest, PayloadTooLarge.
func ParseReferenceOrder(body io.Reader, open func() platform.Spool) (*Order, error) {
	pictures := picture.NewReader(open)
	order, err := readReferenceOrder(body, pictures)
	if err != nil {
		return nil, errors.Join(err, pictures.Close())
	}
	order.pictures = pictures
	return order, nil
}

func readReferenceOrder(body io.Reader, pictures *picture.Reader) (*Order, error) {
	in, err := readOrderBody(body, pictures)
	if err != nil {
		return nil, err
	}
	order := in.order(ImageFromReference)
	if err := order.checkTexts(); err != nil {
		return nil, err
	}

	if order.Reference, err = in.reference(); err != nil {
		return nil, err
	}
	if order.Count < 1 || order.Count > 6 {
		return nil, invalid("parameters.n must be between 1 and 6.")
	}
	if !isReferenceSize(order.Size) {
		return nil, invalid("parameters.size must match width*height with both values between 512 and 2048.")
	}
	return order, nil
}

// MemorySize is how many bytes of text the order holds in memory.
func (o *Order) MemorySize() int64 {
	size := len(o.Prompt) + len(o.NegativePrompt) + len(o.Size)
	if o.Reference != nil {
		size += len(o.Reference.Text())
	}
	return int64(size)
}

// Large reports whether the order holds a photo outside of memory, which is read in windows.
func (o *Order) Large() bool { return o.Reference != nil && o.Reference.Large() }

// freeEarly frees the photo once it has been stored and sent to the provider, whose answer takes long.
func (o *Order) freeEarly() {
	if o.pictures != nil {
		o.Reference.FreeWhenRead(o.pictures)
	}
}

// Close frees the spools of the order.
func (o *Order) Close() error {
	if o.pictures == nil {
		return nil
	}
	return o.pictures.Close()
}

// The longest texts that are accepted, in bytes. The models read less: qwen-image-max reads 800 characters of a prompt and
// 500 of a negative prompt, and ignores the rest.
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
	Parameters     storedParameters `json:"parameters"`
}

type storedParameters struct {
	Prompt         string `json:"prompt"`
	ReferenceImage string `json:"referenceImage,omitempty"`
	Count          int64  `json:"n"`
	Size           string `json:"size,omitempty"`
	NegativePrompt string `json:"negativePrompt,omitempty"`
	Seed           *int64 `json:"seed,omitempty"`
	PromptExtend   bool   `json:"promptExtend"`
	Watermark      bool   `json:"watermark"`
}

// maxInput is the longest stored input, in bytes. A row has at most two megabytes.
const maxInput = 1_500_000

func (o *Order) inputJSON(requestID string, reference referenceRecord) (string, error) {
	text, err := js.Marshal(storedInput{
		RequestID:      requestID,
		Prompt:         o.Prompt,
		ReferenceImage: reference.url,
		ReferenceKey:   reference.key,
		Parameters: storedParameters{
			Prompt:         o.Prompt,
			ReferenceImage: reference.url,
			Count:          o.Count,
			Size:           o.Size,
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
