package qwen

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"github.com/addreams/addreams/app/js"
	"github.com/addreams/addreams/app/safejson"
	"github.com/addreams/addreams/app/studio"
)

// parameters are an order's settings besides its texts and its picture, in DashScope's form.
type parameters struct {
	Count          int64  `json:"n"`
	Size           string `json:"size,omitempty"`
	NegativePrompt string `json:"negative_prompt,omitempty"`
	Seed           *int64 `json:"seed,omitempty"`
	PromptExtend   bool   `json:"prompt_extend"`
	Watermark      bool   `json:"watermark"`
}

// encode returns the body of a call, and its length in bytes. A reference picture is streamed from where it is stored.
func encode(model string, order *studio.Order) (io.Reader, int64, error) {
	settings, err := js.Marshal(parameters{
		Count: order.Count, Size: order.Size, NegativePrompt: order.NegativePrompt, Seed: order.Seed,
		PromptExtend: order.PromptExtend, Watermark: order.Watermark,
	})
	if err != nil {
		return nil, 0, err
	}

	head := `{"model":` + quoted(model) + `,"input":{"messages":[{"role":"user","content":[`
	tail := `{"text":` + quoted(order.Prompt) + `}]}]},"parameters":` + string(settings) + `}`
	if order.Reference == nil {
		return strings.NewReader(head + tail), int64(len(head) + len(tail)), nil
	}
	image, length := order.Reference.Quoted()
	head, tail = head+`{"image":`, `},`+tail
	body := io.MultiReader(strings.NewReader(head), image, strings.NewReader(tail))
	return body, int64(len(head)+len(tail)) + length, nil
}

func quoted(text string) string { return string(js.AppendString(nil, text)) }

// nonBlank decodes a JSON string. It returns "" for a blank one and for any other value.
func nonBlank(value json.RawMessage) string {
	var text string
	if safejson.Unmarshal(value, &text) != nil || js.Trim(text) == "" {
		return ""
	}
	return text
}

// maxSaid is the longest text of the provider that is stored and shown, in bytes.
const maxSaid = 2 << 10

// brief cuts a longer text.
func brief(text string) string {
	if len(text) <= maxSaid {
		return text
	}
	return strings.ToValidUTF8(text[:maxSaid], "")
}

// requestID returns the provider's ID of the call, from the body or from the first header that has it.
func requestID(body answer, header http.Header) string {
	if id := nonBlank(body.RequestID); id != "" {
		return id
	}
	for _, name := range [...]string{"X-Request-Id", "X-Acs-Request-Id", "X-Dashscope-Request-Id"} {
		if id := js.Trim(header.Get(name)); id != "" {
			return id
		}
	}
	return ""
}

// imagesOf returns the URLs in output.choices[0].message.content[].image.
func imagesOf(output json.RawMessage) []string {
	var found struct {
		Choices []struct {
			Message struct {
				Content []struct {
					Image json.RawMessage `json:"image"`
				} `json:"content"`
			} `json:"message"`
		} `json:"choices"`
	}
	if safejson.Unmarshal(output, &found) != nil || len(found.Choices) == 0 {
		return nil
	}

	var images []string
	for _, part := range found.Choices[0].Message.Content {
		if image := nonBlank(part.Image); image != "" {
			images = append(images, image)
		}
	}
	return images
}

// usageOf returns what the provider counted; nil if it counted nothing.
func usageOf(value json.RawMessage) *studio.Usage {
	var counts struct {
		ImageCount json.RawMessage `json:"image_count"`
		Width      json.RawMessage `json:"width"`
		Height     json.RawMessage `json:"height"`
	}
	if safejson.Unmarshal(value, &counts) != nil {
		return nil
	}

	usage := studio.Usage{ImageCount: number(counts.ImageCount), Width: number(counts.Width), Height: number(counts.Height)}
	if usage == (studio.Usage{}) {
		return nil
	}
	return &usage
}

func number(value json.RawMessage) *float64 {
	var found *float64
	if safejson.Unmarshal(value, &found) != nil {
		return nil
	}
	return found
}
