package qwen

import (
	"io"
	"strings"

	"github.com/addreams/addreams/app/js"
	"github.com/addreams/addreams/app/studio"
)

// parameters are an order's settings besides its texts and its pictures, in DashScope's form.
type parameters struct {
	Count          int64  `json:"n"`
	Size           string `json:"size,omitempty"`
	NegativePrompt string `json:"negative_prompt,omitempty"`
	Seed           *int64 `json:"seed,omitempty"`
	PromptExtend   bool   `json:"prompt_extend"`
	Watermark      bool   `json:"watermark"`
}

// encodePrompt returns the body of a call in the form of the older tasks, which have no pictures.
func encodePrompt(model string, order *studio.Order) (io.Reader, int64, error) {
	settings, err := settingsOf(order)
	if err != nil {
		return nil, 0, err
	}
	body := `{"model":` + quoted(model) + `,"input":{"prompt":` + quoted(order.Prompt) + `},"parameters":` + string(settings) + `}`
	return strings.NewReader(body), int64(len(body)), nil
}

func settingsOf(order *studio.Order) ([]byte, error) {
	return js.Marshal(parameters{
		Count: order.Count, Size: order.Size, NegativePrompt: order.NegativePrompt, Seed: order.Seed,
		PromptExtend: order.PromptExtend, Watermark: order.Watermark,
	})
}

// encodeMessages returns the body of a call, and its length in bytes. Reference pictures are streamed from where they are stored.
func encodeMessages(model string, order *studio.Order) (io.Reader, int64, error) {
	settings, err := settingsOf(order)
	if err != nil {
		return nil, 0, err
	}

	var parts []io.Reader
	var length int64
	text := func(part string) {
		parts, length = append(parts, strings.NewReader(part)), length+int64(len(part))
	}

	text(`{"model":` + quoted(model) + `,"input":{"messages":[{"role":"user","content":[`)
	for _, reference := range order.References {
		image, size := reference.Quoted()
		text(`{"image":`)
		parts, length = append(parts, image), length+size
		text(`},`)
	}
	text(`{"text":` + quoted(order.Prompt) + `}]}]},"parameters":` + string(settings) + `}`)
	return io.MultiReader(parts...), length, nil
}

func quoted(text string) string { return string(js.AppendString(nil, text)) }
