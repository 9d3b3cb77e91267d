package qwen

import (
	"io"
	"strings"

	"github.com/addreams/addreams/app/js"
	"github.com/addreams/addreams/app/studio"
)

// videoParameters are the settings of a video, in DashScope's form.
type videoParameters struct {
	Resolution   string `json:"resolution"`
	Duration     int64  `json:"duration"`
	PromptExtend bool   `json:"prompt_extend"`
	Watermark    bool   `json:"watermark"`
	Seed         *int64 `json:"seed,omitempty"`
}

// encodeFrame returns the body of a call in the form of wan2.6 and older ones:
// https://www.alibabacloud.com/help/en/model-studio/legacy-image-to-video-api-reference.
func encodeFrame(model string, order *studio.Order) (io.Reader, int64, error) {
	return encodeVideo(model, order, `"img_url":`, ``)
}

// encodeMedia returns the body of a call in the form since wan2.7:
// https://www.alibabacloud.com/help/en/model-studio/image-to-video-general-api-reference.
func encodeMedia(model string, order *studio.Order) (io.Reader, int64, error) {
	return encodeVideo(model, order, `"media":[{"type":"first_frame","url":`, `}]`)
}

// encodeVideo streams the picture, which is in the body itself, from where it is stored.
func encodeVideo(model string, order *studio.Order, before, after string) (io.Reader, int64, error) {
	settings, err := js.Marshal(videoParameters{
		Resolution: order.Resolution, Duration: order.Seconds,
		PromptExtend: order.PromptExtend, Watermark: order.Watermark, Seed: order.Seed,
	})
	if err != nil {
		return nil, 0, err
	}
	head := `{"model":` + quoted(model) + `,"input":{"prompt":` + quoted(order.Prompt) + `,`
	if order.NegativePrompt != "" {
		head += `"negative_prompt":` + quoted(order.NegativePrompt) + `,`
	}
	head += before
	tail := after + `},"parameters":` + string(settings) + `}`

	picture, size := order.References[0].Quoted()
	body := io.MultiReader(strings.NewReader(head), picture, strings.NewReader(tail))
	return body, int64(len(head)) + size + int64(len(tail)), nil
}
