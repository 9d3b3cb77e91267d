package studio

import (
	"time"

	"github.com/addreams/addreams/app/js"
)

// Result is what the provider made for an order. The provider fills in the first block, and the service the rest.
type Result struct {
	ProviderRequestID string // "" if the provider gave none
	Model             string
	Images            []string // URLs that the provider serves for ImageLife; at least one
	Usage             *Usage   // nil if the provider counted nothing

	Charge
	Copies  []Copy  // one per image; none without a bucket
	Balance Balance // that the buyer has left
}

// Usage is the provider's count; a field is nil if the provider did not count it.
type Usage struct {
	ImageCount *float64 `json:"imageCount,omitempty"`
	Width      *float64 `json:"width,omitempty"`
	Height     *float64 `json:"height,omitempty"`
}

// ImageLife is how long the provider serves an image.
const ImageLife = 24 * time.Hour

// Copy is one image of a generation, and the object that keeps it.
type Copy struct {
	Position    int    `json:"position"` // among the provider's images, from 0
	SourceURL   string `json:"sourceUrl"`
	Key         string `json:"key"` // of the object; "" until the image is copied
	ContentType string `json:"contentType"`
	Attempts    int    `json:"attempts"` // so far
}

// Key is the key of the first image, which represents the generation; "" if it was not copied.
func (r *Result) Key() string {
	if len(r.Copies) == 0 {
		return ""
	}
	return r.Copies[0].Key
}

// storedOutput is the JSON of a result in its row.
type storedOutput struct {
	RequestID string   `json:"requestId"`
	Images    []string `json:"images"`
	Usage     *Usage   `json:"usage,omitempty"`
	AssetURL  *string  `json:"assetUrl"`
}

func (r *Result) outputJSON(requestID string) (string, error) {
	output := storedOutput{RequestID: requestID, Images: r.Images, Usage: r.Usage}
	if r.Key() != "" {
		path := AssetPath(r.GenerationID)
		output.AssetURL = &path
	}
	text, err := js.Marshal(output)
	return string(text), err
}
