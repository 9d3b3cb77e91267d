package studio

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/addreams/addreams/app/fault"
	"github.com/addreams/addreams/app/js"
	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/studio/picture"
)

// Order is a request for images that has passed every check. Only the Parse functions make one. Close frees what it holds.
type Order struct {
	workflow Workflow
	task     Task
	pictures *picture.Reader
}

// Task is what the provider is asked for.
type Task struct {
	Prompt         string             // trimmed, not empty
	Reference      *picture.Reference // of image-from-reference
	Count          int64              // images
	Size           string             // width*height; "" leaves it to the provider
	NegativePrompt string             // "" for none
	Seed           *int64
	PromptExtend   bool
	Watermark      bool
}

// ParseTextOrder reads the body of image-from-text. Faults: InvalidRequest, PayloadTooLarge.
func ParseTextOrder(body io.Reader) (*Order, error) {
	in, err := readInput(body, nil)
	if err != nil {
		return nil, err
	}
	task := in.task()
	if err := task.checkWords(); err != nil {
		return nil, err
	}
	if task.Count != 1 {
		return nil, invalid("parameters.n must be 1 for image-from-text.")
	}
	if task.Size, err = textSize(task.Size); err != nil {
		return nil, err
	}
	return &Order{workflow: ImageFromText, task: task}, nil
}

// ParseReferenceOrder reads the body of image-from-reference. A large picture goes to spools that open makes, which the
// order's Close frees. Faults: InvalidRequest, PayloadTooLarge.
func ParseReferenceOrder(body io.Reader, open func() platform.Spool) (*Order, error) {
	pictures := picture.NewReader(open)
	task, err := referenceTask(body, pictures)
	if err != nil {
		return nil, errors.Join(err, pictures.Close())
	}
	return &Order{workflow: ImageFromReference, task: task, pictures: pictures}, nil
}

// Size is how many bytes of text the order holds in memory.
func (o *Order) Size() int64 {
	size := len(o.task.Prompt) + len(o.task.NegativePrompt) + len(o.task.Size)
	if o.task.Reference != nil {
		size += len(o.task.Reference.Text())
	}
	return int64(size)
}

// Large reports whether the order holds a photo outside of memory, which is read through windows.
func (o *Order) Large() bool { return o.task.Reference != nil && o.task.Reference.Large() }

// freeEarly lets go of the photo once it has been stored and sent to the provider, whose answer takes long.
func (o *Order) freeEarly() {
	if o.pictures != nil {
		o.task.Reference.FreeWhenRead(o.pictures)
	}
}

// Close frees the spools of the order.
func (o *Order) Close() error {
	if o.pictures == nil {
		return nil
	}
	return o.pictures.Close()
}

func referenceTask(body io.Reader, pictures *picture.Reader) (Task, error) {
	in, err := readInput(body, pictures)
	if err != nil {
		return Task{}, err
	}
	task := in.task()
	if err := task.checkWords(); err != nil {
		return Task{}, err
	}
	if task.Reference, err = in.reference(); err != nil {
		return Task{}, err
	}
	if task.Count < 1 || task.Count > 6 {
		return Task{}, invalid("parameters.n must be between 1 and 6.")
	}
	if !isReferenceSize(task.Size) {
		return Task{}, invalid("parameters.size must match width*height with both values between 512 and 2048.")
	}
	return task, nil
}

// task settles which of the ways to say a thing counts: the provider's form, then snake case, then camel case.
func (in *input) task() Task {
	task := Task{
		Count:          valueOf(1, in.parameters.n, in.n),
		Size:           js.Trim(valueOf("", in.parameters.size, in.size)),
		NegativePrompt: js.Trim(valueOf("", in.parameters.negativePrompt, in.negativePrompt, in.negativePrompt2)),
		Seed:           firstOf(in.parameters.seed, in.seed),
		PromptExtend:   valueOf(true, in.parameters.promptExtend, in.promptExtend, in.promptExtend2),
		Watermark:      valueOf(false, in.parameters.watermark, in.watermark),
		Prompt:         js.Trim(valueOf("", in.prompt)),
	}
	if task.Prompt == "" {
		task.Prompt = in.message.text
	}
	return task
}

// The longest words that are taken, in bytes. The models read less: qwen-image-max 800 characters of a prompt and 500 of a
// negative one, and leaves out the rest.
const (
	maxPrompt         = 32 << 10
	maxNegativePrompt = 8 << 10
)

func (t *Task) checkWords() error {
	switch {
	case t.Prompt == "":
		return invalid("prompt is required.")
	case len(t.Prompt) > maxPrompt:
		return tooLong("prompt", maxPrompt)
	case len(t.NegativePrompt) > maxNegativePrompt:
		return tooLong("negative_prompt", maxNegativePrompt)
	}
	return nil
}

func tooLong(field string, most int) error {
	return fault.New(fault.PayloadTooLarge, fmt.Sprintf("%s is longer than %d bytes. Use fewer words.", field, most))
}

// firstOf returns the first that is present, or nil.
func firstOf[T any](choices ...*T) *T {
	for _, choice := range choices {
		if choice != nil {
			return choice
		}
	}
	return nil
}

// valueOf returns the first that is present, or the fallback.
func valueOf[T any](fallback T, choices ...*T) T {
	if first := firstOf(choices...); first != nil {
		return *first
	}
	return fallback
}

const textSizes = "1664*928, 1472*1104, 1328*1328, 1104*1472, 928*1664"

// textSize checks a size of image-from-text. The frontend still offers a size that the provider never had.
func textSize(size string) (string, error) {
	switch size {
	case "1472*1140":
		return "1472*1104", nil
	case "1140*1472":
		return "1104*1472", nil
	}
	if size != "" && !slices.Contains(strings.Split(textSizes, ", "), size) {
		return "", invalid("parameters.size must be one of: " + textSizes + ".")
	}
	return size, nil
}

// maxSize is the longest size, in bytes: it is kept as it is written.
const maxSize = 64

// isReferenceSize allows digits*digits with both from 512 to 2048, leading zeros and all, and no size at all.
func isReferenceSize(size string) bool {
	if size == "" {
		return true
	}
	if len(size) > maxSize {
		return false
	}
	width, height, found := strings.Cut(size, "*")
	return found && isReferenceSide(width) && isReferenceSide(height)
}

func isReferenceSide(side string) bool {
	for _, char := range side {
		if char < '0' || char > '9' {
			return false
		}
	}
	pixels, err := strconv.Atoi(side)
	return err == nil && pixels >= 512 && pixels <= 2048
}

func invalid(message string) error { return fault.New(fault.InvalidRequest, message) }
